"""An audit of a bank whose templates are crowded: all is counted, and little held."""

from sqlalchemy import text
from tests.neighbours import keep, twins_of
from tests.store.twins import verified

from itemwell.generate import twin_audit
from itemwell.generate.twin_audit import MOST_HELD, Eyes, Findings, Found
from itemwell.similar.decide import Figures, Verdict
from itemwell.similar.hashing import Hashing
from itemwell.similar.thresholds import DEFAULTS
from itemwell.store import runs
from itemwell.store.scan import InUse

HASH = str(Hashing.identity)
EYES = Eyes(Hashing.identity, Hashing.identity, {HASH: DEFAULTS["hash"]})
STEMS = (
    "A train travels {} km in 4 hours. What is its average speed?",
    "A lorry travels {} km in 4 hours. What is its average speed?",
)


def found(number):
    one, other = (
        InUse(each, None, "", "math", "stem", "key", "", "", None, None) for each in (0, number)
    )
    return Found(one, other, "grey", Verdict("grey", (), Figures(0.7, 1, 1, "unknown")), HASH)


def test_of_a_crowd_all_are_counted_and_the_first_are_held():
    findings = Findings(questions=2, compared=2, lacking={})

    for number in range(1, MOST_HELD + 6):
        findings.note("grey", found(number))

    assert findings.count("grey") == MOST_HELD + 5
    assert [each.other.id for each in findings.grey] == list(range(1, MOST_HELD + 1))


def test_enemies_are_stored_as_they_are_found(bank):
    twins = twins_of(bank, cap=1000)
    with runs.begin(bank, "generate") as run:
        for number in range(24):
            draft = verified(stem=STEMS[number % 2].format(200 + 4 * number)).draft
            keep(bank, run, twins, draft)
    with bank.begin() as db:
        db.execute(text("DELETE FROM enemies"))

    findings = twin_audit.look(bank, EYES, sample=0, seed=1, fix=True)
    again = twin_audit.look(bank, EYES, sample=0, seed=1)

    assert findings.stored == findings.count("apart") == 12 * 12
    assert again.count("apart") == 0


def test_how_far_an_audit_is_is_told_by_questions(bank):
    twins, told = twins_of(bank), []
    with runs.begin(bank, "generate") as run:
        keep(bank, run, twins, verified().draft)

    twin_audit.look(bank, EYES, sample=0, seed=1, tell=lambda *how: told.append(how))

    assert told == [(0, 1)]
