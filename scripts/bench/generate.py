#!/usr/bin/env python3
"""How long `itemwell generate` takes: start-up, 500 questions in one run, and against the bank's size.

    python scripts/bench/generate.py              # everything, some minutes
    python scripts/bench/generate.py --banks 1000,10000

Each figure is the median of repeated runs of the whole program, beside a baseline of the same run:
`python -c pass` for start-up, the smallest bank for growth. Wall times of a shared machine mean
little by themselves; the ratios do.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from sqlalchemy import text

from itemwell.settings import load
from itemwell.store.connect import open_bank

COMMANDS = (
    [],
    ["generate"],
    ["questions", "import"],
    ["runs", "show"],
    ["db", "restore"],
    ["doctor"],
)
FILL = """
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, family,
                           signature, skeleton, verified)
    SELECT (ARRAY['pattern','logic','spatial','math','verbal','memory'])[1 + n % 6],
           (ARRAY['easy','medium','hard'])[1 + n % 3], 'active', 'Filler number ' || n || ' asks what?',
           '[{"text": "1"}, {"text": "2"}, {"text": "3"}, {"text": "4"}]', 'A', 'A filler.', 'filler.' || n % 300,
           encode(sha256(n::text::bytea), 'hex'), md5(n::text), '{"check":"-","solve":"-","judge":"-","dedup":"-"}'
    FROM generate_series(CAST(:held AS int) + 1, CAST(:wanted AS int)) AS n
"""


def seconds(command, environment=None):
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def start_up(repeats):
    python = [sys.executable]
    for words in COMMANDS:
        pairs = [
            (
                seconds([*python, "-m", "itemwell", *words, "--help"]),
                seconds([*python, "-c", "pass"]),
            )
            for _ in range(repeats)
        ]
        mine, base = (statistics.median(each) for each in zip(*pairs, strict=True))
        name = " ".join(["itemwell", *words, "--help"])
        print(f"{name:<34} {mine:6.3f} s   python -c pass {base:6.3f} s   {mine / base:5.1f} x")


def fill(settings, wanted):
    with open_bank(settings) as bank:
        with bank.begin() as db:
            held = db.execute(text("SELECT count(*) FROM questions")).scalar_one()
            db.execute(text("SET LOCAL statement_timeout = 0"))
            db.execute(text(FILL), {"held": held, "wanted": wanted})
        with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM (ANALYZE) questions"))


def generate(environment, count):
    command = [
        sys.executable,
        "-m",
        "itemwell",
        "generate",
        "--json",
        "--quiet",
        "--count",
        str(count),
    ]
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    whole = time.perf_counter() - started
    return whole, 1000 * json.loads(done.stdout)["duration_seconds"] / count


def against_size(banks, count, repeats):
    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
        environment = {**os.environ, "ITEMWELL_HOME": home, "FAMILY_CAP": "1000000"}
        environment.pop("DATABASE_URL", None)
        settings = load({"itemwell_home": home}).settings
        generate(environment, 1)
        base = None
        for bank in banks:
            fill(settings, bank)
            runs = [generate(environment, count) for _ in range(repeats)]
            whole, each = (statistics.median(figures) for figures in zip(*runs, strict=True))
            base = base or each
            print(
                f"bank of {bank:>7,}: {count} questions in {whole:5.1f} s,"
                f" {each:5.1f} ms a question   {each / base:4.2f} x"
            )


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--banks", default="1000,10000,100000")
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--repeats", type=int, default=5)
    asked = options.parse_args()
    start_up(asked.repeats)
    against_size([int(each) for each in asked.banks.split(",")], asked.count, asked.repeats)


if __name__ == "__main__":
    main()
