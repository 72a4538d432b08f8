"""This program's fit of the answers in a folder: with_itemwell.py FOLDER REPEATS prior|plain.

One JSON line; the estimates are left beside the answers. A first fit of little is not counted: the
kernel is warm. The fit with standard errors is timed apart.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from answers import read

from itemwell import irt

THREADS = 2
OLDER = 0.95  # the share of learners that a warm start is fitted to


def responses(answers, share=1.0):
    persons = answers.persons[-1] + 1
    some = slice(np.searchsorted(answers.persons, int(persons * share)))
    return irt.Responses.of_triplets(
        answers.persons[some],
        answers.items[some],
        answers.correct[some].astype(bool),
        item_count=len(answers.a),
    )


def peak():
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def timed(packed, repeats, **options):
    """Medians of wall time and CPU, and the last fit."""
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, used = time.perf_counter(), time.process_time()
        fit = irt.fit(packed, threads=THREADS, **options)
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - used)
    return statistics.median(seconds), statistics.median(cpu), fit


def main(folder, repeats, which):
    prior = {} if which == "prior" else {"prior": None}
    few = np.random.default_rng(1).random((300, 20)) < 0.5
    irt.fit(irt.Responses.of_matrix(few.astype(float)), threads=THREADS, engine="compiled", **prior)
    packed = responses(read(folder))
    loaded = peak()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that of the fit
    seconds, cpu, fit = timed(packed, repeats, se=None, **prior)
    se_seconds, se_cpu, _ = timed(packed, repeats, **prior)
    megabytes = peak()
    older = irt.fit(responses(read(folder), OLDER), threads=THREADS, se=None, **prior)
    warm = irt.fit(packed, threads=THREADS, se=None, start=(older.a, older.b), **prior)
    np.savetxt(
        folder / f"itemwell-{which}.tsv",
        np.c_[fit.a, fit.b, fit.d],
        delimiter="\t",
        header="a\tb\td",
        comments="",
    )
    said = {"seconds": seconds, "cpu": cpu, "se_seconds": se_seconds, "se_cpu": se_cpu}
    said |= {"iterations": fit.e_steps, "warm": warm.e_steps, "said": fit.log_likelihood}
    said |= {"megabytes": megabytes, "loaded": loaded, "nodes": fit.nodes, "engine": fit.engine}
    print(json.dumps(said | {"runs": repeats, "converged": bool(fit.converged)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
