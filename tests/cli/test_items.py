"""The parameters in force, and a question's history, through the real program."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text, update

from itemwell.store.tables import irt_calibration_runs, item_parameters, questions


@pytest.fixture
def calibrated(program, bank):
    """Three questions, calibrated twice: the second time one was not published."""
    program("generate", "--count", 3)
    with bank.begin() as db:
        for run in (1, 2):
            calibration = {"status": "success", "items_calibrated": 3, "model": "2pl"}
            calibration |= {"published_at": datetime(2026, 11, run, tzinfo=UTC)}
            db.execute(insert(irt_calibration_runs).values(calibration))
            for question in (1, 2, 3):
                found = {
                    "calibration_id": run,
                    "question_id": question,
                    "difficulty": question - 2 + run / 10,
                    "discrimination": 1.25,
                    "se_difficulty": 0.1,
                    "responses": 100 * question,
                    "p_value": None if question == 1 else 0.5,
                    "published": (run, question) != (2, 3),
                    "flags": ["drift"] if question == 3 else [],
                    "reason": "b moved by 1.20" if (run, question) == (2, 3) else None,
                }
                db.execute(insert(item_parameters).values(found))
        carried = {"irt_difficulty": -0.8, "irt_discrimination": 1.25, "irt_calibration_id": 2}
        db.execute(update(questions).where(questions.c.id == 1).values(carried))
        skipped = {"status": "skipped", "items_calibrated": 0}
        db.execute(insert(irt_calibration_runs).values(skipped))
    return program


def test_the_last_published_calibration_is_listed(calibrated):
    ended = calibrated("items", "--json")

    assert ended.json["calibration_id"] == 2
    assert [row["difficulty"] for row in ended.json["items"]] == [-0.8, 0.2, 1.2]
    assert [row["published"] for row in ended.json["items"]] == [True, True, False]


def test_after_a_rollback_its_state_is_listed(calibrated):
    calibrated("calibrate", "rollback", 1)

    document = calibrated("items", "--json").json

    assert document["calibration_id"] == 4
    assert [row["difficulty"] for row in document["items"]] == [-0.9, 0.1, 1.1]


def test_the_list_is_for_people_too(calibrated):
    lines = calibrated("items", "list", "--sort", "n", "--descending").out.splitlines()

    assert lines[0].split() == [
        *(
            "id",
            "type",
            "status",
            "a",
            "se(a)",
            "b",
            "se(b)",
            "n",
            "p",
            "r",
            "infit",
            "outfit",
            "flags",
        )
    ]
    assert [line.split()[0] for line in lines[1:]] == ["3", "2", "1"]
    assert lines[1].endswith("drift, not published: b moved by 1.20")


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--sort", "b"], [1, 2, 3]),
        (["--sort", "p"], [2, 3, 1]),
        (["--flag", "drift"], [3]),
        (["--limit", "1"], [1]),
        (["--type", "no such"], []),
    ],
)
def test_a_list_can_be_sorted_and_chosen(calibrated, arguments, ids):
    found = calibrated("items", "list", "--json", *arguments).json["items"]

    assert [row["question_id"] for row in found] == ids


def test_one_item_is_told_with_its_history(calibrated):
    shown = calibrated("items", "show", 1)
    document = calibrated("items", "show", 3, "--json").json

    assert "  b         -0.800" in shown.out.splitlines()
    assert [row["calibration_id"] for row in document["history"]] == [2, 1]
    assert document["history"][0]["reason"] == "b moved by 1.20"
    assert document["item"]["irt_difficulty"] is None


def test_an_item_that_is_not_there_and_a_bank_that_was_never_calibrated_say_so(program):
    assert program("items", "show", 9).status == 3
    assert program("items").out == "no calibration has been published yet\n"


def test_every_sort_is_one_of_the_store():
    from itemwell.cli.items import SORTS
    from itemwell.store import items

    assert set(SORTS) == set(items.SORTS)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_the_bank_takes_no_parameter_that_is_no_number(calibrated, bank, value):
    for statement in (
        "UPDATE item_parameters SET difficulty = :value",
        "UPDATE questions SET irt_difficulty = :value",
        "UPDATE questions SET irt_discrimination = :value",
    ):
        with pytest.raises(Exception, match="violates check constraint"), bank.begin() as db:
            db.execute(text(statement), {"value": float(value)})


def test_the_parameters_go_to_files_for_other_programs(calibrated, tmp_path):
    for form in ("csv", "mirt", "catr"):
        calibrated("items", "export", "--format", form, "--output", tmp_path / form)

    assert (tmp_path / "mirt").read_text().splitlines()[:2] == ["item,a1,d,g,u", "q1,1.25,1.0,0,1"]
    assert (tmp_path / "catr").read_text().splitlines()[:2] == ["item,a,b,c,d", "q1,1.25,-0.8,0,1"]
    assert len((tmp_path / "csv").read_text().splitlines()) == 4
