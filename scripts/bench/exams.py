#!/usr/bin/env python3
"""Exams for 10,000 learners of both shipped types: how many a second, and whether each is as it has to be.

    python scripts/bench/exams.py                                   # 10,000 learners, 6,000 questions
    python scripts/bench/exams.py --learners 1000 --solver 5 --cases 10

The questions are made: parameters around their level, every eighth in a skeleton of four, enemies in
pairs besides, a fifth of them new. Each learner has answered 40 questions; a third of them finished
an exam before. The job assembles and keeps everything on an embedded server. In the same run the
mixed-integer solver (HiGHS) is called for some of the learners: one exam a call, as it would be for
each. Whether the stored exams are right is told by SQL that shares no code with the assembler.
For --cases learners the exam's least information is compared with the solver's optimum from the
same open questions. Exits 1 where anything is amiss. Trust the ratio more than wall times.
"""

import argparse
import cProfile
import pstats
import resource
import statistics
import sys
import tempfile
import time
from contextlib import nullcontext

import numpy as np
from sqlalchemy import text

from itemwell.blueprint import SHIPPED
from itemwell.exams import job
from itemwell.exams.exact import optimum
from itemwell.exams.job import Asked
from itemwell.exams.room import open_desk
from itemwell.settings import load
from itemwell.store import demand, runs
from itemwell.store.connect import open_bank

LEAST = 0.95
"""Of the solver's optimum: what an exam has to tell."""


def fill(bank, learners, questions):
    """A bank with questions, learners, answers and finished attempts."""
    with bank.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SELECT setseed(0.5)"))
        for statement in FILL:
            db.execute(text(statement), {"questions": questions, "learners": learners})
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("SET statement_timeout = 0"))
        db.execute(text("VACUUM (ANALYZE)"))
        db.detach()


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def generate(bank, seed):
    """Everybody's exams; the report, and the seconds and CPU seconds of this process that it took."""
    asked = Asked(
        blueprints=SHIPPED,
        active_within_days=30,
        seed=seed,
        deadline=time.monotonic() + 36_000,
    )
    started, used = time.perf_counter(), cpu()
    with runs.begin(bank, "exams") as run:
        report = job.run(bank, run, asked)
    return report, time.perf_counter() - started, cpu() - used


def check(bank):
    """What is amiss with the stored exams, told by SQL: how many of each kind."""
    rows = [
        {"type": blueprint.name, "kind": cell.question_type, "level": cell.difficulty, "n": number}
        for blueprint in SHIPPED
        for cell, number in blueprint.cells().items()
    ]
    shapes = [
        {"type": each.name, "questions": each.questions, "new": each.pretest, "cap": each.exposure}
        for each in SHIPPED
    ]
    with bank.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SET LOCAL work_mem = '256MB'"))
        for statement in LAID_OUT:
            db.execute(text(statement))
        db.execute(text("INSERT INTO wanted VALUES (:type, :kind, :level, :n)"), rows)
        db.execute(text("INSERT INTO shape VALUES (:type, :questions, :new, :cap)"), shapes)
        return {name: db.scalar(text(query)) for name, query in AMISS.items()}


def sampled(bank, number, solve):
    """For learners spread over the bank: what `solve(desk, seen places, seed)` gives, by turns of type."""
    with bank.connect() as db:
        opened = {each.name: open_desk(db, each) for each in SHIPPED}
        learners = list(
            db.scalars(
                text("SELECT user_id FROM learners ORDER BY md5(user_id) LIMIT :n"), {"n": number}
            )
        )
        seen = demand.seen(db, learners)
    found = []
    for k, learner in enumerate(learners):
        desk, where = (one := opened[SHIPPED[k % len(SHIPPED)].name]).desk, one.places
        places = {where[q]: when for q, when in seen[learner].items() if q in where}
        found.append(solve(desk, places, k))
    return found


def open_to(desk, seen, seed):
    """What the scored questions of the learner's exam were chosen from: `draw` throws the same dice first."""
    marks = desk.stock.may_score & desk.exposure.draw(np.random.default_rng(seed))
    marks[list(seen)] = False
    return marks


def by_solver(desk, seen, seed):
    """Seconds that the solver takes for an exam."""
    marks = open_to(desk, seen, seed)
    started = time.perf_counter()
    optimum(desk.stock.pool, desk.cells, marks)
    return time.perf_counter() - started


