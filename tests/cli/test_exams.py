"""`itemwell exams` as cron and an operator start it."""

import json

import pytest
from sqlalchemy import text
from tests.exams.test_job import FILL

OWN = json.dumps(
    {
        "small": {
            "questions": 8,
            "content": {"math": 0.5, "logic": 0.5},
            "difficulty": {"easy": 0.5, "hard": 0.5},
        }
    }
)
MINE = {"BLUEPRINTS": OWN}


@pytest.fixture
def filled(bank):
    with bank.begin() as db:
        db.execute(FILL, {"count": 30})
        db.execute(text("INSERT INTO learners (user_id) VALUES ('ann'), ('bob')"))
    return bank


def test_exams_are_made_handed_out_once_and_counted(program, filled):
    made = program("exams", "generate", "--type", "small", **MINE)
    first = program("exams", "claim", "--user", "ann", "--type", "small", "--json", **MINE)
    again = program("exams", "claim", "--user", "ann", "--type", "small", **MINE)
    stats = program("exams", "stats", "--json", **MINE).json["stats"]

    assert made.last_line == "exit code: 0 (ok): 2 exams made"
    assert "[Pre-Gen] 2 exams made for 2 active learners, 0 not, 0 removed" in made.err
    assert len(first.json["exam"]["questions"]) == 8
    assert not {"key", "explanation", "scored"} & set(first.json["exam"]["questions"][0])
    assert again.status == 2
    assert "ann has no valid small exam" in again.last_line
    assert (stats["totalGenerated"], stats["totalUsed"], stats["totalUnused"]) == (2, 1, 1)


def test_a_preview_shows_the_blueprint_beside_what_was_drawn(program, filled):
    ended = program("exams", "preview", "--type", "small", **MINE)
    rows = program("exams", "preview", "--type", "small", "--json", **MINE).json["strata"]

    assert "small: 8 scored questions, 0 pretest" in ended.out
    assert "standard error at -2, 0, 2:" in ended.out
    assert all(row["wanted"] == row["found"] for row in rows)


def test_what_cannot_be_is_told_in_one_line(program, filled):
    unknown = program("exams", "generate", "--type", "final", **MINE)
    wrong = program(
        "exams", "stats", BLUEPRINTS='{"x": {"questions": 71, "content": {"math": 66}}}'
    )
    short = program("exams", "generate", "--type", "practice", **MINE)
    nobody = program("exams", "claim", "--user", "nobody", "--type", "small", **MINE)

    assert (unknown.status, wrong.status, short.status, nobody.status) == (3, 3, 2, 2)
    assert "there is no learner nobody; itemwell learners import" in nobody.last_line
    assert (
        "there is no exam type final; there are: diagnostic, practice, small" in unknown.last_line
    )
    assert "content sums to 66" in wrong.last_line
    assert "0 of 2 exams made: " in short.last_line
    assert "itemwell generate --for-shortage" in short.last_line


def test_without_a_shortage_nothing_is_written_for_it(program, filled):
    assert program("generate", "--for-shortage").last_line.endswith(
        "the last run of exams lacked no question"
    )
    assert program("generate", "--for-shortage", "--count", 3).status == 3
