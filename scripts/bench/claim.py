#!/usr/bin/env python3
"""100 clients claim 10,000 exams with their whole content out of a table of a million: how long each waits.

    python scripts/bench/claim.py                                    # a million exams: some minutes
    python scripts/bench/claim.py --exams 100000 --claims 2000       # a quick look

An embedded server on disk, its commits waiting for the disk, as users have it. Nearly all exams have
five questions; those that are claimed have the 71 of a diagnostic or the 225 of a practice exam.
pgbench runs `SELECT * FROM claim_exam(...)` from 100 connections, and every answer is read whole.

Two kinds of waiting are told apart. "alone" is one client after another: what a claim takes. At a
--rate the clients come at random moments, so many a second in all, and a claim's time counts from
the moment that its client came, with its place in the line. "at once" is 100 clients that never
pause: their line is as long as the machine is slow, so it is the throughput that tells.
"insert" is one row into a table without an index, committed, in the same ways: what the disk and the
machine make of any transaction. Connections have made three claims each before the clock runs.
Each exam must have been handed out once, and every transaction must have got one.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from sqlalchemy import create_engine, make_url

from itemwell.store import schema
from itemwell.store.embedded import Embedded

CLIENTS = 100
WARM = 3
SIZES = {"diagnostic": 71, "practice": 225}
QUESTIONS = """
    INSERT INTO questions (question_type, difficulty, status, stem, stimulus, options, key, explanation,
        signature, skeleton, verified)
    SELECT 'math', 'easy', 'active', rpad(n || ' apples', 130, ' and a word'),
        CASE WHEN n % 3 = 0 THEN jsonb_build_object('text', rpad(n || ' lines', 1100, ' to be read'), 'svg', NULL) END,
        (SELECT jsonb_agg(jsonb_build_object('text', 'answer ' || n || ' of ' || o, 'svg', NULL, 'misconception',
            rpad('because', 90, ' of this'))) FROM generate_series(1, 5) AS o),
        'B', rpad('so', 200, ' it is'), encode(sha256(n::text::bytea), 'hex'), n, '{}'
    FROM generate_series(1, 3000) AS n
"""
FORMS = """
    CREATE TEMPORARY TABLE forms AS
    SELECT size, variant, (SELECT jsonb_agg(jsonb_build_object('id', id, 'order', 'CADBE', 'scored', true,
        'stratum', 'math/easy', 'signature', left(signature, 16))) FROM (SELECT * FROM questions
            ORDER BY md5(id || ' ' || size || ' ' || variant) LIMIT size) AS drawn) AS questions
    FROM unnest(ARRAY[5, 71, 225]) AS size, generate_series(1, 50) AS variant
"""
FILL = """
    INSERT INTO pre_generated_exams (user_id, exam_type, questions, expires_at, seed)
    SELECT %(user)s || n, %(type)s, questions, now() + interval '7 days', '1'
    FROM generate_series(%(first)s::bigint, %(last)s) AS n JOIN forms ON size = %(size)s AND variant = 1 + n %% 50
"""
SCRIPT = """
\\set i :i + 1
SELECT * FROM claim_exam('{user}' || (:client_id * {each} + :i), '{kind}');
"""
SOUND = """
    SELECT count(*), count(DISTINCT exam_id), count(*) FILTER (WHERE jsonb_array_length(questions) < 71)
    FROM exam_attempts
