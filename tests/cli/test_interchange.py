"""Questions to and from other people's formats, through the real program."""

import json

import pytest

from itemwell.interchange.formats import FORMATS


@pytest.fixture
def filled(program):
    program("generate", "--count", 24)
    return program


@pytest.mark.parametrize("name", ["qti3", "qti21", "moodle", "gift"])
def test_what_went_out_comes_into_an_empty_bank(filled, home_program, tmp_path, name):
    path = tmp_path / f"bank.{FORMATS[name].ending}"
    out = json.loads(
        filled("questions", "export", "--format", name, "--output", path, "--json").out
    )

    came = json.loads(
        home_program(
            "questions", "import", path, "--format", name, "--vouched-by", "me", "--json"
        ).out
    )

    assert out["exported"] + out["left_out"] == 24
    assert (out["left_out"] > 0) is not FORMATS[name].pictures
    assert (came["kept"], came["refusals"]) == (out["exported"], [])


def test_refused_rows_go_to_a_file_and_the_others_in(program, tmp_path):
    (tmp_path / "two.aiken").write_text("Why?\nA. 1\nB. 2\nC. 3\nANSWER: A\n\nNo question\n")

    ended = program(
        "questions", "import", tmp_path / "two.aiken", "--as", "math/easy",
        "--rejects", tmp_path / "rejects",
    )  # fmt: skip

    rejects = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    assert ended.status == 2
    assert [row["line"] for row in rejects] == [1, 7]
    assert "explanation blank" in rejects[0]["reason"]


def test_a_deck_for_anki_does_not_come_back(filled, tmp_path):
    path = tmp_path / "deck.apkg"

    assert filled("questions", "export", "--output", path).status == 0
    assert filled("questions", "import", path, "--format", "anki").status == 3


def test_answers_of_xapi_come_in(filled, tmp_path):
    statement = {
        "actor": {"mbox": "mailto:ann@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {"id": "https://lms.example/items/1"},
        "result": {"response": "A"},
        "timestamp": "2026-11-01T10:00:00Z",
    }
    (tmp_path / "xapi.json").write_text(json.dumps({"statements": [statement], "more": ""}))

    ended = filled("responses", "import", tmp_path / "xapi.json", "--format", "xapi", "--json")

    assert (ended.status, json.loads(ended.out)["new"]) == (0, 1)
