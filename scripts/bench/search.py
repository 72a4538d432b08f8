#!/usr/bin/env python3
"""50 candidates against 10,000, 100,000 and more vectors: wall time, and how many twins are found.

    python scripts/bench/search.py                                       # 10,000 and 100,000
    python scripts/bench/search.py --sizes 10000,100000,1000000 --semhash VENV/bin/python

The vectors are made: 384 dimensions, clusters of some 200, and for each candidate one twin at a
cosine of 0.90 to 0.97 among 20 neighbours just below it. Four ways search the same vectors, each in a process
of its own, its start and its loading counted: this program's pool in memory, its index from a new
connection, a scan of every vector in SQL on the same server, and SemHash 0.5 with the vectors handed
over (`from_embeddings`), in a Python of its own that has it, up to --semhash-up-to vectors. SemHash
tells one duplicate, the nearest; the others are asked for ten. Times are medians of --repeats, and
of one where vectors are many; trust their ratios. Fifty twins are too few to tell 0.99 from 1: the
index is asked for a thousand more when no clock runs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg  # noqa: F401 - SQLAlchemy would import it when the clock runs
from sqlalchemy import create_engine, make_url, text

from itemwell.interval import wilson
from itemwell.settings import load
from itemwell.similar.embed import Identity
from itemwell.similar.forms import Within
from itemwell.similar.pool import Pool
from itemwell.store import index, index_build, vectors
from itemwell.store.connect import open_bank

IDENTITY = Identity("bench", "made", "1", 384)
CANDIDATES, CROWD, K = 50, 20, 10
MORE = 1000
"""Twins beside those of the candidates, at most one in 50 vectors."""

CLUSTER = 200
PIECE = 20_000
MANY = 500_000
PEER = Path(__file__).with_name("peers") / "with_semhash.py"


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def at_cosine(rows, cosines, chance):
    """For each row another at exactly this cosine."""
    noise = chance.standard_normal(rows.shape)
    noise = unit(noise - (noise * rows).sum(-1, keepdims=True) * rows)
    cosines = np.asarray(cosines)[..., None]
    return cosines * rows + np.sqrt(1 - cosines**2) * noise


def made(size):
    """Candidates, and the bank's rows; the twin of candidate i is row i, its crowd comes after them."""
    chance = np.random.default_rng(1)
    centres = unit(chance.standard_normal((size // CLUSTER, IDENTITY.dimensions)))
    count = CANDIDATES + min(MORE, size // 50)
    candidates = at_cosine(centres[np.arange(count) % len(centres)], np.full(count, 0.8), chance)
    crowded = np.repeat(candidates, CROWD, axis=0)
    planted = [
        at_cosine(candidates, chance.uniform(0.90, 0.97, count), chance),
        at_cosine(crowded, chance.uniform(0.80, 0.89, len(crowded)), chance),
    ]
    rows = np.empty((size, IDENTITY.dimensions), np.float16)
    used = sum(map(len, planted))
    rows[:used] = np.concatenate(planted)
    for start in range(used, size, PIECE):
        around = centres[chance.integers(len(centres), size=min(PIECE, size - start))]
        rows[start : start + PIECE] = at_cosine(
            around, chance.uniform(0.6, 0.9, len(around)), chance
        )
    return candidates.astype(np.float32), rows


def fill(bank, rows):
    """A bank of as many questions as rows, with these vectors: question i + 1 has row i."""
    with bank.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("TRUNCATE questions RESTART IDENTITY CASCADE"))
        db.execute(text("DROP TABLE IF EXISTS vector_index"))
        db.execute(QUESTIONS, {"count": len(rows)})
        db.execute(FORMS)
        with db.connection.driver_connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.set_types(["int8", "text", "text", "bytea"])
            for number, row in enumerate(rows.astype("<f2"), start=1):
                copy.write_row((number, str(IDENTITY), str(number), row.tobytes()))
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("SET statement_timeout = 0"))
        db.execute(text("VACUUM (ANALYZE) questions, question_forms, question_vectors"))
        db.detach()


@contextmanager
def connected(url):
    bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    yield bank
    bank.dispose()


def by_pool(url, candidates):
    pool = Pool(IDENTITY.dimensions)
    with connected(url) as bank, bank.connect() as db:
        for page in vectors.since(db, str(IDENTITY), 0):
            matrix = vectors.unpacked([row.vector for row in page])
            pool.add(
                [row.question_id for row in page],
                matrix,
                [row.stimulus for row in page],
                [row.key_form for row in page],
            )
    return [[number for number, _ in found] for found in pool.nearest(candidates, K)]


def by_index(url, candidates):
    with connected(url) as bank:
        assert index_build.prepare(bank, IDENTITY, 1)
        with bank.begin() as db:
            found = index.nearest_each(db, IDENTITY, candidates, K, Within(""))
    return [[number for number, _ in each] for each in found]


def more_found(bank, candidates):
    """The share of these candidates whose twins the index finds, fifty at a time, and its interval."""
    found = 0
    for first in range(CANDIDATES, len(candidates), CANDIDATES):
        with bank.begin() as db:
            asked = candidates[first : first + CANDIDATES]
            near = index.nearest_each(db, IDENTITY, asked, K, Within(""))
        twins = enumerate(near, start=first + 1)
        found += sum(twin in {number for number, _ in each} for twin, each in twins)
    asked = len(candidates) - CANDIDATES
    low, high = wilson(found, asked)
    return f"the index finds {found} of {asked} further twins: {found / asked:.3f} ({low:.3f} to {high:.3f})"


def by_scan(url, candidates):
    """One statement a candidate: the server then scans with all the processes that it allows itself."""
    asked = {"embedder": str(IDENTITY), "k": K}
    with connected(url) as bank, bank.begin() as db:
        db.execute(text("SET LOCAL enable_indexscan = off"))
        db.execute(text("SET LOCAL statement_timeout = 0"))
        vectors_as_text = map(index.as_text, candidates)
        return [list(db.scalars(SCAN, asked | {"vector": each})) for each in vectors_as_text]


WAYS = {"scan in SQL": by_scan, "index": by_index, "pool in memory": by_pool}


def told(found, started):
    """What a process that searched says: ids, its seconds without its start, its memory."""
    seconds = time.perf_counter() - started
    status = Path("/proc/self/status").read_text("utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"found": found, "seconds": seconds, "megabytes": peak}))


def measured(command, repeats):
    """Medians of the whole process and of its search, its peak of memory, and the twins found."""
    runs = []
    for _ in range(repeats):
        started = time.perf_counter()
        done = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE)
        runs.append((time.perf_counter() - started, json.loads(done.stdout)))
    whole = statistics.median(wall for wall, _ in runs)
    search = statistics.median(each["seconds"] for _, each in runs)
    recall = np.mean([place + 1 in ids for place, ids in enumerate(runs[-1][1]["found"])])
    return whole, search, max(each["megabytes"] for _, each in runs), float(recall)


def compare(bank, url, size, folder, asked):
    candidates, rows = made(size)
    np.save(folder / "candidates.npy", candidates[:CANDIDATES])
    np.save(folder / "rows.npy", rows)
    fill(bank, rows)
    started = time.perf_counter()
    assert index_build.build(bank, IDENTITY)
    print(f"\n{size:,} vectors; the index was built in {time.perf_counter() - started:.1f} s")
    print(
        f"{'':<18}{'whole process':>15}{'search':>11}{'peak':>10}{'twins found':>13}{'the scan / it':>15}"
    )
    mine = [sys.executable, __file__, "--url", url, "--folder", folder, "--way"]
    commands = {way: [*mine, way] for way in WAYS}
    if asked.semhash and size <= asked.semhash_up_to:
        commands["SemHash"] = [asked.semhash, PEER, folder]
    scan = None
    for way, command in commands.items():
        whole, search, peak, recall = measured(command, 1 if size > MANY else asked.repeats)
        scan = scan or search
        line = f"{way:<18}{whole:>13.2f} s{search:>9.3f} s{peak:>7.0f} MB{recall:>13.2f}"
        print(f"{line}{scan / search:>13.1f} x", flush=True)
    if "SemHash" not in commands:
        print(f"{'SemHash':<18}{'not run here':>15}")
    print(more_found(bank, candidates), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--semhash", metavar="PYTHON", help="one that has semhash installed")
    parser.add_argument("--semhash-up-to", type=int, default=100_000, metavar="VECTORS")
    for name in ("--url", "--folder", "--way"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        candidates = np.load(Path(asked.folder) / "candidates.npy")
        started = time.perf_counter()
        told(WAYS[asked.way](asked.url, candidates), started)
        return
    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
        settings = load({"itemwell_home": home, "database_url": None}).settings
        with open_bank(settings) as bank:
            url = bank.url.render_as_string(hide_password=False)
            for size in asked.sizes.split(","):
                compare(bank, url, int(size), Path(home), asked)


QUESTIONS = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
                           signature, skeleton, verified)
    SELECT 'math', 'easy', 'active', 'Filler number ' || n || ' asks what?',
           '[{"text": "1"}, {"text": "2"}]', 'A', 'A filler.',
           encode(sha256(n::text::bytea), 'hex'), md5(n::text), '{}'
    FROM generate_series(1, :count) AS n
""")
FORMS = text("""
    INSERT INTO question_forms (question_id, loose, key_form, stimulus)
    SELECT id, encode(sha256(id::text::bytea), 'hex'), 'key ' || id % 1000, '' FROM questions ORDER BY id
""")
SCAN = text(f"""
    SELECT question_id FROM vector_index WHERE embedder = :embedder
    ORDER BY {index.cast(IDENTITY)} <#> CAST(:vector AS halfvec({IDENTITY.dimensions})) LIMIT :k
""")
COPY = "COPY question_vectors (question_id, embedder, text_hash, vector) FROM STDIN (FORMAT BINARY)"


if __name__ == "__main__":
    main()