"""


INSERT = "INSERT INTO bare VALUES (1);"


class Way(NamedTuple):
    """How clients come: so many, each as soon as it can, or so many a second in all."""

    name: str
    clients: int = CLIENTS
    rate: int | None = None

    @property
    def options(self):
        return [f"--client={self.clients}", *([f"--rate={self.rate}"] if self.rate else [])]


@contextmanager
def bank():
    with (
        tempfile.TemporaryDirectory(prefix="itemwell-bench-") as folder,
        Embedded(Path(folder) / "home").running() as url,
    ):
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        schema.upgrade(engine)
        engine.dispose()
        yield url, Path(folder)


def fill(url, exams, sets, claims):
    with psycopg.connect(url, autocommit=True) as db:
        for statement in (QUESTIONS, FORMS, "CREATE TABLE bare (i integer)"):
            db.execute(statement)
        for each in sets:
            for kind, size in SIZES.items():
                asked = {
                    "user": f"{each} ",
                    "type": kind,
                    "size": size,
                    "first": 1,
                    "last": claims // 2,
                }
                db.execute(FILL, asked)
        crowd = {"user": "crowd ", "type": "practice", "size": 5}
        rest = exams - claims * len(sets)
        for first in range(1, rest + 1, 100_000):
            db.execute(FILL, crowd | {"first": first, "last": min(first + 99_999, rest)})
        db.execute("VACUUM (ANALYZE) pre_generated_exams")
        db.execute("ANALYZE questions")
        db.execute("CHECKPOINT")
        size = "SELECT count(*), pg_size_pretty(pg_total_relation_size('pre_generated_exams')) FROM pre_generated_exams"
        print("exams {:,}, {}".format(*db.execute(size).fetchone()))


def waited(url, folder, way, script, times):
    """The milliseconds that each transaction took, and how many there were a second."""
    (folder / "script.sql").write_text(script)
    for old in folder.glob("log.*"):
        old.unlink()
    command = [pgbench(), "--no-vacuum", "--protocol=prepared", "--jobs=1", *way.options, f"--transactions={times}",
               "--define=i=0", f"--file={folder / 'script.sql'}", "--log", f"--log-prefix={folder / 'log'}"]  # fmt: skip
    done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode or "number of failed transactions: 0 " not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    rows = [line.split() for path in folder.glob("log.*") for line in path.read_text().splitlines()]
    rows = [row for row in rows if way.clients == 1 or int(row[1]) > WARM]
    ends = [float(row[4]) + float(row[5]) / 1e6 for row in rows]
    return [float(row[2]) / 1000 for row in rows], len(rows) / (max(ends) - min(ends))


def pgbench():
    found = shutil.which("pgbench") or next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None
    )
    if not found:
        raise SystemExit("pgbench is not installed")
    return str(found)


def tell(way, what, times, rate):
    cut = statistics.quantiles(times, n=1000)
    print(
        f"{way.name:<14} {what:<11} {len(times):>6,}   p50 {cut[499]:7.2f}  p99 {cut[989]:7.2f}"
        f"  p99.9 {cut[998]:7.2f}  most {max(times):7.2f} ms  {rate:7,.0f} a second",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--exams", type=int, default=1_000_000)
    parser.add_argument(
        "--claims", type=int, default=10_000, help="in each way, half of them practice exams"
    )
    parser.add_argument(
        "--rates", type=lambda text: [int(each) for each in text.split(",")], default=[50, 100, 200]
    )
    asked = parser.parse_args()
    ways = [
        Way("at once"),
        Way("alone", 1),
        *(Way(f"{rate} a second", rate=rate) for rate in asked.rates),
    ]
    with bank() as (url, folder):
        fill(url, asked.exams, [way.name for way in ways], asked.claims)
        for way in ways:
            each = asked.claims // 2 // way.clients
            tell(way, "insert", *waited(url, folder, way, INSERT, each))
            for kind in SIZES:
                script = SCRIPT.format(user=f"{way.name} ", each=each, kind=kind)
                tell(way, kind, *waited(url, folder, way, script, each))
        require_sound(url, asked.claims * len(ways))


def require_sound(url, wanted):
    with psycopg.connect(url) as db:
        attempts, distinct, small = db.execute(SOUND).fetchone()
    print(
        f"{attempts:,} of {wanted:,} handed out, {attempts - distinct} twice, {small} without their content"
    )
    if (attempts, distinct, small) != (wanted, wanted, 0):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
