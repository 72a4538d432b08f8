#!/usr/bin/env python3
"""Ten hosts run what is due for two simulated days, are killed, and clocks step: each due run ends once.

    python scripts/faults/run_due.py --hours 48 --kills 200

A clock in the bank runs fast, in steps of one to nine minutes; now and then it is set back by up to
half an hour or jumps ahead by up to an hour, and each host's own is up to two minutes wrong. Every
job of the table is to catch up all. Each host plans, claims and runs as `itemwell run-due` does; a
run is a process of its own with lease, heartbeat and row. Hosts and runs are killed by SIGKILL at
random moments, and hosts started anew. In the end every due moment of the two days has one row that
is done, by one run that ended well. Exits 1 where anything is not as it should be.
"""

import argparse
import logging
import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from banks import a_bank, engine, query
from sqlalchemy import text

from itemwell.due import job as run_due
from itemwell.schedule import JOBS, dues
from itemwell.store import runs, schedule
from itemwell.store.connect import transact

START = datetime(2027, 3, 27, tzinfo=UTC)  # the clocks of Europe change in the night that follows
TABLE = {name: job._replace(catch_up="all") for name, job in JOBS.items()}
TABLE["exams"] = TABLE["exams"]._replace(zone="Europe/Berlin", cron="30 */2 * * *")
CLOCK = text("SELECT now FROM virtual_clock")
MEND = "SELECT count(*) FROM due_runs WHERE state IN ('waiting', 'running')"
WRONG = {
    "due runs that are not done": "SELECT count(*) FROM due_runs WHERE state <> 'done'",
    "due runs whose run did not end well": (
        "SELECT count(*) FROM due_runs AS due LEFT JOIN job_runs AS run ON run.id = due.run_id"
        " WHERE run.status IS DISTINCT FROM 'success' OR run.job_id <> due.job"
    ),
    "runs that ended well beside the one of their due run": (
        "SELECT count(*) FROM job_runs WHERE status = 'success'"
        " AND NOT EXISTS (SELECT FROM due_runs WHERE run_id = job_runs.id)"
    ),
    "runs that are two due runs'": (
        "SELECT count(*) FROM (SELECT FROM due_runs GROUP BY run_id HAVING count(*) > 1) AS twice"
    ),
}


def host(url, seed):
    """A host whose clock is a little wrong, until it is killed."""
    chance = random.Random(seed)
    wrong = timedelta(seconds=chance.uniform(-120, 120))
    bank = engine(url)

    def clock(db):
        return db.execute(CLOCK).scalar_one() + wrong

    def start(job, due, _watch):
        return a_run(url, job, due, chance.uniform(0, 0.05))

    while True:
        with suppress(Exception):  # a deadlock or a lost race is the next look's affair
            run_due.run(bank, TABLE, start, clock)
        time.sleep(chance.uniform(0, 0.2))


def a_run(url, job, due, seconds):
    """A run in a process of its own; how it ended."""
    pid = os.fork()
    if pid:
        return run_due.Ended(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os.environ[runs.CLAIM] = f"{job.name}:{due.id}:{due.attempt}"
    status = 75
    with suppress(Exception), runs.begin(engine(url), job.name):
        time.sleep(seconds)
        status = 0
    os._exit(status)


def started(url, seed):
    """The pid of a new host."""
    pid = os.fork()
    if not pid:
        try:
            host(url, seed)
        finally:
            os._exit(1)
    return pid


def kill(url, hosts, chance):
    """Kill a host, or a run under way; how many were."""
    if chance.random() < 0.5:
        found = query(
            url,
            "SELECT (holder ->> 'pid')::int FROM due_runs WHERE state = 'running'"
            " ORDER BY random() LIMIT 1",
        )
        if found and found not in hosts and found != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(found, signal.SIGKILL)
                return 1
    place = chance.randrange(len(hosts))
    os.kill(hosts[place], signal.SIGKILL)
    os.waitpid(hosts[place], 0)
    hosts[place] = started(url, chance.random())
    return 1


def loop(url, asked):
    """Two days of it; (kills, steps of the clock, the latest moment that a host may have seen)."""
    chance, now, latest, kills, steps = random.Random(asked.seed), START, START, 0, 0
    hosts = [started(url, chance.random()) for _ in range(asked.hosts)]
    bank = engine(url)
    end = START + timedelta(hours=asked.hours)
    every = timedelta(hours=asked.hours) / max(1, asked.kills)
    try:
        while now < end:
            step = timedelta(minutes=chance.randint(1, 9))
            if chance.random() < 0.03:
                step, steps = timedelta(minutes=chance.randint(-30, 60)), steps + 1
            now = min(now + step, end)
            latest = max(latest, now)
            with bank.begin() as db:
                db.execute(text("UPDATE virtual_clock SET now = :now"), {"now": now})
            time.sleep(asked.tick)
            while kills < asked.kills and kills < (latest - START) / every:
                kills += kill(url, hosts, chance)
        patience = time.monotonic() + 120
        while query(url, MEND) and time.monotonic() < patience:
            time.sleep(0.2)
    finally:
        for pid in hosts:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return kills, steps, latest


def finish(url, latest):
    """A host that nobody kills, whose clock no host's was ahead of, meets the rest."""
    bank, until = engine(url), latest + timedelta(minutes=3)
    for _ in range(200):
        run_due.run(bank, TABLE, lambda job, due, _: a_run(url, job, due, 0), lambda _: until)
        if not query(url, MEND):
            break
        time.sleep(0.1)
    return until


def main():
    """Runs the loop; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=float, default=48)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--tick", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bank")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    schedule.RETRY = timedelta(0)
    schedule.ATTEMPTS = 50  # what is killed so often here is no poison
    with a_bank(asked.bank) as environment:
        url = environment["DATABASE_URL"]
        bank = engine(url)
        with bank.begin() as db:
            db.execute(
                text("CREATE TABLE virtual_clock AS SELECT CAST(:now AS timestamptz) AS now"),
                {"now": START},
            )
            db.execute(text("DELETE FROM scheduled_jobs"))
        transact(bank, lambda db: schedule.synchronise(db, list(TABLE.values()), START))
        bank.dispose()
        kills, steps, latest = loop(url, asked)
        until = finish(url, latest)
        return verdict(
            url, until, f"{kills} SIGKILLs, {steps} steps of the clock, {asked.hosts} hosts"
        )


def verdict(url, until, told):
    """Prints the counts; the exit status."""
    expected = {(job.name, due) for job in TABLE.values() for due in dues(job, START, until)}
    with engine(url).connect() as db:
        found = [tuple(row) for row in db.execute(text("SELECT job, scheduled_for FROM due_runs"))]
    wrong = {what: query(url, sql) for what, sql in WRONG.items()}
    wrong["due runs that are missing"] = len(expected - set(found))
    wrong["due runs that nobody expected"] = len(set(found) - expected)
    wrong["due runs that are there twice"] = len(found) - len(set(found))
    again = query(url, "SELECT coalesce(sum(attempts - 1), 0) FROM due_runs")
    print(f"{told}; {len(expected)} due runs, {len(found)} found; {again} were tried again")
    print(*(f"{count:>6}  {what}" for what, count in wrong.items()), sep="\n")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
