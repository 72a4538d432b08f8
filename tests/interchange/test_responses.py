"""Answers in files: lines whatever their length, cells whatever they hold."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.interchange.responses import lines as lines_module
from itemwell.interchange.responses.cells import NONE, Known, Raw, parsed
from itemwell.interchange.responses.lines import Refused, blocks
from itemwell.interchange.responses.sniff import rows

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
KNOWN = Known({"12": "B"}, NOW, NOW + timedelta(minutes=5))


TEXTS = st.text(st.sampled_from("ab é,\r"), max_size=40)


@given(st.lists(TEXTS, max_size=12), st.booleans())
def test_every_line_comes_once_with_its_number_or_is_refused(texts, ended):
    data = "\n".join(texts).encode() + (b"\n" if ended else b"")

    found, refused = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "BLOCK", 7)
        patch.setattr(lines_module, "LONGEST", 20)
        for block in blocks(io.BytesIO(data)):
            found += zip(block.numbers, block.texts, strict=True)
            refused += [row.line for row in block.refused]

    whole = [(n, text.removesuffix("\r")) for n, text in enumerate(texts, 1) if text.strip()]
    kept = [pair for pair in whole if pair[0] not in refused]
    assert found == kept
    assert all(len(texts[line - 1].encode()) > 20 for line in refused)
    assert all(len(text.encode()) <= 20 + 7 for _, text in found)


def test_what_is_not_utf8_spoils_its_own_line_alone():
    (block,) = blocks(io.BytesIO(b"one\n\xff\xfe\nthree\n"))

    assert (block.numbers, block.texts) == ([1, 3], ["one", "three"])
    assert [(row.line, row.reason) for row in block.refused] == [(2, "not in UTF-8")]


def one(**cells):
    """What becomes of one row with these cells: its six columns, or the reason."""
    row = {"user_id": "ann", "question_id": "12", "is_correct": "1"} | cells
    columns = {name: [value] for name, value in row.items()}
    found = parsed(Raw([7], ["the line"], columns, []), KNOWN)
    return found.refused[0].reason if found.refused else [column[0] for column in found.columns]


@pytest.mark.parametrize(
    ("name", "cell", "place", "read"),
    [
        ("user_id", " Zoë Ng ", 0, "Zoë Ng"),
        ("question_id", "0012", 1, "12"),
        ("question_id", "12.0", 1, "12"),
        ("is_correct", "TRUE", 2, "t"),
        ("is_correct", "0.0", 2, "f"),
        ("selected_option", "NA", 3, NONE),
        ("response_time_ms", "1e3", 4, "1000"),
        ("response_time_ms", "nan", 4, NONE),
        ("response_time_ms", "12.5", 4, "12"),
        ("answered_at", "", 5, "2026-11-29T04:00:00+00:00"),
        ("answered_at", "2026-11-01", 5, "2026-11-01T00:00:00+00:00"),
        ("answered_at", "2026-11-01 10:00:00+02:00", 5, "2026-11-01T08:00:00+00:00"),
        ("answered_at", "2026-11-29T04:04:59Z", 5, "2026-11-29T04:04:59+00:00"),
    ],
)
def test_a_cell_means_what_people_mean_by_it(name, cell, place, read):
    assert one(**{name: cell})[place] == read


@pytest.mark.parametrize(
    ("name", "cell", "reason"),
    [
        ("user_id", "  ", "no user_id"),
        ("user_id", "a\0b", "user_id has a character that cannot be printed"),
        ("user_id", "\ud800", "user_id has a character that cannot be printed"),
        ("user_id", "a" * 201, "user_id is longer than 200 characters"),
        ("question_id", "", "no question_id"),
        ("question_id", "-3", "question_id is no number"),
        ("question_id", "9" * 19, "question_id is no number"),
        ("question_id", "1.5", "question_id is no number"),
        ("is_correct", "2", "is_correct is neither 1 nor 0"),
        ("selected_option", "B\\", "selected_option cannot be one"),
        ("response_time_ms", "soon", "response_time_ms is no number"),
        ("response_time_ms", "inf", "response_time_ms is no number"),
        ("response_time_ms", "-1", "response_time_ms is below 0"),
        ("response_time_ms", "9999999999", "response_time_ms is above 24 days"),
        ("answered_at", "1764380000", "answered_at is no time in ISO 8601"),
        ("answered_at", "0001-01-01T00:00:00+14:00", "answered_at is no time in ISO 8601"),
        ("answered_at", "2026-11-29T04:05:01Z", "answered_at is in the future"),
    ],
)
def test_a_cell_that_means_nothing_is_refused(name, cell, reason):
    assert one(**{name: cell}) == reason


@given(st.lists(st.text(max_size=30), min_size=6, max_size=6))
def test_whatever_the_cells_are_a_row_is_taken_or_refused(cells):
    names = (
        "user_id",
        "question_id",
        "is_correct",
        "selected_option",
        "response_time_ms",
        "answered_at",
    )

    found = parsed(
        Raw([1], [""], {name: [cell] for name, cell in zip(names, cells, strict=True)}, []), KNOWN
    )

    assert len(found.columns[0]) + len(found.refused) == 1
    assert all("\n" not in cell and "\t" not in cell for column in found.columns for cell in column)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"\xef\xbb\xbfuser_id,question_id,is_correct\nann,12,1\n", "csv"),
        (b"user_id\tquestion_id\tis_correct\nann\t12\t1\n", "csv"),
        (b'"user_id","question_id","is_correct"\n"ann","12","1"\n', "csv"),
        (b"\n\nUser_ID;Question_ID;Is_Correct\r\nann;12;1\r\n", "csv"),
        (b"user_id,q12\nann,1\n", "wide"),
        (b"q12,user_id\n1,ann\n", "wide"),
        (b'\n{"user_id": "ann", "question_id": 12, "is_correct": true}', "jsonl"),
    ],
)
def test_a_format_is_known_by_the_first_line(content, form):
    found, pieces = rows(io.BytesIO(content))

    columns = [parsed(raw, KNOWN).columns for raw in pieces if raw.numbers]
    assert found == form
    assert [[column[0] for column in each[:3]] for each in columns] == [["ann", "12", "t"]]


def test_a_refused_row_says_where_and_why():
    assert str(Refused(3, "no user_id")) == "line 3: no user_id"


def test_the_formats_of_the_command_are_those_that_can_be_read():
    from itemwell.cli import responses
    from itemwell.interchange.responses import sniff

    assert tuple(sniff.FORMATS) == responses.FORMATS
