"""girth on the answers in a folder, in a Python that has it: with_girth.py FOLDER REPEATS. One JSON line."""

import json
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from girth import tag_missing_data, twopl_mml

ENOUGH = 20  # seconds: a slower fit is not repeated


def read(folder):
    persons, items, _ = map(int, (folder / "shape").read_text().split())
    answers = np.full((items, persons), -1)
    row, column = np.fromfile(folder / "items", "<i4"), np.fromfile(folder / "persons", "<i4")
    answers[row, column] = np.fromfile(folder / "correct", "u1")
    return tag_missing_data(answers, [0, 1])


def peak():
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(folder, repeats):
    answers = read(folder)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of the fit
    seconds, cpu = [], []
    while len(seconds) < repeats and sum(seconds) < ENOUGH:
        wall, used = time.perf_counter(), time.process_time()
        fit = twopl_mml(answers)
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - used)
    a, b = fit["Discrimination"], fit["Difficulty"]
    np.savetxt(
        folder / "girth.tsv", np.c_[a, b, -a * b], delimiter="\t", header="a\tb\td", comments=""
    )
    said = {"version": version("girth"), "runs": len(seconds), "megabytes": peak()}
    said |= {"seconds": statistics.median(seconds), "cpu": statistics.median(cpu)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
