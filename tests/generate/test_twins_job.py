"""The dedup stage in whole runs: who is asked what, what is kept, and that nothing stays unchecked."""

import threading
import time
from itertools import permutations

import pytest
from sqlalchemy import text
from tests.generate.players import Players, a_draft_of, a_question, always
from tests.neighbours import keep, twins_of

from itemwell.bank import Slot, Stratum
from itemwell.double import Double, Fault
from itemwell.double.cast import data
from itemwell.errors import Exit
from itemwell.generate import job
from itemwell.generate.order import Order
from itemwell.generate.work import Bounds
from itemwell.settings import Route, Settings
from itemwell.similar.embed import EmbedError
from itemwell.store import decisions, enemies, runs

ANTHROPIC_WRITES = Route(draft=["anthropic"], solve=["openai"], judge=["openai"])
APPLES = (
    "A farmer has 12 crates with 30 apples in each, and sells 60 of them. How many apples are left?"
)
ANEW = "Twelve crates hold thirty apples each; the farmer who has them sells 60. What number of apples is left?"
TURNED = "How many apples are left if a farmer has 12 crates with 30 apples in each and sells 60 of them?"
OTHERS = (
    ("Which metal is a liquid at the temperature of a warm room?", "Mercury"),
    ("Who painted the ceiling of the chapel that popes are chosen in?", "Michelangelo"),
    ("In which country does the river Danube begin its long way east?", "Germany"),
    ("Which gas do green leaves take from the air in daylight?", "Carbon dioxide"),
)
KEPT = """
    SELECT q.id, q.verified, (SELECT count(*) FROM question_forms WHERE question_id = q.id) AS forms,
           ARRAY(SELECT embedder FROM question_vectors WHERE question_id = q.id AND vector <> '') AS vectors
    FROM questions AS q WHERE q.status = 'active' ORDER BY q.id
"""
BOTH_KEPT = """
    SELECT count(*) FROM dedup_decisions AS d JOIN questions AS q USING (signature)
    WHERE d.verdict = 'duplicate' AND d.neighbour_id IN (SELECT id FROM questions)
"""


def apples(stem=APPLES, left=300):
    return a_question(stem, f"{left} apples")


def other_numbers(number):
    """The same template with numbers of its own."""
    crates = 14 + number
    stem = APPLES.replace("12", str(crates)).replace("60", str(50 + number))
    return apples(stem, crates * 30 - 50 - number)


def others():
    return [a_question(*each) for each in OTHERS]


@pytest.fixture
def write(bank, tmp_path):
    """One run in which the players are asked for `count` questions, with one attempt each."""

    def one(players, *, double=None, script=(), **changes):
        if double is None:
            with Double(players) as made:
                made.script("google", script)
                return one(players, double=made, **changes)
        count, mode = changes.pop("count", len(players.questions)), changes.pop("mode", "live")
        settings = settings_of(double, tmp_path, changes)
        bounds = Bounds(1, time.monotonic() + 60, lambda _: None)
        order = Order(count, ("math",), ("medium",), None, "models")
        with runs.begin(bank, "generate") as run:
            return job.run(bank, run, order, settings, bounds, mode=mode)

    return one


def settings_of(double, home, changes):
    """One vendor; where google is to embed it does nothing else, and two others do the rest."""
    urls = {name.lower(): url for name, url in double.environment.items() if "URL" in name}
    usual = {"itemwell_home": home, "embedder": "hash", "patience_seconds": 1, "parallel_calls": 2}
    keys = {f"{vendor}_api_key": key for vendor, key in double.keys.items()}
    if changes.get("embedder") == "google":
        usual["routes"] = {"default": ANTHROPIC_WRITES}
    else:
        keys = {"openai_api_key": double.keys["openai"]}
    return Settings(**usual | urls | keys | changes)


@pytest.fixture
def held(bank):
    """The id of a question that is put into the bank, by a connection of its own."""

    def put(question=None):
        mine = a_draft_of(question or apples(), Slot(0, Stratum("math", "medium"), 0, "held"))
        with runs.begin(bank, "import") as run:
            return keep(bank, run, twins_of(bank), mine)

    return put


