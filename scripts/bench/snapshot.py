#!/usr/bin/env python3
"""Closed days and next steps for a million learners: seconds, memory, growth, and a loop beside it.

    python scripts/bench/snapshot.py                                  # 10,000 and 100,000 learners
    python scripts/bench/snapshot.py --sizes 10000,1000000

A fifth of the learners are active, with 30 days of history (scripts/populate.py). `itemwell snapshot`
and `itemwell recommend` run as programs of their own, start-up included. Three loops do one learner at a
time on the same bank (peers/one_at_a_time*.py): the same work, which is the program's own statements and
rules with a transaction a learner, and less work, as such jobs are often written, by plain SQL and by an
object mapper: no zones, no abilities, nothing broken looked for, no review model, no evidence. Each
learner's time is the run's over the active ones; growth is that of the largest size over the smallest's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

SCRIPTS = Path(__file__).parents[1]
PEERS = [
    Path(__file__).with_name("peers") / name
    for name in ("one_at_a_time_same.py", "one_at_a_time.py", "one_at_a_time_orm.py")
]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
TABLES = {"snapshot": "performance_snapshots", "recommend": "adaptive_recommendations"}
SHARE = 5


def program(environment, *arguments):
    """What it says as JSON, its seconds, its CPU seconds and its peak memory in megabytes."""
    command = [sys.executable, "-m", "itemwell", *arguments, "--json", "--quiet"]
    with tempfile.TemporaryFile("w+") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        out.seek(0)
        said = out.read()
    if status:
        sys.exit(f"{' '.join(arguments)}: {said[-1000:]}")
    return json.loads(said), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def loop(peer, url, job, count):
    """Seconds a learner of one at a time; what it wrote is gone afterwards."""
    told = subprocess.run(
        [sys.executable, peer, url, job, str(count)], capture_output=True, text=True, check=True
    ).stdout
    found = json.loads(told)
    clear(url, TABLES[job])
    return found["seconds"] / found["learners"]


def clear(url, table):
    bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with bank.begin() as db:
        db.execute(text(f"TRUNCATE {table}"))
    bank.dispose()


def measure(size, asked):
    """A line a job; its seconds a learner."""
    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
        environment = os.environ | {"ITEMWELL_HOME": home}
        environment.pop("DATABASE_URL", None)
        itemwell = [sys.executable, "-m", "itemwell"]

        def run(*command):
            return subprocess.run(
                command, env=environment, check=True, capture_output=True, text=True
            ).stdout

        run(*itemwell, "db", "upgrade")
        run(*itemwell, "db", "start")
        try:
            run(*itemwell, "generate", "--count", "200", "--source", "templates", "--quiet")
            told = run(sys.executable, SCRIPTS / "populate.py", "--learners", str(size), "--active", str(size // SHARE))  # fmt: skip
            rows = sum(int(line.split()[0].replace(",", "")) for line in told.splitlines()[1:])
            url = run(*itemwell, "db", "url").strip()
            return {job: one(environment, url, job, rows, asked) for job in TABLES}
        finally:
            run(*itemwell, "db", "stop")


def one(environment, url, job, rows, asked):
    alone = [loop(peer, url, job, asked.loop) for peer in PEERS]
    said, seconds, cpu, megabytes = program(environment, job, "--date", YESTERDAY)
    each = seconds / said["learners"]
    print(
        f"{job:<10}{said['learners']:>10,}{rows:>13,}{seconds:>9.1f}{cpu:>9.1f}{megabytes:>7.0f}"
        f"{1e6 * each:>9.1f}" + "".join(f"{1e6 * one:>9.0f}{one / each:>7.1f} x" for one in alone),
        flush=True,
    )
    return each


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000", help="learners; a fifth are active")
    parser.add_argument("--loop", type=int, default=5_000, help="learners of the loop")
    asked = parser.parse_args()
    print(
        "                                                              us      us in a loop, and how much faster than it\n"
        "job           active         rows  seconds    CPU s     MB  each    same work        less by SQL      by objects"
    )
    found = [measure(int(size), asked) for size in asked.sizes.split(",")]
    for job in TABLES:
        print(
            f"{job}: {found[-1][job] / found[0][job]:.2f} times a learner's time at the first size"
        )


if __name__ == "__main__":
    main()
