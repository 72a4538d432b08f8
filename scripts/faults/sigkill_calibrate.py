#!/usr/bin/env python3
"""Kills calibrations at random moments while answers arrive, and shows that no mixed set is in force.

    python scripts/faults/sigkill_calibrate.py --kills 100

After each kill: every question publishes what one calibration found of it, all questions of that
calibration do, no parameter is out of bounds, and no answer is gone. In the end a calibration that
nobody kills has to contain every answer. Exits 1 where anything is not as it should be.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from banks import a_bank, engine, itemwell, query
from forks import start
from sqlalchemy import text

from itemwell.irt import simulate
from itemwell.store import responses
from itemwell.store.responses import NOTHING, Batch

EACH = 20
PROGRAM = "itemwell.cli:main"
LAST = "SELECT coalesce(max(id), 0) FROM irt_calibration_runs WHERE published_at IS NOT NULL"
WRONG = {
    "questions that publish something else than their calibration found": (
        "SELECT count(*) FROM questions q LEFT JOIN item_parameters p ON p.question_id = q.id"
        " AND p.calibration_id = q.irt_calibration_id WHERE q.irt_calibration_id IS NOT NULL AND"
        " (p.published IS NOT TRUE OR (p.difficulty, p.discrimination, p.se_difficulty)"
        " IS DISTINCT FROM (q.irt_difficulty, q.irt_discrimination, q.irt_se_difficulty))"
    ),
    "questions that the last calibration published and that publish another": (
        f"SELECT count(*) FROM item_parameters p JOIN questions q ON q.id = p.question_id"
        f" WHERE p.published AND p.calibration_id = ({LAST})"
        f" AND q.irt_calibration_id IS DISTINCT FROM p.calibration_id"
    ),
    "parameters of calibrations that were not published": (
        "SELECT count(*) FROM item_parameters p JOIN irt_calibration_runs c ON c.id = p.calibration_id"
        " WHERE c.published_at IS NULL"
    ),
}


class Learners(threading.Thread):
    """Go on answering until they are told to stop, each in a transaction of their own."""

    def __init__(self, url, ids, truth):
        super().__init__(daemon=True)
        self.bank, self.ids, self.truth = engine(url), ids, truth
        self.given, self.over = 0, threading.Event()

    def run(self):
        number = 0
        while not self.over.wait(0.02):
            number += 1
            self.given += answer(self.bank, self.ids, self.truth, number, learners=3)

    def end(self):
        self.over.set()
        self.join()
        self.bank.dispose()


def answer(bank, ids, truth, number, *, learners):
    """Store what some new learners answer; how many answers it was."""
    rng = np.random.default_rng([7, number])
    theta = rng.normal(size=learners)
    drawn = simulate.adaptive(truth._replace(theta=theta), EACH, seed=number)
    nothing = [NOTHING] * drawn.count
    batch = Batch(
        [f"{number}-{place // EACH}" for place in range(drawn.count)],
        [str(ids[code >> 1]) for code in drawn.codes],
        ["t" if code & 1 else "f" for code in drawn.codes],
        nothing,
        nothing,
        nothing,
    )
    with bank.begin() as db:
        return responses.add(db, [batch]).new


def calibrate(url, environment, log):
    arguments = ["calibrate", "--force", "--min-answers", "20", "--json"]
    return start(PROGRAM, arguments, environment | {"DATABASE_URL": url}, log)


def kill_one(url, environment, log, chance, longest):
    """Kill a calibration at a random moment of it; whether it had not ended before."""
    process = calibrate(url, environment, log)
    process.join(chance.uniform(0.0, longest))
    alive = process.is_alive()
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    if process.exitcode not in {0, -signal.SIGKILL}:
        sys.exit(f"a calibration ended with {process.exitcode}: {log.read_text()[-2000:]}")
    return alive


def ids_of(url):
    bank = engine(url)
    with bank.connect() as db:
        found = db.scalars(text("SELECT id FROM questions ORDER BY id")).all()
    bank.dispose()
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--questions", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bank", help="an empty bank of its own, instead of an embedded one")
    asked = options.parse_args()

    chance, wrong = random.Random(asked.seed), dict.fromkeys(WRONG, 0)
    with a_bank(asked.bank) as environment, tempfile.TemporaryDirectory() as folder:
        url, log = environment["DATABASE_URL"], Path(folder) / "log"
        itemwell(environment, "generate", "--count", str(asked.questions), "--source", "templates")
        ids, truth = ids_of(url), simulate.draw_truth(1, asked.questions, seed=asked.seed)
        bank = engine(url)
        before = answer(bank, ids, truth, 0, learners=400)
        bank.dispose()
        started = time.monotonic()
        calibrate(url, environment, log).join()
        longest = (time.monotonic() - started) * 1.2
        learners = Learners(url, ids, truth)
        learners.start()
        killed = published = tried = 0
        while killed < asked.kills:
            killed += kill_one(url, environment, log, chance, longest)
            tried += 1
            for name, sql in WRONG.items():
                wrong[name] += query(url, sql)
        learners.end()
        published = query(
            url, "SELECT count(*) FROM irt_calibration_runs WHERE published_at IS NOT NULL"
        )
        last = calibrate(url, environment, log)
        last.join()
        held = query(url, f"SELECT responses_count FROM irt_calibration_runs WHERE id = ({LAST})")
        wrong["answers lost"] = before + learners.given - held
        wrong["calibrations left running"] = query(
            url, "SELECT count(*) FROM irt_calibration_runs WHERE status = 'running'"
        )
    print(f"{killed} SIGKILLs in {tried} calibrations, {published} published before the last")
    print(f"{learners.given} answers came meanwhile, {held} in all are in the last calibration")
    print("\n".join(f"{number:6} {name}" for name, number in wrong.items()))
    sys.exit(any(wrong.values()) or last.exitcode)


if __name__ == "__main__":
    main()
