#!/usr/bin/env python3
"""Reading every answer out of Postgres, and packing them for a fit: CPU and wall time a row, memory.

    python scripts/bench/load.py                     # 6,000,000 answers, 200,000 learners, 2,000 items
    python scripts/bench/load.py --rows 40000000 --items 10000
    python scripts/bench/load.py --url postgresql://...  # a bank that is filled already

Each way is a process of its own, on the same server in the same run. The baseline is the server
alone: a COPY of the same columns to /dev/null there. psycopg's own COPY shows what a message a row
costs. Memory is the process's peak, beside the same process before it read anything. Trust
ratios more than wall times.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from itemwell.store import schema
from itemwell.store.embedded import Embedded

COLUMNS = (
    "hashtextextended(user_id, 0), question_id, is_correct, selected_option,"
    " coalesce(response_time_ms, -1), answered_at"
)
QUERY = f"SELECT {COLUMNS} FROM responses"
FILL = """
    INSERT INTO responses (user_id, question_id, is_correct, selected_option, response_time_ms, answered_at)
    SELECT 'learner-' || learner, 1 + (hashint8(learner * 1000 + k) & 2147483647) % :items, random() < 0.6,
        chr(65 + (random() * 4)::int),
        exp(9 + 0.6 * sqrt(-2 * ln(random() + 1e-9)) * cos(6.28 * random()))::int,
        now() - interval '30 days' + (k * :learners + learner) * interval '0.3 ms'
    FROM generate_series(1, :each) AS k, generate_series(1, :learners) AS learner
"""
UNIQUE = "uq_responses_user_id_question_id_answered_at"


def connected(url):
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def fill(bank, rows, each, items):
    schema.upgrade(bank)
    with bank.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text(f"ALTER TABLE responses DROP CONSTRAINT {UNIQUE}"))  # not what is measured
        db.execute(text(FILL), {"items": items, "each": each, "learners": rows // each})
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM (ANALYZE) responses"))


def server_seconds(pid):
    """CPU of the backend so far; 0 where it is on another machine."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare(db):
    return db.exec_driver_sql(f"COPY ({QUERY}) TO '/dev/null' (FORMAT binary)").rowcount


def psycopg_rows(db):
    query = f"COPY ({QUERY}) TO STDOUT (FORMAT binary)"
    with db.connection.driver_connection.cursor() as cursor, cursor.copy(query) as copy:
        return sum(1 for _ in copy) - 1


def streamed(db):
    from itemwell.store import stream

    return sum(len(chunk.users) for chunk in stream.stream(db))


def loaded(db):
    from itemwell.calibrate.load import load
    from itemwell.store import stream

    ids = db.execute(text("SELECT DISTINCT question_id FROM responses")).scalars().all()
    found = stream.stream(db)
    result = load(found, ids, now=found.taken_at)
    print(result.counts, file=sys.stderr)
    return result.counts.read


WAYS = {"bare": bare, "psycopg": psycopg_rows, "stream": streamed, "load": loaded}


def measure(name, url):
    import numpy as np  # noqa: F401 - what it takes is not the load's

    from itemwell.calibrate import load  # noqa: F401

    with connected(url).connect().execution_options(isolation_level="REPEATABLE READ") as db:
        pid = db.scalar(text("SELECT pg_backend_pid()"))
        db.execute(text("SET statement_timeout = 0"))
        db.execute(text("SET max_parallel_workers_per_gather = 0"))
        db.execute(text("SET jit = off"))
        before = time.perf_counter(), time.process_time(), server_seconds(pid), peak()
        rows = WAYS[name](db)
        after = time.perf_counter(), time.process_time(), server_seconds(pid), peak()
    wall, client, server, memory = (end - begin for begin, end in zip(before, after, strict=True))
    told = {"rows": rows, "wall": wall, "client": client, "server": server}
    print(json.dumps(told | {"grown_mb": memory, "peak_mb": after[3]}))


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(url, repeats):
    print(f"{'':10}{'ns a row:':>10} client  server    wall   peak MB  bytes a row")
    for _ in range(repeats):
        for name in WAYS:
            command = [sys.executable, __file__, "--way", name, "--url", url]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            told = json.loads(done.stdout)
            each = [told[part] / told["rows"] * 1e9 for part in ("client", "server", "wall")]
            grown = told["grown_mb"] * 2**20 / told["rows"]
            print(
                f"{name:10}{told['rows']:10,} {each[0]:6.0f} {each[1]:7.0f} {each[2]:7.0f}"
                f" {told['peak_mb']:9.0f} {grown:12.1f}",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=6_000_000)
    parser.add_argument("--each", type=int, default=30, help="answers a learner")
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--url", help="a bank with answers; else an embedded one is made")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        measure(asked.way, asked.url)
        return
    if asked.url:
        compare(asked.url, asked.repeats)
        return
    with (
        tempfile.TemporaryDirectory(prefix="itemwell-bench-") as folder,
        Embedded(Path(folder) / "home").running() as url,
    ):
        fill(connected(url), asked.rows, asked.each, asked.items)
        compare(url, asked.repeats)


if __name__ == "__main__":
    main()