def reached(desk, seen, seed):
    """Of the optimum from the same questions: the least information that an exam of ours tells."""
    marks = open_to(desk, seen, seed)
    table = desk.stock.pool.information
    [best] = optimum(desk.stock.pool, desk.cells, marks)
    mine = desk.draw(seen, np.random.default_rng(seed)).places[: desk.blueprint.scored]
    assert marks[mine].all()
    return table[mine].sum(axis=0).min() / table[best].sum(axis=0).min()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=6_000)
    parser.add_argument("--solver", type=int, default=20, metavar="LEARNERS")
    parser.add_argument("--cases", type=int, default=50)
    parser.add_argument("--seed", default="bench")
    parser.add_argument("--profile", action="store_true", help="where the job's time goes")
    asked = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
        settings = load({"itemwell_home": home, "database_url": None}).settings
        with open_bank(settings) as bank:
            fill(bank, asked.learners, asked.questions)
            profile = cProfile.Profile() if asked.profile else nullcontext()
            with profile:
                report, wall, used = generate(bank, asked.seed)
            if asked.profile:
                pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            made = report.made.total()
            print(
                f"{made:,} exams in {wall:.1f} s: {made / wall:.0f} a second"
                f" ({used:.1f} s of them this process's CPU); {report.outcome.message}"
            )
            seconds = sampled(bank, asked.solver, by_solver)
            each = statistics.mean(seconds)
            print(
                f"the solver alone, called for {asked.solver} learners: {1 / each:.2f} exams a second,"
                f" {each * made / wall:.0f} times slower"
            )
            amiss = check(bank)
            print("\n".join(f"{number:9,} {name}" for name, number in amiss.items()))
            told = sorted(sampled(bank, asked.cases, reached))
    print(
        f"least information in {asked.cases} cases: {told[0]:.4f} of the optimum at worst,"
        f" {statistics.median(told):.4f} in the median"
    )
    wrong = any(amiss.values()) or made != 2 * asked.learners or told[0] < LEAST
    sys.exit(int(wrong))


