"""Nothing becomes active without check, solve, judge and dedup for that very content, whatever fails."""

import time

import pytest
from sqlalchemy import text

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Slot
from itemwell.double import Double, Fault
from itemwell.double.cast import cast
from itemwell.errors import Exit
from itemwell.generate import job, judge, solve
from itemwell.generate.check import check
from itemwell.generate.order import Order
from itemwell.generate.work import Bounds
from itemwell.llm.reading import parse
from itemwell.settings import Settings
from itemwell.similar.signature import signature
from itemwell.store import calls, questions, runs
from itemwell.store.questions import Wanted

VENDORS = ("openai", "anthropic", "google")
LEAST = 0.7
SOLVERS = 2
COUNT = 6


FORMLESS = "SELECT count(*) FROM questions WHERE id NOT IN (SELECT question_id FROM question_forms)"
VECTORLESS = """
    SELECT count(*) FROM questions WHERE id NOT IN
        (SELECT question_id FROM question_vectors WHERE embedder = 'itemwell:hash@1/384' AND vector <> '')
"""
BOTH_KEPT = """
    SELECT count(*) FROM dedup_decisions AS decided JOIN questions USING (signature)
    WHERE decided.verdict = 'duplicate' AND neighbour_id IN (SELECT id FROM questions)
"""


def part_of(seen):
    fields = seen.schema["properties"]
    parts = {"stem": "draft", "neighbours": "dedup", "right": "solve"}
    return next((part for field, part in parts.items() if field in fields), "judge")


def careless(seen):
    """A third of all drafts have a wrong key, and a fifth of the arbiters find everything pretty."""
    chance = sum(seen.prompt.encode()) % 15
    said = cast(seen)
    if part_of(seen) == "draft" and chance % 3 == 0:
        wrong = said["distractors"][0]
        said["right_option"], wrong["text"] = wrong["text"], said["right_option"]
    if part_of(seen) == "judge" and chance % 5 == 0:
        said |= {"validity": 0.9, "defects": []}
    return said


def without(part):
    """A cast whose solvers or arbiters are down."""
    return lambda seen: Fault.UNAVAILABLE if part_of(seen) == part else cast(seen)


def settings(double, home, *vendors):
    chosen = vendors or VENDORS
    values = {name.lower(): value for name, value in double.environment.items()}
    named = {
        name: value
        for name, value in values.items()
        if name.split("_")[0] in chosen and ("key" in name or "url" in name)
    }
    return Settings(
        itemwell_home=home,
        patience_seconds=1,
        solvers=SOLVERS,
        min_arbiter_score=LEAST,
        embedder="hash",
        enemies_per_question=1_000_000,
        **named,
    )


def generate(bank, double, home, *vendors, count=COUNT):
    bounds = Bounds(6, time.monotonic() + 100, lambda _: None)
    order = Order(count, QUESTION_TYPES, DIFFICULTIES, None, "models")
    with runs.begin(bank, "generate") as run:
        return job.run(bank, run, order, settings(double, home, *vendors), bounds)


def active(bank):
    """Each active question with its slot."""
    with bank.connect() as db:
        rows = db.execute(
            text("""
            SELECT q.id, s.id AS slot, s.ordinal, s.seed, s.attempts
            FROM questions AS q JOIN generation_slots AS s ON s.id = q.slot_id
            WHERE q.status = 'active'""")
        ).all()
    kept = {each.id: each for each in questions.listed(bank, Wanted(status="active"))}
    assert len(rows) == len(kept)
    for row in rows:
        question = kept[row.id]
        yield question, Slot(row.slot, question.draft.stratum, row.ordinal, row.seed, row.attempts)


def answers(bank, question, slot, stage):
    with bank.connect() as db:
        made = calls.of_slot(db, slot.id)
    return [
        call
        for call in made
        if (call.state, call.attempt, call.stage) == ("answered", slot.attempts, stage)
        and (stage == "draft" or call.subject == question.signature)
    ]


def voted(question, slot, call):
    _, letters = solve.asking(question.draft, slot, seat=call.seat, subject=question.signature)
    solution, _ = parse(solve.Solution, call.body)
    return solve.read(solution, letters)


def passes(question, call):
    verdict, _ = parse(judge.Verdict, call.body)
    scores = {name: getattr(verdict, name) for name in judge.WEIGHTS}
    mean = sum(judge.WEIGHTS[name] * score for name, score in scores.items())
    sound = not set(verdict.defects) - {"other"}
    return sound and min(scores.values()) >= judge.FLOOR and mean >= LEAST


def require_evidence(bank):
    """Of every active question; how many there are."""
    found = list(active(bank))
    for question, slot in found:
        assert signature(question.draft) == question.signature
        assert check(question.draft) == ()
        assert len(answers(bank, question, slot, "draft")) == 1
        votes = [voted(question, slot, c) for c in answers(bank, question, slot, "solve")]
        assert len(votes) >= SOLVERS
        assert set(votes) == {(question.draft.key,)}
        verdicts = answers(bank, question, slot, "judge")
        assert verdicts
        assert all(passes(question, verdict) for verdict in verdicts)
        assert question.gates["dedup"].startswith("hash: ")
    assert len({question.signature for question, _ in found}) == len(found)
    require_compared(bank)
    return len(found)


def require_compared(bank):
    """That no question is without forms and a vector, and none beside what was decided to be its twin."""
    with bank.connect() as db:
        for query in (FORMLESS, VECTORLESS, BOTH_KEPT):
            assert db.scalar(text(query)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_what_is_active_passed_every_gate_though_a_third_of_all_calls_fail(bank, tmp_path, seed):
    with Double(careless, seed=seed, fault_rate=0.3) as double:
        report = generate(bank, double, tmp_path)

    assert require_evidence(bank) == report.total > 0


@pytest.mark.parametrize(("part", "made", "missing"), [("judge", 3, 1), ("solve", 1, 3)])
def test_without_solvers_or_arbiters_nothing_is_approved_and_the_next_run_makes_the_missing_calls(
    bank, tmp_path, part, made, missing
):
    with Double(without(part)) as double:
        down = generate(bank, double, tmp_path, count=3)
        paid = double.bill.calls
    with Double(cast) as double:
        well = generate(bank, double, tmp_path, count=3)

    assert (down.total, down.outcome.exit, down.outcome.reason) == (0, Exit.FAILED, "overloaded")
    assert paid == 3 * made
    assert well.total == require_evidence(bank) == 3
    assert len(double.seen) == 3 * missing


SILENT = (Fault.SERVER_ERROR, Fault.OVERLOADED, Fault.RESET)
"""Faults that answer nothing: in place of a part that is down the double would make up an answer."""


@pytest.mark.parametrize("part", ["judge", "solve"])
def test_faults_and_a_part_that_is_down_approve_nothing_together(bank, tmp_path, part):
    brain = without(part)
    with Double(brain, seed=5, fault_rate=0.3, faults=SILENT) as double:
        report = generate(bank, double, tmp_path)

    assert report.total == 0
    assert list(active(bank)) == []
