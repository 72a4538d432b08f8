"""The fault table: every row for every vendor, the real SDKs over a socket and a real bank."""

from dataclasses import replace
from importlib import import_module

import pytest
from sqlalchemy import create_engine, make_url
from tests.conftest import a_database

from itemwell.cli.self_test import SDKS
from itemwell.double import ALL, Fault, Layer
from itemwell.errors import Exit
from itemwell.self_test.row import End
from itemwell.self_test.table import TABLE
from itemwell.self_test.trial import trial

TRIED = {reply.name for row in TABLE for reply in row.replies if isinstance(reply, Fault)}
ELSEWHERE = {"BAD_REQUEST", "TOO_LONG", "STATUS", "STORM", "CLOSE", "GARBLED"}
"""Bugs of ours, other names for what is in the table, and what `scripts/faults/fuzz.py` sends."""


@pytest.fixture(scope="module")
def any_bank(admin, template):
    for sdk in SDKS.values():
        import_module(sdk)
    for url in a_database(admin, template):
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        yield engine
        engine.dispose()


def named(name):
    return next(row for row in TABLE if row.name == name)


@pytest.mark.parametrize("vendor", SDKS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_row_holds(any_bank, tmp_path, row, vendor):
    assert trial(any_bank, tmp_path, row, vendor) == []


def test_every_fault_of_the_double_is_in_the_table():
    asks = {name: fault for name, fault in ALL.items() if not name.startswith("VECTOR_")}
    single = {name for name, fault in asks.items() if fault.layer is not Layer.BATCH}

    assert single - TRIED - {"EXPIRED"} == ELSEWHERE


def test_the_names_of_rows_are_unique():
    assert len({row.name for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end": End(Exit.OK, "done", 3)}, "ended 0 (done) with 1 kept, not 0 (done) with 3 kept"),
        ({"kinds": frozenset({"rate"})}, "on record refused, not rate"),
        ({"most_calls": 3}, "times, not 3 at the most"),
        ({"refused": "draft: rate"}, "no refusal 'draft: rate', but draft: refused"),
        ({"noted": "text around"}, "no answer noted 'text around'"),
        ({"least_seconds": 60.0}, "took "),
    ],
)
def test_what_differs_from_a_row_is_told(any_bank, tmp_path, change, told):
    [difference] = trial(any_bank, tmp_path, replace(named("a refusal"), **change), "openai")

    assert told in difference
