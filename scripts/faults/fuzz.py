#!/usr/bin/env python3
"""Runs `itemwell generate --source models` against vendors whose bodies are garbled, until so many came.

    python scripts/faults/fuzz.py --bodies 10000

Half of the replies have places of their JSON missing, odd or doubled, bytes cut or put in, odd
statuses and Retry-After. Each run must end with a status of the table and say so, without a traceback;
nothing may be in the bank without its gates. Exits 1 where anything is not as it should be.
"""

import argparse
import subprocess
import sys
from collections import Counter

from banks import a_bank, query

from itemwell.double import apart

AMPLE = dict.fromkeys(("BUDGET_PER_RUN", "BUDGET_PER_DAY", "BUDGET_PER_MONTH"), "1000000")
PLAIN = {"EMBEDDER": "hash", "ENEMIES_PER_QUESTION": "1000000", "PATIENCE_SECONDS": "10"}
ENDS = {0, 1, 2}
AMISS = {
    "calls left open": "SELECT count(*) FROM llm_calls WHERE state = 'asked'",
    "questions without a solver's or arbiter's answer": """
        SELECT count(*) FROM questions q WHERE status IN ('active', 'pretest') AND 2 > (
            SELECT count(DISTINCT c.stage) FROM llm_calls c
            WHERE c.slot_id = q.slot_id AND c.state = 'answered' AND c.stage IN ('solve', 'judge'))
    """,
    "leases left": "SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL",
}


def run(environment, count):
    """Its status, and what is wrong with how it ended."""
    command = [sys.executable, "-m", "itemwell", "generate", "--source", "models", "--quiet"]
    ended = subprocess.run(
        [*command, "--count", str(count)],
        env=environment,
        capture_output=True,
        timeout=600,
        check=False,
    )
    told = ended.stderr.decode()
    last = (told.strip().splitlines() or [""])[-1]
    right = ended.returncode in ENDS and last.startswith(f"exit code: {ended.returncode} (")
    silent = "Traceback" not in told and "Traceback" not in ended.stdout.decode()
    return ended.returncode, None if right and silent else f"{ended.returncode}: {told[-1500:]}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bodies", type=int, default=10_000)
    options.add_argument("--count", type=int, default=60, help="questions of a run")
    options.add_argument(
        "--rate", type=float, default=0.5, help="share of replies that are garbled"
    )
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    asked = options.parse_args()

    bodies, statuses, wrong, seed = 0, Counter(), [], 0
    with a_bank(asked.bank) as home:
        while bodies < asked.bodies:
            seed += 1
            faulty = {"fault_rate": asked.rate, "faults": "GARBLED", "seed": seed}
            with apart(brain="itemwell.double.cast:cast", **faulty) as double:
                environment = home | AMPLE | PLAIN | double.environment
                status, amiss = run(environment, asked.count)
                charges = double.bill["requests"]
            statuses[status] += 1
            wrong += [amiss] if amiss else []
            bodies += sum(charge["fault"] == "GARBLED" for charge in charges)
        found = {name: query(home["DATABASE_URL"], sql) for name, sql in AMISS.items()}
        kept = query(home["DATABASE_URL"], "SELECT count(*) FROM questions")
    found["runs that ended otherwise, or with a traceback"] = len(wrong)
    ends = ", ".join(f"{count} with {status}" for status, count in sorted(statuses.items()))
    print(f"{bodies:,} garbled bodies in {seed} runs, which ended {ends}; {kept:,} questions kept")
    print("\n".join(f"{number:6} {name}" for name, number in found.items()))
    print("\n\n".join(wrong[:3]), file=sys.stderr)
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
