"""The yardstick: one E step of the 2PL as a plain C loop, compiled when it is asked for."""

import ctypes
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).parent / "peers" / "e_step.c"
LANES, ALIGNED = 16, 64
REPEATS = 5


def compiled(folder):
    """The function, or None where no compiler is."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    library = Path(folder) / "e_step.so"
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", library, SOURCE, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).e_step
    function.restype = ctypes.c_double
    return function


def aligned(values):
    """The same in single precision, with rows that begin where a vector may."""
    values = np.asarray(values, np.float32)
    memory = np.empty(values.nbytes + ALIGNED, np.uint8)
    start = -memory.ctypes.data % ALIGNED
    copy = memory[start : start + values.nbytes].view(np.float32).reshape(values.shape)
    copy[:] = values
    return copy


def nanoseconds(answers, nodes):
    """CPU an answer, the median of REPEATS, at the true parameters and at least so many nodes; and
    those that they were padded to. None where no compiler is."""
    with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as folder:
        function = compiled(folder)
        return function and _measured(function, answers, -(-nodes // LANES) * LANES)


def _measured(function, answers, nodes):
    a, d = answers.a, -answers.a * answers.b
    theta = np.linspace(-5.5, 5.5, nodes)
    prior = -(theta**2) / 2 - np.log(np.exp(-(theta**2) / 2).sum())
    tables = [np.c_[a, d], -np.logaddexp(0, a[:, None] * theta + d[:, None]), theta, prior]
    tables = [aligned(table) for table in [*tables, np.zeros((len(a), nodes))]]
    expected, right_means = np.zeros((len(a), nodes)), np.zeros(len(a))
    starts = np.append(np.flatnonzero(np.diff(answers.persons, prepend=-1)), len(answers.items))
    codes = answers.items.astype(np.uint32) * 2 + answers.correct
    sizes = [ctypes.c_int64(len(starts) - 1), pointer(starts), pointer(codes), len(a), nodes]
    spent = []
    for _ in range(REPEATS):
        began = time.process_time()
        function(*sizes, *map(pointer, [*tables, expected, right_means]))
        spent.append(time.process_time() - began)
    assert abs(expected.sum() / len(codes) / REPEATS - 1) < 1e-3
    return statistics.median(spent) / len(codes) * 1e9, nodes


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)
