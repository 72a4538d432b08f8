#!/usr/bin/env python3
"""Stops runs of `itemwell generate --source models` with SIGTERM while all their calls are in flight.

    python scripts/faults/sigterm.py --times 100 --parallel 64 --latency 5

Each must end with 143 and say so, leave its run `stopped` and no lease, within 2 s at the 99th
percentile; every third is stopped at any moment of its start instead. At last a run resumes the order
and must make the calls that are missing and no other. Exits 1 where anything is not as it should be.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from banks import a_bank, query

from itemwell.double import apart

BRAIN = "itemwell.double.cast:cast"
SAID = "exit code: 143 (terminated): stopped by SIGTERM after a clean checkpoint"
BUDGETS = ("BUDGET_PER_RUN", "BUDGET_PER_DAY", "BUDGET_PER_MONTH")
TWINS = {"EMBEDDER": "hash", "ENEMIES_PER_QUESTION": "1000000"}  # the double has one template
PLACE = "(slot_id, attempt, stage, seat, subject)"
AMISS = {
    "runs that are not stopped": "SELECT count(*) FROM job_runs WHERE status <> 'stopped'",
    "leases left": "SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL",
    "calls left open": "SELECT count(*) FROM llm_calls WHERE state = 'asked'",
    "places answered twice": f"SELECT count(*) - count(DISTINCT {PLACE}) FROM llm_calls WHERE state = 'answered'",
}


def start(environment, count):
    command = [sys.executable, "-m", "itemwell", "generate", "--source", "models", "--quiet"]
    return subprocess.Popen(
        [*command, "--count", str(count)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process):
    """Seconds until it has ended, and what is wrong with how it did."""
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    _, err = process.communicate()
    seconds = time.monotonic() - began
    last = (err.strip().splitlines() or [""])[-1]
    right = process.returncode == 143 and last.startswith(SAID) and "Traceback" not in err
    return seconds, None if right else f"status {process.returncode}: {err[-500:]}"


class Stopping:
    """Runs of one order, each stopped."""

    def __init__(self, double, environment, count, parallel):
        self.double, self.environment = double, environment
        self.count, self.parallel = count, parallel
        self.first = 0.0
        self.full, self.early, self.wrong = [], [], []

    def in_flight(self):
        """Stop it when as many calls are in flight as may be."""
        before, began = self.double.seen["count"], time.monotonic()
        process = start(self.environment, self.count)
        while (made := self.double.seen["count"] - before) < self.parallel:
            if made and not self.first:
                self.first = time.monotonic() - began
            if process.poll() is not None:
                sys.exit(f"a run ended before its calls: {process.communicate()[1]}")
            time.sleep(0.02)
        self._note(self.full, stop(process))

    def at_start(self, chance):
        """Stop it at any moment between the first line of ours and the first calls."""
        process = start(self.environment, self.count)
        time.sleep(chance.uniform(0.5, 1.2) * self.first)
        self._note(self.early, stop(process))

    def _note(self, times, outcome):
        seconds, wrong = outcome
        times.append(seconds)
        self.wrong += [wrong] if wrong else []


def resumed(stopping, double):
    """Calls that a run of the order makes beyond those that are missing; it is met then."""
    environment, count = stopping.environment, stopping.count
    bank = environment["DATABASE_URL"]
    before = double.seen["count"]
    process = start(environment, count)
    _, err = process.communicate()
    if process.returncode != 0:
        sys.exit(f"the last run ended with {process.returncode}: {err[-1000:]}")
    made = double.seen["count"] - before
    needed = query(bank, f"SELECT count(DISTINCT {PLACE}) FROM llm_calls WHERE state = 'answered'")
    had = query(
        bank,
        f"SELECT count(DISTINCT {PLACE}) FROM llm_calls WHERE state = 'answered'"
        " AND run_id <> (SELECT max(id) FROM job_runs)",
    )
    return made - (needed - had), made


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def told(name, times):
    figures = [percentile(times, share) for share in (0.5, 0.9, 0.99)]
    figures = [*figures, max(times, default=0.0)]
    return f"{name:34}{len(times):>6}" + "".join(f"{each:>9.2f}" for each in figures)


@contextmanager
def vendors(latency):
    """The double; quick again for the run that resumes."""
    with apart(brain=BRAIN, latency=latency, sigma=0.3, seed=1) as double:
        yield double


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--parallel", type=int, default=64)
    options.add_argument("--latency", type=float, default=5.0, help="seconds")
    options.add_argument("--count", type=int, default=100)
    options.add_argument(
        "--within", type=float, default=2.0, help="seconds, at the 99th percentile"
    )
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    asked = options.parse_args()

    chance = random.Random(1)
    with a_bank(asked.bank) as home:
        plain = dict.fromkeys(BUDGETS, "1000000") | {"PARALLEL_CALLS": str(asked.parallel)}
        environment = home | plain | TWINS
        with vendors(asked.latency) as slow:
            stopping = Stopping(slow, environment | slow.environment, asked.count, asked.parallel)
            for number in range(asked.times):
                if number % 3 == 2:
                    stopping.at_start(chance)
                else:
                    stopping.in_flight()
        bank = environment["DATABASE_URL"]
        amiss = {name: query(bank, sql) for name, sql in AMISS.items()}
        with vendors(0.05) as quick:
            stopping.environment = environment | quick.environment
            beyond, made = resumed(stopping, quick)
    times = [*stopping.full, *stopping.early]
    amiss |= {
        "stops that ended otherwise": len(stopping.wrong),
        f"the 99th percentile above {asked.within:g} s": int(
            percentile(times, 0.99) > asked.within
        ),
        "calls of the resumed run that were not missing": beyond,
    }
    print(
        f"{'SIGTERM, seconds until the end':34}{'times':>6}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}"
    )
    print(told(f"with {asked.parallel} calls in flight", stopping.full))
    print(told("at any moment of the start", stopping.early))
    print(f"The resumed run met the order with {made} calls")
    print("\n".join(f"{number:6} {name}" for name, number in amiss.items()))
    print("\n".join(stopping.wrong[:3]), file=sys.stderr)
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
