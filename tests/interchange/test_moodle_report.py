"""Moodle's report of responses: each response finds its question and option, or is told."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_draft
from tests.interchange.test_formats import a_question, of_all_models

from itemwell.bank import Option, Stimulus
from itemwell.errors import ConfigError
from itemwell.interchange.responses import quoted
from itemwell.interchange.responses.moodle import columns_of, texts_in
from itemwell.interchange.responses.quiz import Quiz, asked, recognised
from itemwell.interchange.responses.sniff import rows

PENS = a_question(1, a_draft())
GRID = a_question(
    2,
    a_draft(
        stem="Which tile\ncompletes: the grid; here?",
        stimulus=Stimulus("A grid of 2; 3", svg="<svg/>"),
        right=Option("up; up", svg="<svg/>"),
        wrong=[Option(text, svg="<svg/>") for text in ("up", "up; down", "left: up")],
    ),
)
HEAD = ["Last name", "First name", "Email address", "Status", "Started", "Completed", "Duration"]
HEAD += ["Grade/10.00"]
OLDER = ["Surname", "First name", "Email address", "State", "Started on", "Completed", "Time taken"]
OLDER += ["Grade/10.00"]
FORMULA = re.compile(r"\s*[-=+@\t\r\n]")
BEGUN, DONE = "3 November 2026  10:05 AM", "3 November 2026  10:25 AM"


def shown(part):
    return f"[{part.text}]" if part.svg else part.text


def summary(question, order=None):
    """The question as Moodle sums it up, its options in the order of an attempt."""
    draft = question.draft
    before = f"{shown(draft.stimulus)}\n\n" if draft.stimulus else ""
    options = [shown(draft.options[place]) for place in order or range(len(draft.options))]
    return f"{before}{draft.stem}: {'; '.join(options)}"


def attempt(learner, *answers, state="Finished", completed=DONE, right=True):
    """A row: for each question what was shown, chosen and right."""
    row = ["Doe", "Ann", learner, state, BEGUN, completed, "20 mins", "5.00"]
    for question, chosen in answers:
        cells = [summary(question), chosen]
        row += [*cells, shown(question.draft.right)] if right else cells
    return row


def head(count, *kinds):
    kinds = kinds or ("Question", "Response", "Right answer")
    return HEAD + [f"{kind} {number}" for number in range(1, count + 1) for kind in kinds]


def as_csv(header, table, delimiter=","):
    """As Moodle 5 writes it: with a mark, and what a spreadsheet would calculate behind an apostrophe."""
    file = io.StringIO()
    calm = [
        [f"'{cell}" if FORMULA.match(cell) and cell != "-" else cell for cell in row]
        for row in table
    ]
    csv.writer(file, delimiter=delimiter).writerows([header, *calm])
    return "\ufeff" + file.getvalue()


def as_json(header, table):
    """As Moodle writes it: keys of letters, digits, _ and -, in small letters."""
    names = [re.sub(r"[^a-zA-Z0-9_-]", "", name).lower() for name in header]
    rows = (dict(zip(names, row, strict=True)) for row in table)
    return f"[[{','.join(json.dumps(row, indent=4, ensure_ascii=False) for row in rows)}]]"


def read(text, quiz=None, questions=(PENS, GRID)):
    """The answers and the refused rows of a report."""
    file = io.BytesIO(text.encode())
    if quiz is None:
        quiz = Quiz(by_text=recognised(texts_in(file), questions))
    found, refused = [], []
    for raw in rows(file, "moodle", quiz)[1]:
        found += zip(*raw.columns.values(), strict=True)
        refused += raw.refused
    return found, refused


@pytest.mark.parametrize("written", [as_csv, as_json])
def test_a_response_is_the_option_that_reads_so(written):
    table = [
        attempt("ann@x", (PENS, "9 pounds"), (GRID, "[up;\nup]")),
        attempt("bob@x", (PENS, "8 pounds"), (GRID, "-")),
    ]

    found, refused = read(written(head(2), table))

    moment = "2026-11-03T10:25:00+00:00"
    assert refused == []
    assert found == [
        ("ann@x", "1", "E", moment),
        ("ann@x", "2", GRID.draft.key, moment),
        ("bob@x", "1", PENS.draft.key, moment),
    ]


@pytest.mark.parametrize("written", [as_csv, as_json])
@pytest.mark.parametrize(
    ("names", "state", "reasons"),
    [
        (HEAD, "In progress", ["an attempt that is not finished"]),
        (OLDER, "In progress", ["an attempt that is not finished"]),
        (HEAD, "Overdue", ["an attempt that is not finished"]),
        (OLDER, "Never submitted", ["an attempt that is not finished"]),
        (HEAD, "", ["an attempt that is not finished"]),
        (HEAD, "Submitted", []),
        (OLDER, "Finished", []),
    ],
)
def test_the_state_of_an_attempt_is_read_by_either_name(written, names, state, reasons):
    """All but the last of several tries of an attempt have an empty one."""
    header = [*names, *head(1)[len(HEAD) :]]

    found, refused = read(written(header, [attempt("ann@x", (PENS, "9 pounds"), state=state)]))

    assert [row.reason for row in refused] == reasons
    assert len(found) == 1 - len(reasons)


@pytest.mark.parametrize("written", [as_csv, as_json])
def test_an_option_that_a_spreadsheet_would_calculate_is_known(written):
    sums = a_question(5, a_draft(stem="-3 - 2 = ?", right=Option("-5"), wrong=map(Option, "5126")))

    found, refused = read(written(head(1), [attempt("ann@x", (sums, "-5"))]), questions=[sums])

    assert refused == []
    assert found[0][1:3] == ("5", sums.draft.key)


def test_json_whose_rows_have_no_names_is_refused_whole():
    rows = [attempt("ann@x", (PENS, "9 pounds")), attempt("bob@x", (PENS, "8 pounds"))]

    with pytest.raises(ConfigError, match="rows have no names"):
        read(json.dumps([rows]))


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 1, 4, 3)])
def test_a_question_is_known_in_whatever_order_its_options_stood(order):
    assert recognised({summary(PENS, order)}, [GRID, PENS]) == {summary(PENS, order): asked(PENS)}


def test_every_question_of_all_models_is_known_but_for_what_reads_the_same():
    """Descriptions of pictures may say the same of two: those are told, never guessed."""
    questions = [a_question(n, made) for n, made in enumerate(islice(of_all_models(), 500), 1)]
    texts = {" ".join(summary(each).split()): each for each in questions}

    found = recognised(texts, questions)

    assert set(found) == set(texts)
    assert all(one is None or one.id == str(texts[text].id) for text, one in found.items())
    assert sum(one is None for one in found.values()) <= 5


def test_other_words_in_another_order_are_another_question():
    older = a_question(3, a_draft(stem="Ann is older than Bob. Who is older?"))
    younger = a_question(4, a_draft(stem="Bob is older than Ann. Who is older?"))

    found = recognised({summary(older), summary(younger)}, [older, younger])

    assert [found[summary(each)].id for each in (older, younger)] == ["3", "4"]


def test_what_cannot_be_taken_is_told_with_its_reason():
    unknown = a_question(9, a_draft(stem="Why?"))
    table = [
        attempt("ann@x", (unknown, "8 pounds")),
        attempt("bob@x", (PENS, "7 pounds")),
        attempt("cleo@x", (PENS, "9 pounds"), state="In progress"),
        attempt("dan@x", (PENS, "9 pounds"), completed="3. November 2026, 10:25"),
        attempt("", (PENS, "9 pounds")),
        [*attempt("eve@x", (PENS, "9 pounds"))[:-1], "6 pounds"],
        attempt("fay@x", (PENS, "9 pounds")),
    ]

    found, refused = read(as_csv(head(1), table), questions=[PENS])

    assert [row[0] for row in found] == ["fay@x"]
    assert [(row.line, row.reason) for row in refused] == [
        (2, "no question of the bank reads so"),
        (3, "no option of question 1"),
        (4, "an attempt that is not finished"),
        (5, "Completed is no time that can be read"),
        (6, "no Email address"),
        (7, "right for Moodle, but not the key of question 1"),
    ]


def test_two_questions_that_read_the_same_are_never_guessed():
    twin = a_question(7, PENS.draft)

    found, refused = read(
        as_csv(head(1), [attempt("ann@x", (PENS, "9 pounds"))]), questions=[PENS, twin]
    )

    assert found == []
    assert refused[0].reason == "several questions read so: name them by --quiz"


def test_without_texts_the_quizs_order_tells_the_question():
    header = head(2, "Response")
    row = [*attempt("ann@x")[:8], "9 pounds", "[up]"]
    quiz = Quiz([asked(PENS), asked(GRID)], zone=ZoneInfo("Europe/Budapest"))

    found, refused = read(as_csv(header, [row], ";"), quiz)

    assert refused == []
    assert [(row[1], row[3]) for row in found] == [
        ("1", "2026-11-03T10:25:00+01:00"),
        ("2", "2026-11-03T10:25:00+01:00"),
    ]


@pytest.mark.parametrize(
    ("header", "quiz", "told"),
    [
        (head(1, "Response"), None, "does not say which question Response 1 answers"),
        (head(2, "Response"), Quiz([asked(PENS)]), "2 responses, --quiz names 1 questions"),
        (HEAD, None, "no columns Response 1 and Completed"),
        (["Completed", "Response 1", "Question 1"], None, "tells no learners apart"),
    ],
)
@pytest.mark.parametrize("written", [as_csv, as_json])
def test_a_report_that_lacks_something_is_refused_whole(header, quiz, told, written):
    with pytest.raises(ConfigError, match=told):
        read(written(header, [["1"] * len(header)]), quiz)


def test_a_header_that_names_a_response_twice_is_refused_whole():
    with pytest.raises(ConfigError, match="has a response twice"):
        read(as_csv([*HEAD, "Response 1", "Response1"], []))


def test_the_first_column_that_tells_learners_apart_is_the_learner():
    header = ["Surname", "Email address", "ID number", "Completed", "Response 1"]

    columns = columns_of(io.BytesIO(",".join(header).encode()))

    assert columns.learner == "idnumber"


def test_a_report_is_known_by_its_header():
    text = as_csv(head(1), [attempt("ann@x", (PENS, "9 pounds"))])

    assert rows(io.BytesIO(text.encode()), None, Quiz(by_text={"x": None}))[0] == "moodle"


CELLS = st.text(st.sampled_from('ab "\n,;é'), max_size=12).map(lambda cell: cell.strip() or "x")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_cells_with_line_ends_come_back(table):
    file = io.StringIO()
    csv.writer(file).writerows([["x", "y", "z"], *table])

    pieces = list(quoted.rows(io.BytesIO(file.getvalue().encode()), ",", 3))

    found = [[" ".join(cell.split()) for cell in row] for piece in pieces for row in piece.objects]
    assert found == [[" ".join(cell.split()) for cell in row] for row in table]
    assert [row for piece in pieces for row in piece.refused] == []


def test_one_bad_quote_spoils_one_line():
    text = 'x,y,z\n1,"two\nlines",3\n4,"bad,6\n7,8,9\n10,"1""1",12\n'

    pieces = list(quoted.rows(io.BytesIO(text.encode()), ",", 3))

    assert [row for piece in pieces for row in piece.objects] == [
        ["1", "two\nlines", "3"],
        ["7", "8", "9"],
        ["10", '1"1', "12"],
    ]
    assert [(row.line, row.what) for piece in pieces for row in piece.refused] == [
        (4, "its quotes do not match")
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[[{"completed": "x", "response1": "a", "question1": "b", "username": ["ann"]}, 7, []]]',
        '[[{"completed": 3, "response1": null, "question1": {"a": 1}, "username": "ann"}',
        "[[" + "[" * 5_000,
        'Username,Completed,Question 1,Response 1\n"' + "x" * 2_000_000 + "\n",
        "Username,Completed,Question 1,Response 1\n" + '"\n' * 5_000,
    ],
)
def test_a_broken_report_raises_nothing_but_what_is_said(text):
    try:
        found, refused = read(text)
    except ConfigError:
        return
    assert found == []
    assert refused


def test_a_time_that_names_its_zone_keeps_it():
    row = attempt("ann@x", (PENS, "9 pounds"), completed="2026-11-03T10:25:00+02:00")

    ((_, _, _, moment),), _ = read(as_csv(head(1), [row]))

    assert datetime.fromisoformat(moment).astimezone(UTC) == datetime(
        2026, 11, 3, 8, 25, tzinfo=UTC
    )
