"""SemHash on vectors that are handed over: it indexes the bank, then tells each candidate's duplicate.

    VENV/bin/python scripts/bench/peers/with_semhash.py FOLDER      # see ../search.py, which calls it

Its encoder is asked for the candidates alone, and looks their vectors up.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from semhash import SemHash


class Known:
    def __init__(self, vectors):
        self.vectors = vectors

    def encode(self, inputs, **_):
        return self.vectors[[int(each.split()[1]) for each in inputs]]


def main():
    folder = Path(sys.argv[1])
    candidates = np.load(folder / "candidates.npy")
    started = time.perf_counter()
    rows = np.load(folder / "rows.npy").astype(np.float32)
    bank = [f"question {number + 1}" for number in range(len(rows))]
    hashed = SemHash.from_embeddings(rows, bank, Known(candidates))
    names = [f"candidate {number}" for number in range(len(candidates))]
    result = hashed.deduplicate(names, threshold=0.85)
    nearest = {each.record: each.duplicate_of for each in result.filtered}
    found = [[int(nearest[name].split()[1])] if name in nearest else [] for name in names]
    seconds = time.perf_counter() - started
    status = Path("/proc/self/status").read_text("utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"found": found, "seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main()
