#!/usr/bin/env python3
"""MiniLM in numpy beside sentence-transformers: agreement, start to the first vector, memory.

    python scripts/bench/minilm.py --peer /path/to/a/python/with/sentence-transformers

Each repeat starts a process of both, in turn, on the same weights and texts (the shipped pairs); the
first vector is timed from before the process is started. One start of each goes before, unmeasured.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from itemwell.similar import weights

HERE = Path(__file__).parent
PAIRS = HERE.parents[1] / "src/itemwell/similar/pairs.jsonl"


def started(python, script, directory, texts):
    """Seconds to the first vector, megabytes, and the vectors."""
    began = time.time()
    done = subprocess.run(
        [python, str(HERE / "peers" / script), str(directory)],
        input=json.dumps(texts), capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    return told["first"] - began, told["megabytes"], np.array(told["rows"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", required=True, metavar="PYTHON")
    parser.add_argument(
        "--directory", type=Path, help="of model.safetensors and the tokenizer's files"
    )
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()

    directory = asked.directory or weights.find(None)
    pairs = map(json.loads, PAIRS.read_text("utf-8").splitlines())
    texts = [text for pair in pairs for text in (pair["a"], pair["b"])]
    ways = {
        "itemwell": (sys.executable, "with_ours.py"),
        "sentence-transformers": (asked.peer, "with_sentence_transformers.py"),
    }
    seen = {name: [] for name in ways}
    for repeat in range(asked.repeats + 1):
        for name, (python, script) in ways.items():
            found = started(python, script, directory, texts)
            if repeat:
                seen[name].append(found)
    print(f"{'':<24}{'first vector, s':>16}{'peak, MB':>10}")
    medians = {}
    for name, runs in seen.items():
        medians[name] = [statistics.median(run[place] for run in runs) for place in (0, 1)]
        print(f"{name:<24}{medians[name][0]:>16.2f}{medians[name][1]:>10.0f}")
    mine, peer = (medians[name] for name in ways)
    print(f"{'ratio':<24}{peer[0] / mine[0]:>16.1f}{peer[1] / mine[1]:>10.1f}")
    ours, theirs = (seen[name][0][2] for name in ways)
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(theirs, axis=1)
    print(f"agreement over {len(texts)} texts: cosine {cosines.min():.7f} at the least")


if __name__ == "__main__":
    main()
