#!/usr/bin/env python3
"""How long questions from models take, against the double with a vendor's latency.

    python scripts/bench/models.py --count 500 --repeats 3
    python scripts/bench/models.py --distilabel /path/to/its/python

One table: `itemwell generate`, the bare SDKs making as many calls, and distilabel's own pipeline
(draft and judge, structured output). The ideal is calls x mean latency / calls at once; each row is
the median of its repeats. CPU is that of the process and its children, start-up and imports with it;
divided by the questions kept, or, for the bare SDKs, by the questions that so many calls were for.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from itemwell.double import apart

PEERS = Path(__file__).parent / "peers"
AMPLE = {
    "BUDGET_PER_RUN": "1000",
    "BUDGET_PER_DAY": "100000",
    "BUDGET_PER_MONTH": "100000",
    "ENEMIES_PER_QUESTION": "1000000",  # the double writes by one template
}


class Row(NamedTuple):
    kept: int
    calls: int
    seconds: float
    cpu: float
    megabytes: float

    def line(self, name, latency, at_once):
        ideal = self.calls * latency / at_once
        each = 1000 * self.cpu / max(self.kept, 1)
        return (
            f"{name:<18} {self.kept:>6} {self.calls:>6} {self.seconds:>8.1f} {ideal:>8.1f}"
            f" {self.seconds / ideal:>6.2f} {each:>9.1f} {self.megabytes:>7.0f}"
        )


def measured(command, environment):
    """What it printed last as JSON, its CPU with that of its children, and its peak memory."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        out.seek(0)
        text = out.read()
    if status:
        sys.exit(f"{command}: {text[-2000:]}")
    document = (
        json.loads(text) if text.lstrip().startswith("{") else json.loads(text.splitlines()[-1])
    )
    return document, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def ours(options, home):
    with fresh(options) as double:
        environment = {**os.environ, **double.environment, **AMPLE, "ITEMWELL_HOME": home}
        environment |= {"PARALLEL_CALLS": str(options.at_once)}
        command = [sys.executable, "-m", "itemwell", "generate", "--json"]
        subprocess.run([*command, "--count", "0"], env=environment, check=True, capture_output=True)
        document, cpu, memory = measured([*command, "--count", str(options.count)], environment)
        return Row(document["kept"], double.seen["asks"], document["duration_seconds"], cpu, memory)


def bare(options, calls):
    with fresh(options) as double:
        environment = {**os.environ, **double.environment}
        command = [sys.executable, str(PEERS / "bare_sdk.py"), str(calls), str(options.at_once)]
        document, cpu, memory = measured(command, environment)
        return Row(options.count, calls, document["seconds"], cpu, memory)


def distilabel(options):
    with fresh(options) as double:
        environment = {**os.environ, **double.environment}
        script = str(PEERS / "with_distilabel.py")
        command = [options.distilabel, script, str(options.count), str(options.at_once)]
        document, cpu, memory = measured(command, environment)
        return Row(document["kept"], double.seen["asks"], document["seconds"], cpu, memory)


def fresh(options):
    brain = "itemwell.double.cast:cast"
    return apart(brain=brain, latency=options.latency, sigma=options.sigma)


def median(rows):
    return Row(*(statistics.median(column) for column in zip(*rows, strict=True)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--latency", type=float, default=1.0, help="mean, seconds")
    parser.add_argument("--sigma", type=float, default=0.5, help="of the lognormal latency")
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--distilabel", metavar="PYTHON", help="a Python that has distilabel")
    options = parser.parse_args()

    print(
        f"{'':<18} {'kept':>6} {'calls':>6} {'seconds':>8} {'ideal':>8} {'ratio':>6} {'CPU ms/q':>9} {'MB':>7}"
    )
    runs = []
    for _ in range(options.repeats):
        with tempfile.TemporaryDirectory(prefix="itemwell-bench-") as home:
            runs.append(ours(options, home))
    mine = median(runs)
    print(mine.line("itemwell", options.latency, options.at_once), flush=True)
    plain = median([bare(options, int(mine.calls)) for _ in range(options.repeats)])
    print(plain.line("bare SDKs", options.latency, options.at_once), flush=True)
    if options.distilabel:
        peer = median([distilabel(options) for _ in range(options.repeats)])
        print(peer.line("distilabel", options.latency, options.at_once), flush=True)


if __name__ == "__main__":
    main()
