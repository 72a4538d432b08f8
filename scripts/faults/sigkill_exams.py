#!/usr/bin/env python3
"""Kills generators and workers of exams at random moments, and shows that none is made twice or missing.

    python scripts/faults/sigkill_exams.py --kills 200

Two workers take shards from the queue all the time; a generator defers shards, and every third one
makes exams itself beside them. One of these is killed at a random moment, and started anew. Each
round ends when somebody has ended well and no exam is missing; then all exams are removed for the
next one. After each kill: no learner has two valid unused exams of a type, no question is in more
exams than its cap allows. In the end a generator and a worker that nobody kills meet everything.
Exits 1 where anything is not as it should be.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from banks import a_bank, engine, itemwell, query
from forks import start
from sqlalchemy import text

PROGRAM = "itemwell.cli:main"
FAST = ["--heartbeat", "0.5", "--backoff", "0.2"]
QUESTIONS = 10
TYPES = {
    "short": {
        "questions": QUESTIONS,
        "content": {"math": 0.5, "logic": 0.5},
        "difficulty": {"easy": 1.0},
        "exposure": 0.2,
    }
}
TYPES["other"] = TYPES["short"] | {"questions": QUESTIONS + 4}
CHOSEN = [word for name in TYPES for word in ("--type", name)]
CAP = TYPES["short"]["exposure"]
MISSING = (
    "SELECT count(*) FROM learners, unnest(ARRAY['short', 'other']) AS kind WHERE NOT EXISTS"
    " (SELECT FROM pre_generated_exams AS exam WHERE exam.user_id = learners.user_id"
    " AND exam_type = kind AND NOT used AND expires_at > now())"
)
WRONG = {
    "learners with two valid unused exams of a type": (
        "SELECT count(*) FROM (SELECT 1 FROM pre_generated_exams WHERE NOT used AND expires_at > now()"
        " GROUP BY user_id, exam_type HAVING count(*) > 1) AS twice"
    ),
    "exams of another length": (
        "SELECT count(*) FROM pre_generated_exams WHERE jsonb_array_length(questions)"
        f" <> CASE exam_type WHEN 'short' THEN {QUESTIONS} ELSE {QUESTIONS + 4} END"
    ),
    "questions in more exams than their cap allows": (
        "SELECT count(*) FROM (SELECT exam_type, item ->> 'id' AS id, count(*) AS held"
        " FROM pre_generated_exams, jsonb_array_elements(questions) AS item GROUP BY 1, 2) AS used"
        " JOIN (SELECT exam_type, count(*) AS total FROM pre_generated_exams GROUP BY 1) AS every"
        f" USING (exam_type) WHERE held > greatest(1, {CAP} * total)"
    ),
}
FILL = (
    """
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, signature,
        skeleton, verified, irt_discrimination, irt_difficulty)
    SELECT kind, 'easy', 'active', 'Question ' || n, '[{"text": "1"}, {"text": "2"}]', 'A', 'none',
        md5(kind || n), md5(kind || n), '{}', 1 + n % 7 / 10.0, n % 5 - 2.0
    FROM generate_series(1, 100) AS n, unnest(ARRAY['math', 'logic']) AS kind WHERE :learners > 0
    """,
    "INSERT INTO learners (user_id) SELECT 'learner-' || n FROM generate_series(1, :learners) AS n",
)
EMPTY = (
    "DELETE FROM pre_generated_exams",
    "DELETE FROM procrastinate_jobs WHERE task_name = 'exams' AND status <> 'doing'",
)


class Crew:
    """Two workers and a generator, under way all the time."""

    def __init__(self, url, environment, folder, chance):
        self.environment = environment | {
            "DATABASE_URL": url,
            "BLUEPRINTS": json.dumps(TYPES),
        }
        self.folder, self.chance, self.begun = folder, chance, 0
        self.members = {}
        for place in range(3):
            self.replace(place)

    def replace(self, place):
        """Start a worker, or in place 0 a generator, every third of which works itself."""
        self.begun += 1
        arguments = ["worker", *FAST]
        if place == 0:
            queue = [] if self.begun % 3 == 0 else ["--queue"]
            arguments = ["exams", "generate", "--skip-if-busy", *CHOSEN, *queue]
        log = self.folder / f"{place}.log"
        self.members[place] = start(PROGRAM, arguments, self.environment, log)

    def kill(self):
        """Kill one of them, whichever; whether it had not ended before."""
        place = self.chance.randrange(3)
        process = self.members[place]
        alive = process.is_alive()
        if alive:
            os.kill(process.pid, signal.SIGKILL)
        self.reap(place)
        return alive

    def reap(self, place):
        process = self.members[place]
        process.join()
        if process.exitcode not in {0, 1, -signal.SIGKILL}:
            told = (self.folder / f"{place}.log").read_text()[-2000:]
            sys.exit(f"a member ended with {process.exitcode}: {told}")
        self.replace(place)

    def keep(self):
        """Start anew what ended by itself."""
        for place, process in self.members.items():
            if not process.is_alive():
                self.reap(place)

    def end(self):
        for process in self.members.values():
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
            process.join()


def empty(url, statements=EMPTY, **values):
    bank = engine(url)
    with bank.begin() as db:
        for statement in statements:
            db.execute(text(statement), values)
    bank.dispose()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--learners", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bank", help="an empty bank of its own, instead of an embedded one")
    asked = options.parse_args()

    chance, wrong = random.Random(asked.seed), dict.fromkeys(WRONG, 0)
    with a_bank(asked.bank) as environment, tempfile.TemporaryDirectory() as folder:
        url = environment["DATABASE_URL"]
        empty(url, FILL, learners=asked.learners)
        crew = Crew(url, environment, Path(folder), chance)
        killed = rounds = most = 0
        while killed < asked.kills:
            time.sleep(chance.uniform(0.1, 2.0))
            killed += crew.kill()
            crew.keep()
            for name, sql in WRONG.items():
                wrong[name] += query(url, sql)
            most = max(most, query(url, "SELECT count(*) FROM pre_generated_exams"))
            if query(url, MISSING) == 0:
                rounds += 1
                empty(url)
        crew.end()
        mine = crew.environment
        itemwell(mine, "exams", "generate", *CHOSEN, "--queue")
        itemwell(mine, "worker", "--until-empty", *FAST)
        itemwell(mine, "exams", "queue", "--retry")  # what was killed three times
        itemwell(mine, "worker", "--until-empty", *FAST)
        for name, sql in WRONG.items():
            wrong[name] += query(url, sql)
        wrong["exams missing at the end"] = query(url, MISSING)
        wrong["jobs left over"] = query(
            url, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'exams'"
        )
        wrong["rounds in which nothing was made"] = int(most == 0)
    print(f"{killed} SIGKILLs of generators and workers, {rounds} times all exams were there")
    print("\n".join(f"{number:6} {name}" for name, number in wrong.items()))
    sys.exit(int(any(wrong.values())))


if __name__ == "__main__":
    main()
