"""Rows of the fault table through the real program; `tests/self_test` has all of them in one process."""

import json

import pytest

from itemwell.double import Double
from itemwell.double.cast import cast
from itemwell.errors import Exit
from itemwell.self_test.table import TABLE
from itemwell.self_test.trial import values_for

ROWS = {row.name: row for row in TABLE}
CHOSEN = [
    ("openai", "401"),
    ("anthropic", "401"),
    ("google", "401"),
    ("openai", "429, Retry-After 3600"),
    ("anthropic", "429 insufficient quota, another vendor is well"),
    ("google", "503 for ever"),
    ("openai", "no answer at all"),
    ("anthropic", "redirect to another host"),
    ("google", "reset in every body"),
    ("openai", "200 with HTML for ever"),
    ("anthropic", "price unknown"),
    ("google", "connection refused"),
    ("openai", "404, unknown or retired model"),
]


def environment(row, vendor, double, home):
    values = values_for(row, vendor, double) | {"itemwell_home": home}
    return {name.upper(): str(value) for name, value in values.items()}


@pytest.mark.parametrize(("vendor", "name"), CHOSEN)
def test_a_failing_vendor_ends_the_program_as_the_table_says(program, tmp_path, vendor, name):
    row = ROWS[name]
    with Double(cast) as double:
        double.script(vendor, row.replies)
        set_to = environment(row, vendor, double, tmp_path)
        ended = program(
            "generate", "--count", row.wanted, "--types", "math", "--source", "models", "--json",
            "--deadline", "60s", **set_to,
        )  # fmt: skip
        asked = sum(seen.asks for seen in double.seen if seen.vendor == vendor)

    told = json.loads(ended.out)
    assert (ended.status, told["reason"], told["kept"]) == tuple(row.end), ended.err
    assert asked <= row.most_calls
    assert double.leaked == []
    assert "Traceback" not in ended.err
    assert ended.last_line.startswith(f"exit code: {ended.status} ({Exit(ended.status).word}): ")
    assert ended.status == 0 or ended.last_line.endswith(f"; {told['next_step']}")
    assert ended.status == 0 or told["next_step"]


def test_a_deadline_is_kept_while_the_vendor_is_down(program, tmp_path):
    """The vendor's rest is not waited out beyond it, and the last line says what went wrong."""
    row = ROWS["503 for ever"]
    with Double(cast) as double:
        double.script("openai", row.replies)
        set_to = environment(row, "openai", double, tmp_path) | {"PATIENCE_SECONDS": "300"}
        ended = program(
            "generate", "--count", 2, "--source", "models", "--deadline", "8s", **set_to
        )

    assert ended.status == 2, ended.err
    assert "0 of 2 questions kept: openai rests for" in ended.last_line
    assert "overloaded (status 503)" in ended.last_line
