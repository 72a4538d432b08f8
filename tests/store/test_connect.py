"""What every connection brings, and what an error of the database is called."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from itemwell.errors import DatabaseError
from itemwell.settings import load
from itemwell.store import connect
from itemwell.store.connect import open_bank, transact


@pytest.fixture
def opened(bank_url):
    with open_bank(load({"database_url": bank_url}).settings) as bank:
        yield bank


def test_each_connection_has_its_limits_and_its_name(opened):
    with opened.connect() as db:
        shown = {
            name: db.scalar(text(f"SHOW {name}")) for name in (*connect.LIMITS, "application_name")
        }

    assert shown == {
        "lock_timeout": "10s",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "1min",
        "application_name": "itemwell",
    }


def test_a_conflict_that_passes_is_tried_again(opened):
    tries = []

    def work(db):
        tries.append(1)
        if len(tries) < 3:
            db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$"))
        return "done"

    assert transact(opened, work, patience=(0, 0, 0)) == "done"
    assert len(tries) == 3


def test_a_bug_in_sql_is_not_tried_again_and_stays_a_bug(bank_url):
    tries = []

    def work(db):
        tries.append(1)
        db.execute(text("SELECT 1 / 0"))

    with (
        pytest.raises(DBAPIError, match="division by zero"),
        open_bank(load({"database_url": bank_url}).settings) as bank,
    ):
        transact(bank, work)

    assert len(tries) == 1


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("53100", "disk is full"),
        ("25006", "read-only"),
        ("42501", "lacks a right"),
        ("57P01", "Lost the database"),
    ],
)
def test_an_error_of_the_world_is_one_line(bank_url, state, told):
    settings = load({"database_url": bank_url}).settings

    with pytest.raises(DatabaseError, match=told), open_bank(settings) as bank, bank.begin() as db:
        db.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"))


def test_a_server_that_is_too_old_is_refused(bank_url, monkeypatch):
    monkeypatch.setattr(connect, "OLDEST_POSTGRES", 99)

    with (
        pytest.raises(Exception, match="the server is Postgres"),
        open_bank(load({"database_url": bank_url}).settings),
    ):
        pass
