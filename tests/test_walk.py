"""The walk over learners: whoever has to stop does not wait for the page to come."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import text

from itemwell.store import study
from itemwell.store.study import OURS
from itemwell.walk import Range, Rest, Under

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SLOW = """
    CREATE VIEW slow AS SELECT * FROM study_sessions
    WHERE CASE WHEN user_id > 'c' THEN pg_sleep(60) IS NOT NULL ELSE true END
"""


def walk(bank, over, do):
    sources = OURS._replace(study_sessions='"slow"')
    report = SimpleNamespace(looked_at=0, add=lambda _: None)
    return Range(bank, sources, NOW - timedelta(days=30)).walk(do, Under(over), report)


def test_a_page_that_is_read_ahead_is_left_off_where_the_walk_is_over(bank, monkeypatch):
    monkeypatch.setattr(study, "KNOWN", 1)
    seen = []
    with bank.begin() as db:
        db.execute(text(SLOW))
        for user in "abde":
            given = {"user": user, "at": NOW - timedelta(days=1)}
            db.execute(
                text("INSERT INTO learners (user_id, last_active_at) VALUES (:user, :at)"), given
            )
            db.execute(
                text("INSERT INTO study_sessions (user_id, started_at) VALUES (:user, :at)"), given
            )

    def do(batch):
        time.sleep(0.5)  # the next page is asked for meanwhile
        seen.extend(each.user_id for each in batch)
        return []

    began = time.monotonic()
    rest = walk(bank, lambda: bool(seen), do)

    assert (seen, rest) == (["a", "b"], Rest("b"))
    assert time.monotonic() - began < 20
    with bank.connect() as db:
        assert not db.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow%' AND state = 'active' AND pid <> pg_backend_pid()"
            )
        )


def test_nothing_is_read_where_it_is_over_from_the_start(bank):
    with bank.begin() as db:
        db.execute(text(SLOW))
        db.execute(
            text("INSERT INTO study_sessions (user_id, started_at) VALUES ('d', :at)"), {"at": NOW}
        )

    assert walk(bank, lambda: True, lambda _: []) == Rest(None)