FILL = (
    """
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
        signature, skeleton, verified, features, irt_discrimination, irt_difficulty)
    SELECT (ARRAY['math', 'logic', 'pattern', 'spatial', 'verbal', 'memory'])[1 + n % 6],
        (ARRAY['easy', 'medium', 'hard'])[1 + n / 6 % 3],
        CASE WHEN n % 5 = 0 THEN 'pretest' ELSE 'active' END, 'Filler number ' || n || ' asks what?',
        '[{"text": "1"}, {"text": "2"}, {"text": "3"}, {"text": "4"}]', 'A', 'A filler.',
        encode(sha256(n::text::bytea), 'hex'),
        md5(CASE WHEN n % 8 = 0 THEN 'family ' || n / 32 ELSE 'own ' || n END), '{}', '{}',
        CASE WHEN n % 5 > 0 THEN exp(0.3 * sqrt(-2 * ln(random() + 1e-9)) * cos(6.28 * random())) END,
        CASE WHEN n % 5 > 0 THEN n / 6 % 3 - 1 + 0.6 * sqrt(-2 * ln(random() + 1e-9)) * cos(6.28 * random()) END
    FROM generate_series(1, :questions) AS n WHERE :learners > 0
    """,
    """
    INSERT INTO enemies (one_id, other_id, kind)
    SELECT DISTINCT least(one.id, other.id), greatest(one.id, other.id), 'variant'
    FROM questions AS one JOIN questions AS other ON other.id = 1 + (one.id * 7919) % :questions
    WHERE one.id % 3 = 0 AND one.id <> other.id AND :learners > 0
    """,
    """
    INSERT INTO learners (user_id)
    SELECT 'learner-' || n FROM generate_series(1, :learners) AS n WHERE :questions > 0
    """,
    """
    INSERT INTO responses (user_id, question_id, is_correct)
    SELECT DISTINCT 'learner-' || n, 1 + (hashint8(n * 1000 + k) & 2147483647) % :questions, true
    FROM generate_series(1, :learners) AS n, generate_series(1, 40) AS k
    """,
    """
    INSERT INTO exam_attempts (exam_id, user_id, exam_type, questions, finished_at)
    SELECT -n, 'learner-' || n, 'diagnostic',
        (SELECT jsonb_agg(jsonb_build_object('id', 1 + (n + k * 83) % :questions, 'scored', true))
         FROM generate_series(1, 71) AS k), now() - interval '20 days'
    FROM generate_series(3, :learners, 3) AS n
    """,
)
LAID_OUT = (
    """
    CREATE TEMP TABLE entry ON COMMIT DROP AS
    SELECT exam.id AS exam_id, exam.user_id, exam.exam_type, (item ->> 'id')::bigint AS question_id,
        (item ->> 'scored')::boolean AS scored, item ->> 'order' AS letters,
        item ->> 'signature' AS version
    FROM pre_generated_exams AS exam, jsonb_array_elements(exam.questions) AS item
    """,
    "CREATE INDEX ON entry (exam_id, question_id)",
    "ANALYZE entry",
    "CREATE TEMP TABLE wanted (exam_type text, kind text, level text, n integer) ON COMMIT DROP",
    "CREATE TEMP TABLE shape (exam_type text, questions integer, new integer, cap float) ON COMMIT DROP",
)
AMISS = {
    "learners without exactly one exam of a type": """
        SELECT count(*) FROM learners CROSS JOIN shape WHERE 1 <> (SELECT count(*)
            FROM pre_generated_exams AS exam
            WHERE exam.user_id = learners.user_id AND exam.exam_type = shape.exam_type)
    """,
    "exams of another length, or with another number of new questions": """
        SELECT count(*) FROM (SELECT exam_id, exam_type, count(DISTINCT question_id) AS held,
            count(*) AS listed, count(*) FILTER (WHERE NOT scored) AS new FROM entry GROUP BY 1, 2) AS exam
        JOIN shape USING (exam_type)
        WHERE (held, listed, exam.new) <> (questions, questions, shape.new)
    """,
    "strata of exams with more or fewer scored questions than the blueprint says": """
        SELECT count(*) FROM (
            SELECT exam_id, exam_type, question_type AS kind, difficulty AS level, count(*) AS held
            FROM entry JOIN questions ON questions.id = question_id WHERE scored GROUP BY 1, 2, 3, 4
        ) AS had FULL JOIN (
            SELECT exam.id AS exam_id, wanted.* FROM wanted JOIN pre_generated_exams AS exam USING (exam_type)
        ) AS asked USING (exam_id, exam_type, kind, level)
        WHERE held IS DISTINCT FROM n
    """,
    "types of exams with a number of new questions that is not their share": """
        SELECT count(*) FROM (
            SELECT exam.id, exam_type, kind, (SELECT count(*) FROM entry JOIN questions ON questions.id = question_id
                WHERE exam_id = exam.id AND NOT scored AND question_type = kind) AS held
            FROM pre_generated_exams AS exam JOIN (SELECT DISTINCT exam_type, kind FROM wanted) AS kinds
                USING (exam_type)
        ) AS had JOIN shape USING (exam_type)
        WHERE held NOT BETWEEN floor(shape.new / 6.0) AND ceil(shape.new / 6.0)
    """,
    "scored questions that are not calibrated, new ones that are": """
        SELECT count(*) FROM entry JOIN questions ON questions.id = question_id
        WHERE (status = 'active') <> scored
    """,
    "questions that their learner has seen": """
        SELECT count(*) FROM entry WHERE EXISTS (SELECT FROM responses AS seen
            WHERE seen.user_id = entry.user_id AND seen.question_id = entry.question_id)
        OR EXISTS (SELECT FROM exam_attempts AS attempt WHERE attempt.user_id = entry.user_id
            AND attempt.questions @> jsonb_build_array(jsonb_build_object('id', entry.question_id)))
    """,
    "pairs of enemies in one exam": """
        SELECT count(*) FROM enemies JOIN entry AS one ON one.question_id = one_id
        JOIN entry AS other ON other.exam_id = one.exam_id AND other.question_id = other_id
    """,
    "questions of one skeleton in one exam": """
        SELECT count(*) FROM (SELECT exam_id FROM entry JOIN questions ON questions.id = question_id
            GROUP BY exam_id, skeleton HAVING count(*) > 1) AS met
    """,
    "questions in more exams of a type than their cap allows": """
        SELECT count(*) FROM (SELECT exam_type, question_id, count(*) AS held FROM entry GROUP BY 1, 2) AS used
        JOIN shape USING (exam_type)
        JOIN (SELECT exam_type, count(*) AS total FROM pre_generated_exams GROUP BY 1) AS every
            USING (exam_type)
        WHERE held > greatest(1, cap * total)
    """,
    "options that are not each there once, or wordings of another day": """
        SELECT count(*) FROM entry JOIN questions ON questions.id = question_id
        WHERE left(signature, 16) <> version OR (SELECT string_agg(letter, '' ORDER BY letter)
            FROM unnest(string_to_array(letters, NULL)) AS letter) <> 'ABCD'
    """,
}


if __name__ == "__main__":
    main()
