#!/usr/bin/env python3
"""Kills cleanups at random moments, on a bank where by clock and policy every row is old.

    python scripts/faults/sigkill_cleanup.py --kills 100

After each kill: no more rows are gone than the cap of a day, exactly those that the log tells, each of
them is in the archive, and what is in use is there. A cleanup that nobody kills then ends the day; the
next one begins. Exits 1 where anything is not as it should be.
"""

import argparse
import gzip
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from banks import a_bank, engine
from forks import start
from sqlalchemy import text

PROGRAM = "itemwell.cli:main"
FILL = """
    INSERT INTO health_checks (timestamp, component, status, response_time_ms)
    SELECT clock_timestamp() - interval '365 days', 'bank', 'healthy', n FROM generate_series(1, :rows) AS n
"""
IN_USE = """
    WITH run AS (INSERT INTO job_runs (job_id, status, completed_at, started_at)
        SELECT 'generate', 'failed', clock_timestamp() - interval '365 days',
            clock_timestamp() - interval '365 days' RETURNING id),
    slot AS (INSERT INTO generation_slots (run_id, question_type, difficulty, ordinal, seed)
        SELECT id, 'math', 'easy', 1, 'x' FROM run RETURNING id, run_id)
    INSERT INTO llm_calls (id, run_id, slot_id, attempt, stage, seat, subject, vendor, model, prompt_version,
        request_hash, prompt, state, perhaps_billed, created_at)
    SELECT gen_random_uuid(), run_id, id, 1, 'draft', 0, '', 'openai', 'm', '1', 'x', 'p', 'answered', false,
        clock_timestamp() - interval '365 days' FROM slot
"""
LEFT_OF_USE = (
    "SELECT count(*) FROM llm_calls c JOIN generation_slots s ON s.id = c.slot_id"
    " JOIN job_runs r ON r.id = s.run_id AND r.id = c.run_id"
)
OF_TODAY = (
    "SELECT coalesce(sum(records_deleted), 0) FROM cleanup_logs WHERE table_name = 'health_checks'"
    " AND timestamp > clock_timestamp() - interval '20 hours'"
)
A_DAY_LATER = "UPDATE cleanup_logs SET timestamp = timestamp - interval '21 hours'"
AT_ONCE = json.dumps(
    dict.fromkeys(("health_checks", "llm_calls", "job_runs", "refusals", "metrics_data"), 0)
)


class Bank:
    """The bank, its archive, and what was wrong with them."""

    def __init__(self, url, archive, rows):
        self.engine, self.archive, self.rows = engine(url), archive, rows
        self.deleted, self.read = 0, {}
        self.wrong = dict.fromkeys(
            ("more than the cap of a day", "other than the log tells", "not archived", "in use"), 0
        )
        self.execute(IN_USE)
        self.begin_day()

    def execute(self, sql, **given):
        with self.engine.begin() as db:
            return db.execute(text(sql), given)

    def ids(self):
        with self.engine.connect() as db:
            return set(db.scalars(text("SELECT id FROM health_checks")))

    def value(self, sql):
        with self.engine.connect() as db:
            return db.scalar(text(sql))

    def begin_day(self):
        """A day later there are as many old rows as ever: a small table is cleaned too soon to be killed."""
        self.execute(A_DAY_LATER)
        missing = self.rows - len(self.ids())
        self.deleted += missing
        self.execute(FILL, rows=missing)
        self.at_dawn = self.ids()
        self.cap = min(10_000, max(len(self.at_dawn) // 10, 1))

    def check(self):
        """After a kill: the dead server process may still be about to notice it."""
        gone = self.at_dawn - self.ids()
        self.wrong["more than the cap of a day"] += len(gone) > self.cap
        self.wrong["other than the log tells"] += len(gone) != self.value(OF_TODAY)
        self.wrong["not archived"] += len(gone - self.archived())
        self.wrong["in use"] += self.value(LEFT_OF_USE) != 1

    def archived(self):
        """The ids in its files, each of which is read once: what is there is whole."""
        for file in set(self.archive.glob("health_checks/*.gz")) - set(self.read):
            with gzip.open(file, "rt") as lines:
                self.read[file] = {json.loads(line)["id"] for line in lines}
        return set().union(*self.read.values())


def clean(environment, log):
    return start(PROGRAM, ["cleanup", "--json"], environment, log)


def kill_one(environment, log, chance, longest):
    """Kill a cleanup at a random moment of its `longest` time; whether it had not ended before.

    Without a longest time it is left alone.
    """
    process = clean(environment, log)
    process.join(longest and chance.uniform(0.0, longest))
    alive = process.is_alive()
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    if process.exitcode not in {0, -signal.SIGKILL}:
        sys.exit(f"a cleanup ended with {process.exitcode}: {log.read_text()[-2000:]}")
    return alive


def settle(bank):
    """Until no backend of a killed cleanup is left: its last COMMIT may be under way."""
    for _ in range(200):
        busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'itemwell' AND state <> 'idle'"
        if not bank.value(busy):
            return
        time.sleep(0.02)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bank", help="an empty bank of its own, instead of an embedded one")
    asked = options.parse_args()

    chance = random.Random(asked.seed)
    with a_bank(asked.bank) as environment, tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        home = environment["ITEMWELL_HOME"] = str(Path(folder) / "home")
        environment |= {"ARCHIVE": "jsonl", "RETENTION_DAYS": AT_ONCE}
        bank = Bank(environment["DATABASE_URL"], Path(home) / "archive", asked.rows)
        longest = 0.0
        for _ in range(2):  # the first one waits for the fork server
            began = time.monotonic()
            kill_one(environment, log, chance, None)
            longest = time.monotonic() - began
            bank.check()
            bank.begin_day()
        kills = days = 0
        while kills < asked.kills:
            killed = kill_one(environment, log, chance, longest)
            kills += killed
            settle(bank)
            bank.check()
            if not killed:  # it ended the day: another one finds nothing that it may delete
                kill_one(environment, log, chance, None)
                bank.check()
                bank.begin_day()
                days += 1
        bank.begin_day()
        gone, cap = bank.deleted - asked.rows, bank.cap
        bank.engine.dispose()
    print(f"{kills} SIGKILLs over {days} days: {gone} rows deleted, {cap} a day at the most")
    for what, number in bank.wrong.items():
        print(f"  {what}: {number}")
    sys.exit(1 if any(bank.wrong.values()) else 0)


if __name__ == "__main__":
    main()
