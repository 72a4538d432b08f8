"""Questions in and out through the real program: no row is lost, none comes in unverified."""

import csv
import json

import pytest
from tests.builders import a_draft

from itemwell.bank import as_dict


@pytest.fixture
def filled(program):
    program("generate", "--count", 24)
    return program


def lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_comes_back_into_an_empty_bank_and_not_into_a_full_one(
    filled, home_program, tmp_path, form
):
    path = tmp_path / f"bank.{form}"
    filled("questions", "export", "--output", path)

    again = json.loads(filled("questions", "import", path, "--json").out)
    fresh = json.loads(home_program("questions", "import", path, "--json").out)

    assert (again["kept"], again["refused"], again["exit_code"]) == (0, 24, 2)
    assert {row["reason"] for row in again["refusals"]} == {"dedup: the bank holds it already"}
    assert (fresh["kept"], fresh["refused"], fresh["exit_code"]) == (24, 0, 0)


def test_a_foreign_question_waits_in_quarantine_unless_somebody_vouches(program, tmp_path):
    mine = lines(tmp_path / "mine.jsonl", as_dict(a_draft()))
    other = lines(
        tmp_path / "other.jsonl",
        as_dict(a_draft(stem="Four tickets to a play cost 32 pounds. What is one ticket?")),
    )

    waiting = json.loads(program("questions", "import", mine, "--json").out)
    vouched = json.loads(
        program("questions", "import", other, "--vouched-by", "Ann Lee", "--json").out
    )
    shown = json.loads(program("questions", "list", "--status", "active", "--json").out)[
        "questions"
    ]

    assert (waiting["quarantined"], vouched["quarantined"]) == (1, 0)
    assert [question["verified"]["solve"] for question in shown] == ["vouched for by Ann Lee"]


def test_a_question_that_claims_a_family_is_solved_by_it(filled, tmp_path):
    (question,) = json.loads(filled("questions", "list", "--limit", "1", "--json").out)["questions"]
    swapped = question | {"key": "A" if question["key"] != "A" else "B"}
    misconceptions = [option["misconception"] for option in swapped["options"]]
    for place, option in enumerate(swapped["options"]):
        right = "ABCDEF"[place] == swapped["key"]
        option["misconception"] = None if right else misconceptions[place] or "a slip"

    ended = filled("questions", "import", lines(tmp_path / "swapped.jsonl", swapped))

    assert ended.status == 2
    assert "line 1: " in ended.out


def test_a_question_that_was_changed_after_it_was_drawn_waits(filled, home_program, tmp_path):
    rows = json.loads(filled("questions", "list", "--limit", "3", "--json").out)["questions"]
    relabelled = rows[0] | {"explanation": "Because it is so, and everybody knows that it is so."}
    harder = rows[1] | {"difficulty": "hard" if rows[1]["difficulty"] != "hard" else "easy"}

    ended = home_program(
        "questions", "import", lines(tmp_path / "some.jsonl", relabelled, harder, rows[2]), "--json"
    )

    document = json.loads(ended.out)
    assert (document["active"], document["quarantined"]) == (1, 2)


def test_what_was_retired_stays_retired_in_another_bank(filled, home_program, tmp_path):
    filled("questions", "retire", "2", "--reason", "leaked")
    filled("questions", "export", "--output", tmp_path / "bank.jsonl")

    document = json.loads(
        home_program("questions", "import", tmp_path / "bank.jsonl", "--json").out
    )

    assert (document["active"], document["retired"]) == (23, 1)


def test_a_person_can_vouch_for_what_waits(program, tmp_path):
    program("questions", "import", lines(tmp_path / "mine.jsonl", as_dict(a_draft())))

    approved = program("questions", "approve", "1", "--vouched-by", "Ann Lee")
    again = program("questions", "approve", "1", "--vouched-by", "Ann Lee")
    question = json.loads(program("questions", "show", "1", "--json").out)["question"]

    assert (approved.status, again.status, question["status"]) == (0, 2, "active")
    assert question["verified"]["solve"] == "vouched for by Ann Lee"


def test_rows_that_the_bank_cannot_hold_are_refused_one_by_one(program, tmp_path):
    poison = as_dict(a_draft()) | {"features": {"a\u0000b": 1}}
    deep = as_dict(a_draft(stem="Which of these prices is right for twelve pens?")) | {
        "family": "x" * 101
    }

    ended = program(
        "questions", "import", lines(tmp_path / "poison.jsonl", poison, deep), "--vouched-by", "me"
    )

    assert ended.status == 2
    assert len(ended.out.splitlines()) == 2


def test_a_file_that_is_no_text_begins_no_run(program, tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"question_type,difficulty,stem,option_a,key\n\xff\xfe\n")
    (tmp_path / "other.csv").write_text("stem,answer\n")

    ended = [
        program("questions", "import", tmp_path / name).status for name in ("bad.csv", "other.csv")
    ]

    assert ended == [3, 3]
    assert json.loads(program("runs", "--json").out)["runs"] == []


def test_an_export_is_for_its_owner_alone(filled, tmp_path):
    filled("questions", "export", "--output", tmp_path / "bank.jsonl")

    assert (tmp_path / "bank.jsonl").stat().st_mode & 0o077 == 0


def test_a_refused_row_is_told_with_its_line_and_the_rest_goes_in(program, tmp_path):
    path = lines(
        tmp_path / "mixed.jsonl",
        as_dict(a_draft()),
        {"stem": "?"},
        as_dict(a_draft(key="D", right="x\u0000y")),
    )

    ended = program("questions", "import", path, "--vouched-by", "me")

    assert ended.status == 1
    assert [line.partition(":")[0] for line in ended.out.splitlines()] == ["line 2", "line 3"]


def test_csv_opens_as_a_table(filled):
    rows = list(
        csv.DictReader(
            filled("questions", "export", "--format", "csv").out.splitlines(keepends=True)
        )
    )

    assert len(rows) == 24
    assert all(row[f"option_{row['key'].lower()}"] for row in rows)


def test_a_retired_question_leaves_the_stock_for_good(filled):
    ended = filled("questions", "retire", "3", "999", "--reason", "leaked")
    shown = json.loads(filled("questions", "show", "3", "--json").out)["question"]

    assert (ended.status, shown["status"]) == (1, "retired")
    assert "not to be retired: 999" in ended.last_line


def test_show_tells_the_question_its_key_and_its_gates(filled):
    text = filled("questions", "show", "1").out

    assert text.startswith("Question 1: ")
    assert text.count(" * ") == 1
    assert all(f"\n{gate} " in text for gate in ("check", "solve", "judge", "dedup"))
