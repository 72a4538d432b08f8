"""What goes out comes back equal, and what is broken is told with its line."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.builders import a_draft

from itemwell.bank import Citation, Option, Question, Stimulus
from itemwell.errors import ConfigError
from itemwell.interchange import csv, jsonl

AWKWARD = 'He said: "2,5"\nthen; \t left – ünï 🙂'


def a_question(draft):
    same = {
        "id": 1,
        "status": "active",
        "status_reason": None,
        "run_id": 1,
        "gates": {"check": "x"},
    }
    return Question(
        draft=draft,
        signature="s",
        skeleton="k",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        **same,
    )


DRAFTS = [
    a_draft(),
    a_draft(stem=AWKWARD, explanation=AWKWARD, key="E"),
    a_draft(stimulus=Stimulus(AWKWARD, svg="<svg/>"), right=Option("8 pounds", svg="<svg a='1'/>")),
    a_draft(family="math.pens", features={"steps": 2}),
    a_draft(citation=Citation("pens.md", "0" * 64, AWKWARD)),
    a_draft(wrong=("6 pounds", "9 pounds"), key="A"),
]


@pytest.mark.parametrize("form", [jsonl, csv])
def test_questions_come_back_as_they_went(form):
    file = io.StringIO(newline="")

    assert form.write(file, map(a_question, DRAFTS)) == len(DRAFTS)
    file.seek(0)

    assert [row.draft for row in form.read(file)] == DRAFTS


def test_the_status_and_the_recipe_go_along():
    for form in (jsonl, csv):
        file = io.StringIO(newline="")
        question = replace(a_question(DRAFTS[0]), status="retired", gates={"draft": "3:0:seed"})
        form.write(file, [question])
        file.seek(0)
        (row,) = form.read(file)

        assert (row.status, row.recipe) == ("retired", "3:0:seed")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not valid JSON"),
        ("[]", "the row"),
        ("[" * 100_000, "not valid JSON"),
        ('{"stem": 5}', "Field required"),
        (
            json.dumps(
                {"question_type": "m", "difficulty": "e", "stem": "x", "options": "A", "key": "A"}
            ),
            "options",
        ),
        ("x" * 1_000_001, "longer than"),
    ],
)
def test_a_broken_line_is_told_and_raises_nothing(line, told):
    (row,) = jsonl.read(io.StringIO(line))

    assert row.draft is None
    assert told in row.problem


def test_lines_after_a_broken_one_are_read():
    good = io.StringIO()
    jsonl.write(good, [a_question(DRAFTS[0])])
    rows = list(jsonl.read(io.StringIO("{\n\n" + good.getvalue())))

    assert [(row.line, row.draft is None) for row in rows] == [(1, True), (3, False)]


def test_a_csv_without_its_columns_is_refused_whole():
    with pytest.raises(ConfigError, match="lacks difficulty, key, option_a, question_type"):
        list(csv.read(io.StringIO("stem,answer\nWhy?,B\n")))


def test_a_csv_of_another_hand_is_read():
    text = "question_type,difficulty,stem,option_a,option_b,option_c,key\nmath,easy,Why?,1,2,3,B\n"

    (row,) = csv.read(io.StringIO(text))

    assert [option.text for option in row.draft.options] == ["1", "2", "3"]
    assert replace(row.draft, options=()).key == "B"
