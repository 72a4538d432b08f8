#!/usr/bin/env python3
"""`itemwell responses import` of a CSV, one broken row in each 1,000, beside a bare COPY of the sound ones.

    python scripts/bench/import_responses.py --rows 1000000

The program is a process of its own, its start and its reading of the file counted, on an embedded
server. The baseline sends the rows, ready as COPY wants them and in the file's order, into the same
table with the same index by psycopg, and commits. Both into an empty table, in turns.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from itemwell.settings import load
from itemwell.store.connect import address, open_bank

HEADER = "user_id,question_id,is_correct,selected_option,response_time_ms,answered_at"
BROKEN = (
    "{0},twelve,1,A,1000,",
    "{0},12,1",
    '"{0},12,1,A,1000,',
    "{0},12,1,A,-5,",
    ",12,1,A,1000,",
)


def rows(count, each=40, items=2_000):
    chance = random.Random(1)
    places = list(range(count))
    chance.shuffle(places)  # answers come as they come, not learner by learner
    for place in places:
        learner, k = divmod(place, each)
        moment = f"2026-10-{1 + k % 28:02d}T{learner % 24:02d}:{k:02d}:{learner % 60:02d}.{place % 1000:03d}Z"
        yield (
            f"learner-{learner:06d},{1 + chance.randrange(items)},{chance.randrange(2)},"
            f"{chance.choice('ABCD')},{chance.randrange(900, 90_000)},{moment}"
        )


def write(path, count):
    """The file, and what COPY is sent: the same rows without the broken ones."""
    ready = []
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for number, row in enumerate(rows(count)):
            if number % 1000 == 500:
                file.write(BROKEN[number // 1000 % len(BROKEN)].format(row[:14]) + "\n")
            else:
                file.write(row + "\n")
                ready.append(row.replace(",", "\t"))
    blocks = [ready[first : first + 20_000] for first in range(0, len(ready), 20_000)]
    return [("\n".join(block) + "\n").encode() for block in blocks], len(ready)


def bare(url, blocks):
    begin = time.perf_counter()
    with psycopg.connect(url) as db:
        db.execute("SET statement_timeout = 0")
        with db.cursor() as cursor, cursor.copy(f"COPY responses ({HEADER}) FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
    return time.perf_counter() - begin


def ours(path):
    command = [
        sys.executable,
        "-m",
        "itemwell",
        "responses",
        "import",
        str(path),
        "--again",
        "--json",
    ]
    begin, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, env=os.environ)
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            peak = max(peak, high_water(process.pid))
            time.sleep(0.02)
        _, _, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        out.seek(0)
        return wall, used.ru_utime + used.ru_stime, peak, json.load(out)


def high_water(pid):
    """The most memory that the process had, in MB. Its ru_maxrss would be that of whoever forked it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return (
        max((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), default=0) / 1024
    )


def emptied(url):
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("TRUNCATE responses")
        db.execute("CHECKPOINT")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as folder:
        home, path = Path(folder) / "home", Path(folder) / "answers.csv"
        os.environ["ITEMWELL_HOME"] = str(home)
        settings = load({}).settings
        blocks, sound = write(path, asked.rows)
        with open_bank(settings), address(settings) as url:  # the server stays up meanwhile
            for _ in range(asked.repeats):
                emptied(url)
                plain = bare(url, blocks)
                emptied(url)
                wall, client, peak, told = ours(path)
                assert (told["new"], told["refused"]) == (sound, asked.rows - sound), told
                print(
                    f"bare COPY {sound / plain:10,.0f} rows/s   import {sound / wall:10,.0f} rows/s"
                    f"   ratio {plain / wall:.2f}   client {client / asked.rows * 1e6:.2f} us a row"
                    f"   peak {peak:.0f} MB   refused {told['refused']:,}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