def kept(bank):
    """What is active; each question was compared, and none beside a duplicate of it."""
    with bank.connect() as db:
        rows = db.execute(text(KEPT)).all()
        assert db.scalar(text(BOTH_KEPT)) == 0
    for row in rows:
        assert (row.verified["dedup"] != "", row.forms) == (True, 1)
        assert "itemwell:hash@1/384" in row.vectors
    return rows


def decided(bank, number):
    """What was decided beside this question: verdict, by whom."""
    with bank.connect() as db:
        return [(each.verdict.kind, each.decided_by) for each in decisions.of_question(db, number)]


def test_other_words_for_a_question_of_the_bank_cost_no_solver_and_no_arbiter(bank, write, held):
    number, players = held(), Players([apples(ANEW)])

    report = write(players)

    assert players.calls == {"draft": 1}
    assert (len(kept(bank)), report.duplicates) == (1, 1)
    assert decided(bank, number) == [("duplicate", "rule")]
    assert f"a duplicate of question {number} (same key)" in report.outcome.message


def test_variants_are_kept_up_to_the_cap_and_the_next_costs_nothing_more(bank, write):
    players = Players([other_numbers(number) for number in range(4)])

    report = write(players, parallel_calls=1, enemies_per_question=3)

    ids = [row.id for row in kept(bank)]
    with bank.connect() as db:
        linked = [{each.question_id for each in enemies.of(db, number)} for number in ids]
    assert (len(ids), report.duplicates) == (3, 1)
    assert linked == [set(ids) - {number} for number in ids]


@pytest.mark.parametrize(
    ("said", "verdict", "number_kept"),
    [("same", "duplicate", 1), ("variant", "variant", 2), ("different", "new", 2)],
)
def test_what_the_rule_leaves_grey_an_arbiter_tells_after_solvers_and_judge(
    bank, write, held, said, verdict, number_kept
):
    number, players = held(), Players([apples(TURNED)], always(said))

    write(players)

    [asked] = players.asked["dedup"]
    with bank.connect() as db:
        linked = [tuple(each) for each in db.execute(text("SELECT one_id, kind FROM enemies"))]
    assert list(players.asked) == ["draft", "solve", "judge", "dedup"]
    assert [each["right_answer"] for each in (data(asked)["new"], *data(asked)["held"])] == ["300 apples"] * 2  # fmt: skip
    assert decided(bank, number) == [(verdict, f"openai {asked.model}")]
    assert linked == ([(number, "variant")] if said == "variant" else [])
    assert len(kept(bank)) == number_kept


def test_an_arbiter_is_shown_three_neighbours_at_most(bank, write, held):
    parts = ("It is early in the year.", "A farmer has 12 crates with 30 apples.", "Then 60 go away.", "How many are left?")  # fmt: skip
    stems = [" ".join(each) for each in permutations(parts) if each.index(parts[1]) < each.index(parts[2])]  # fmt: skip
    for stem in stems[:4]:
        held(apples(stem))
    players = Players([apples(stems[4])], always("different"))

    write(players)

    [asked] = players.asked["dedup"]
    assert [each["id"] for each in data(asked)["held"]] == ["N1", "N2", "N3"]
    assert len(kept(bank)) == 5


def test_where_an_id_is_left_out_the_next_seat_is_asked(bank, write, held):
    held()
    players = Players([apples(TURNED)], always("different"), left_out=1)

    write(players)

    assert players.calls["dedup"] == 2
    assert len(kept(bank)) == 2


def test_arbiters_that_leave_out_ids_are_not_asked_the_same_again_and_again(bank, write, held):
    held()
    players = Players([apples(TURNED)], always("different"), left_out=100)

    asked = []
    for _ in range(5):
        write(players, count=1)
        asked.append(players.calls["dedup"])

    assert asked[:4] == [3, 6, 9, 12]
    assert players.calls["solve"] == 2
    assert len(kept(bank)) == 1


