#!/usr/bin/env python3
"""A whole calibration, from a cold process to published parameters: where its seconds go.

    python scripts/bench/calibrate_bank.py                       # 200,000 learners, 30 answers each
    python scripts/bench/calibrate_bank.py --learners 20000 --questions 500 --repeats 5

One row a run of `itemwell calibrate --force`, a process of its own each: start-up (what is not in a
stage), load, fit, link, check, publish, the whole as a ratio to the fit, CPU, and peak memory. A
"first" run has nothing published: its fit starts cold, and there is no scale to link to. A "later" one
starts from what the run before published, and its fit takes a third of the steps. The very first run of
a machine compiles the passes besides.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

from sqlalchemy import create_engine, make_url, text

from itemwell.store.embedded import Embedded

STAGES = ("load", "fit", "link", "check", "publish")
QUESTIONS = """
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
        signature, skeleton, verified, features)
    SELECT (ARRAY['math', 'logic', 'verbal'])[1 + number % 3], (ARRAY['easy', 'medium', 'hard'])[1 + number % 3],
        'active', 'Question ' || number, '[{"text": "1"}, {"text": "2"}, {"text": "3"}, {"text": "4"}]', 'A',
        'none', 'signature ' || number, 'skeleton ' || number, '{}', '{}'
    FROM generate_series(1, CAST(:count AS integer)) AS number
"""
FORGET = """
    TRUNCATE irt_calibration_runs CASCADE;
    UPDATE questions SET (irt_difficulty, irt_discrimination, irt_se_difficulty, irt_se_discrimination,
        irt_calibration_id, irt_calibrated_at) = ROW(NULL, NULL, NULL, NULL, NULL, NULL)
"""


def itemwell(environment, *arguments):
    """The JSON document of a command, its wall time, CPU and peak memory."""
    command = [sys.executable, "-m", "itemwell", *map(str, arguments), "--json"]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        out.seek(0)
        document = out.read()
    if status:
        sys.exit(f"{command}: {document[-2000:]}")
    return json.loads(document), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=200_000)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
        environment = {**os.environ, "ITEMWELL_HOME": home}
        environment.pop("DATABASE_URL", None)
        itemwell(environment, "db", "upgrade")
        with Embedded(f"{home}").running() as url:
            bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
            with bank.begin() as db:
                db.execute(text(QUESTIONS), {"count": options.questions})
            asked = ("--learners", options.learners, "--per-learner", options.each)
            _, seconds, _, _ = itemwell(environment, "responses", "simulate", *asked)
            with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                db.execute(text("VACUUM (ANALYZE) responses"))
            print(f"{options.learners * options.each:,} answers simulated in {seconds:.0f} s")
            titles = ("run", "start", *STAGES, "whole", "x fit", "CPU", "MB", "published")
            print(" ".join(f"{title:>9}" for title in titles))
            for turn in range(2 * options.repeats):
                if turn and not turn % 2:
                    with bank.begin() as db:
                        db.execute(text(FORGET))
                told, wall, cpu, megabytes = itemwell(environment, "calibrate", "--force")
                split = [told["seconds"].get(stage, 0.0) for stage in STAGES]
                figures = (wall - sum(split), *split, wall, wall / split[1], cpu, megabytes)
                print(
                    f"{'later' if turn % 2 else 'first':>9}",
                    " ".join(f"{each:>9.2f}" for each in figures),
                    f"{told['items_calibrated']:>9}",
                    flush=True,
                )
            bank.dispose()


if __name__ == "__main__":
    main()
