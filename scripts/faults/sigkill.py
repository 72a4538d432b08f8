#!/usr/bin/env python3
"""Kills runs of `itemwell generate` at random moments and shows that nothing is lost or doubled.

    python scripts/faults/sigkill.py --kills 200 --count 100

Each kill is followed by the next run of the same order, until one ends by itself; then the order
must be met: not a question less, not one more. Exits 1 where anything is not as it should be.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

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
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_until_met(count, kills, chance, environment, longest):
    """Run one order, killing up to `kills` of its runs; how many were killed, and the last document."""
    killed = 0
    while True:
        process = start(["--count", str(count)], environment)
        try:
            if killed < kills:
                process.wait(timeout=chance.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        out, err = process.communicate()
        if process.returncode == 0:
            return killed, json.loads(out)
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"a run ended with {process.returncode}: {err.decode()[-2000:]}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database-url", help="[an embedded Postgres in a temporary directory]")
    asked = options.parse_args()

    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="itemwell-kills-") as home:
        environment = {**os.environ, "ITEMWELL_HOME": home, "FAMILY_CAP": "100000"}
        environment.pop("DATABASE_URL", None)
        if asked.database_url:
            environment["DATABASE_URL"] = asked.database_url
        started = time.monotonic()
        process = start(["--count", str(asked.count)], environment)
        process.communicate()
        orders, killed, longest = 1, 0, (time.monotonic() - started) * 1.1
        while killed < asked.kills:
            more, last = kill_until_met(asked.count, asked.kills - killed, chance, environment, longest)
            killed += more
            orders += 1
            print(f"{killed} kills, {orders} orders met, the last run kept {last['kept']}", flush=True)
        url = subprocess.run(
            [sys.executable, "-m", "itemwell", "db", "start"], env=environment, check=True, capture_output=True
        ) and subprocess.run(
            [sys.executable, "-m", "itemwell", "db", "url"], env=environment, check=True, capture_output=True
        ).stdout.decode().strip()
        bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with bank.connect() as db:
            held = db.execute(text("SELECT count(*) FROM questions")).scalar_one()
            wrong = {name: db.execute(text(query)).scalar_one() for name, query in WRONG.items()}
        bank.dispose()
        if not asked.database_url:
            subprocess.run([sys.executable, "-m", "itemwell", "db", "stop"], env=environment, check=True, capture_output=True)
    wrong["questions too few or too many"] = held - orders * asked.count
    print(f"{killed} SIGKILLs, {orders} orders of {asked.count}, {held} questions in the bank")
    print("\n".join(f"{number:6} {name}" for name, number in wrong.items()))
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()
