#!/usr/bin/env python3
"""Kills runs of `itemwell generate` at random moments and shows that nothing is lost or doubled.

    python scripts/faults/sigkill.py --kills 200 --count 100

Each kill is followed by the next run of the same order, until one ends by itself; then the order
must be met: not a question less, not one more. Exits 1 where anything is not as it should be.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from sqlalchemy import text

from itemwell.settings import load
from itemwell.store.connect import open_bank

HELD = "SELECT count(*) FROM questions"
MET = (
    "SELECT count(*) FROM job_runs WHERE status = 'success' AND metadata #> '{order,count}' <> '0'"
)
WRONG = {
    "signatures kept twice": "SELECT count(*) - count(DISTINCT signature) FROM questions",
    "slots kept twice": "SELECT count(slot_id) - count(DISTINCT slot_id) FROM questions",
    "questions without every gate": "SELECT count(*) FROM questions WHERE NOT verified ?& array['check','solve','judge','dedup']",
    "slots kept without a question": "SELECT count(*) FROM generation_slots s WHERE state = 'kept'"
    " AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.slot_id = s.id)",
    "questions whose slot is open": "SELECT count(*) FROM questions q JOIN generation_slots s ON s.id = q.slot_id"
    " WHERE s.state <> 'kept'",
    "runs left running": "SELECT count(*) FROM job_runs WHERE status = 'running'",
}


def start(arguments, environment):
    command = [sys.executable, "-m", "itemwell", "generate", "--json", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def kill_until_met(count, kills, chance, environment, longest):
    """Run one order, killing up to `kills` of its runs, until one ends well; how many were killed."""
    killed = 0
    while True:
        process = start(["--count", str(count)], environment)
        try:
            if killed < kills:
                process.wait(timeout=chance.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        _, err = process.communicate()
        if process.returncode == 0:
            return killed
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"a run ended with {process.returncode}: {err.decode()[-2000:]}")


def itemwell(environment, *arguments):
    command = [sys.executable, "-m", "itemwell", *arguments]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def tally(environment, count):
    """What the bank holds, and what is wrong with it. Each order ends in exactly one success."""
    with (
        open_bank(load({"itemwell_home": environment["ITEMWELL_HOME"]}).settings) as bank,
        bank.connect() as db,
    ):
        held, met = (db.execute(text(query)).scalar_one() for query in (HELD, MET))
        wrong = {name: db.execute(text(query)).scalar_one() for name, query in WRONG.items()}
    return held, met, wrong | {"questions too few or too many": held - met * count}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()

    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="itemwell-kills-") as home:
        environment = {**os.environ, "ITEMWELL_HOME": home, "FAMILY_CAP": "100000"}
        environment.pop("DATABASE_URL", None)
        itemwell(environment, "generate", "--count", "0")
        started = time.monotonic()
        itemwell(environment, "generate", "--count", str(asked.count))
        longest = (time.monotonic() - started) * 1.1
        killed = 0
        while killed < asked.kills:
            killed += kill_until_met(
                asked.count, asked.kills - killed, chance, environment, longest
            )
            print(f"{killed} kills", flush=True)
        held, met, wrong = tally(environment, asked.count)
    print(f"{killed} SIGKILLs, {met} orders of {asked.count} met, {held} questions in the bank")
    print("\n".join(f"{number:6} {name}" for name, number in wrong.items()))
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()
