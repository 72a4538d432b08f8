"""Whether a type can carry an adaptive test, at the edges of each bound."""

import pytest
from sqlalchemy import text
from tests.calibrate.learners import add_questions

from itemwell.readiness.assess import assess
from itemwell.store.calibrations import InForce


def item(b, *, se_b=0.5, se_a=0.3):
    return InForce(1, b, 1.0, se_b, se_a, 100, 1)


def stands(*items):
    [found] = assess({"math": 99}, [("math", each) for each in items])
    return found


ENOUGH = [*[item(-1.01)] * 5, *[item(0.0)] * 20, *[item(1.01)] * 5]


def test_thirty_sound_questions_with_five_at_each_end_are_ready():
    assert stands(*ENOUGH).ready


@pytest.mark.parametrize(
    ("items", "missing"),
    [
        (ENOUGH[1:], ["1 more with SE(b) <= 0.50 and SE(a) <= 0.30", "1 more at b < -1"]),
        ([*ENOUGH[:-1], item(1.0)], ["1 more at b > 1"]),
        (
            [*ENOUGH[:-1], item(1.5, se_b=0.501)],
            ["1 more with SE(b) <= 0.50 and SE(a) <= 0.30", "1 more at b > 1"],
        ),
        (
            [*ENOUGH[:-1], item(1.5, se_a=0.301)],
            ["1 more with SE(b) <= 0.50 and SE(a) <= 0.30", "1 more at b > 1"],
        ),
        (
            [*ENOUGH[:-1], item(1.5, se_b=None)],
            ["1 more with SE(b) <= 0.50 and SE(a) <= 0.30", "1 more at b > 1"],
        ),
    ],
)
def test_what_is_missing_is_named(items, missing):
    assert stands(*items).missing == missing


def test_questions_of_types_without_an_active_question_do_not_count():
    assert assess({"math": 1}, [("logic", item(0.0))])[0].calibrated == 0


def test_the_command_tells_each_type_and_leaves_it_with_the_run(program, bank):
    ids = add_questions(bank, 40)
    with bank.begin() as db:
        change = (
            "UPDATE questions SET irt_difficulty = (id - :middle) / 8.0, irt_discrimination = 1,"
            " irt_se_difficulty = 0.2, irt_se_discrimination = 0.1"
        )
        db.execute(text(change), {"middle": ids[20]})
        db.execute(text("UPDATE questions SET status = 'watch' WHERE id = :id"), {"id": ids[0]})

    ended = program("readiness", "--json")
    run = program("runs", "show", ended.json["run_id"], "--json").json["run"]

    assert [each["ready"] for each in ended.json["types"]] == [True]
    assert ended.json["types"][0]["by_band"] == {"b < -1": 11, "-1 <= b <= 1": 17, "b > 1": 11}
    assert run["counts"] == {"types": 1, "ready": 1}


def test_a_bank_that_is_not_ready_ends_0_and_2_where_it_is_required(program, bank):
    add_questions(bank, 3)

    told, required = program("readiness"), program("readiness", "--require")

    assert (told.status, required.status) == (0, 2)
    assert "30 more with SE(b) <= 0.50" in told.out
    assert told.last_line.endswith("0 of 1 question types can carry an adaptive test")


def test_an_empty_bank_is_told_so(program):
    assert program("readiness").last_line.startswith(
        "exit code: 3 (config): the bank has no active"
    )