def test_without_an_arbiter_the_slot_waits_and_the_next_run_asks_only_that(bank, write, held):
    held()
    players = Players([apples(TURNED)], always("different"), down={"dedup": Fault.UNAVAILABLE})

    report = write(players)
    waiting, before = len(kept(bank)), players.calls
    players.down.clear()
    again = write(players)

    assert (waiting, report.waiting, report.total) == (1, 1, 0)
    assert (report.outcome.exit, report.outcome.reason) == (Exit.FAILED, "overloaded")
    assert players.calls - before == {"dedup": 1}
    assert again.total == 1


def test_by_batches_an_arbiter_is_asked_as_well(bank, write, held):
    held()
    players = Players([apples(TURNED)], always("same"))

    with Double(players) as double:
        reports = [write(players, double=double, mode="batch") for _ in range(5)]

    assert players.calls == {"draft": 1, "solve": 2, "judge": 1, "dedup": 1}
    assert (reports[-1].duplicates, len(kept(bank))) == (1, 1)


@pytest.mark.parametrize("stems", [(APPLES, ANEW), (APPLES, TURNED)])
def test_of_two_twins_of_one_run_one_is_kept(bank, write, stems):
    players = Players([apples(stem) for stem in stems], always("same"))

    report = write(players)

    assert (len(kept(bank)), report.duplicates) == (1, 1)


@pytest.mark.parametrize(
    ("stem", "said", "number_kept", "asked"),
    [(ANEW, None, 1, 0), (TURNED, "same", 1, 1), (TURNED, "different", 2, 1)],
)
def test_a_twin_that_came_between_look_and_keep_is_found(
    bank, write, held, stem, said, number_kept, asked
):
    def meanwhile():
        other = threading.Thread(target=held)
        other.start()
        other.join()

    players = Players([apples(stem)], always(said), first={"judge": meanwhile})

    write(players)

    assert (len(kept(bank)), players.calls["dedup"]) == (number_kept, asked)


# Of a vendor's embedder that fails.

WELL = Fault.WRONG_TYPE(content_type="application/json")
BAD = [Fault.VECTOR_NAN, Fault.VECTOR_ZERO, Fault.VECTOR_SHORT, Fault.VECTOR_NULL]


@pytest.mark.parametrize(
    "fault", [*BAD, Fault.SERVER_ERROR, Fault.AUTH], ids=lambda fault: fault.name
)
def test_where_an_embedder_fails_in_mid_run_nothing_is_kept_unchecked(bank, write, fault):
    players = Players(others())

    report = write(players, script=[WELL, *[fault] * 40], embedder="google", parallel_calls=1)

    assert [len(row.vectors) for row in kept(bank)] == [2]
    assert report.waiting > 0
    assert players.calls["judge"] == 1
    assert report.outcome.exit is Exit.PARTIAL
    assert report.outcome.message.startswith("1 of 4 questions kept: ")
    assert "\n" not in str(report.outcome)


def test_what_waited_for_a_vector_is_gone_on_with(bank, write):
    players = Players(others())
    write(players, script=[Fault.VECTOR_NAN] * 4, embedder="google")

    report = write(players, count=4, embedder="google")

    assert (report.total, players.calls["draft"]) == (4, 4)
    assert {len(row.vectors) for row in kept(bank)} == {2}


def test_without_the_vectors_of_a_paid_embedder_a_run_ends_before_anything_is_paid(
    bank, write, held
):
    held()
    players = Players(others())

    with pytest.raises(EmbedError) as told:
        write(players, embedder="google")

    assert players.calls == {}
    assert str(told.value).startswith("1 questions of the bank have no vector of google:")
    assert told.value.next_step == "run: itemwell dedup backfill"


def test_another_embedder_in_the_next_run_compares_all_the_same(bank, write):
    write(Players([apples(), others()[0]]))
    players = Players([apples(ANEW), others()[1]])

    report = write(players, embedder="minilm")

    assert (report.total, report.duplicates) == (1, 1)
    assert len(kept(bank)) == 3
