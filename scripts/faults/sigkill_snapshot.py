#!/usr/bin/env python3
"""Kills `itemwell snapshot` and `itemwell recommend` with SIGKILL at random moments, and counts.

    python scripts/faults/sigkill_snapshot.py --kills 100

A clean run of each tells what must be there. Then, again and again: the table is emptied, a run is
killed at any moment of it, and the next run goes on. What is there then must be what the clean run
left, to the row. Exits 1 where anything is not as it should be.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from banks import a_bank, engine, query
from sqlalchemy import text

SCRIPTS = Path(__file__).parents[1]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
SNAPSHOTS = (
    "user_id, snapshot_date, pace_score, quiz_average, lessons_completed_count, time_spent_seconds,"
    " pace_label, reason, formula, abilities, time_zone, day_start, day_end"
)
STEPS = (
    "user_id, recommendation_type, subject, priority, title, reason, evidence, is_active, refresh_date,"
    " expires_at"
)
JOBS = {  # what a run is asked for, the table, and the columns that any two runs agree on
    "snapshot": (("snapshot", "--date", YESTERDAY), "performance_snapshots", SNAPSHOTS),
    "recommend": (("recommend", "--date", YESTERDAY), "adaptive_recommendations", STEPS),
}
AMISS = {
    "leases left": "SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL",
    "runs left running": "SELECT count(*) FROM job_runs WHERE status = 'running'",
    "two steps of a rule standing for one learner": """
        SELECT count(*) FROM (SELECT FROM adaptive_recommendations WHERE is_active
            GROUP BY user_id, recommendation_type HAVING count(*) > 1) AS twice""",
}


def start(environment, arguments):
    command = [sys.executable, "-m", "itemwell", *arguments, "--quiet"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def finish(environment, arguments):
    """Seconds that a run takes which nobody kills. It must end well."""
    began = time.monotonic()
    process = start(environment, arguments)
    _, err = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {process.returncode}: {err[-1000:]}")
    return time.monotonic() - began


def digest(url, table, columns):
    rows = f"SELECT md5(string_agg(row::text, ';' ORDER BY row::text)) FROM (SELECT {columns} FROM {table}) AS row"
    return query(url, rows)


def empty(url, table):
    bank = engine(url)
    with bank.begin() as db:
        db.execute(text(f"TRUNCATE {table}"))
    bank.dispose()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--learners", type=int, default=6_000)
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    asked = options.parse_args()

    chance, seen = random.Random(1), Counter()
    with a_bank(asked.bank) as environment:
        url = environment["DATABASE_URL"]
        populate = [sys.executable, SCRIPTS / "populate.py", "--learners", str(asked.learners)]
        subprocess.run(
            [*populate, "--active", str(asked.learners // 2)],
            env=environment,
            check=True,
            capture_output=True,
        )
        clean, seconds = {}, {}
        for job, (arguments, table, columns) in JOBS.items():
            seconds[job] = finish(environment, arguments)
            clean[job] = digest(url, table, columns)
        rows = {job: query(url, f"SELECT count(*) FROM {JOBS[job][1]}") for job in JOBS}
        for number in range(asked.kills):
            job = list(JOBS)[number % len(JOBS)]
            arguments, table, columns = JOBS[job]
            empty(url, table)
            process = start(environment, arguments)
            time.sleep(chance.uniform(0.2, 1.0) * seconds[job])
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                seen["killed"] += 1
            process.communicate()
            left = query(url, f"SELECT count(*) FROM {table}")
            seen["killed in mid-work"] += 0 < left < rows[job]
            finish(environment, arguments)
            seen["ends that are not the clean run's"] += digest(url, table, columns) != clean[job]
        amiss = {name: query(url, sql) for name, sql in AMISS.items()}
    amiss["ends that are not the clean run's"] = seen["ends that are not the clean run's"]
    told = ", ".join(f"{count:,} rows of {job}" for job, count in rows.items())
    print(
        f"{asked.kills} SIGKILLs ({seen['killed']} met a run, {seen['killed in mid-work']} in mid-work), {told}"
    )
    print("\n".join(f"{number:6} {name}" for name, number in amiss.items()))
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
