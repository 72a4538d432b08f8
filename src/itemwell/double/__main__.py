"""`python -m itemwell.double`: the double in a process of its own, until SIGTERM."""

import argparse
import signal
import sys
import threading
from importlib import import_module

from itemwell.double import ALL, Brain, Double


def main() -> None:
    wanted = options().parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    faults = [ALL[name] for name in wanted.faults.split(",") if name]
    with Double(
        brain(wanted.brain), wanted.latency, wanted.sigma, wanted.seed, wanted.fault_rate, faults,
        port=wanted.port, batch_seconds=wanted.batch_seconds, reasoning=wanted.reasoning,
    ) as double:  # fmt: skip
        if wanted.print_environment:
            lines = [f"{name}={value}\n" for name, value in double.environment.items()]
            sys.stdout.writelines(["".join(lines)])
            sys.stdout.flush()
        stop.wait()


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m itemwell.double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--print-environment", action="store_true", help="NAME=value lines")
    parser.add_argument("--latency", type=float, default=0.0, help="mean, in seconds")
    parser.add_argument("--sigma", type=float, default=0.0, help="spread of the lognormal latency")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--faults", default="", help=f"which, with commas: {', '.join(ALL)}")
    parser.add_argument("--batch-seconds", type=float, default=0.0, help="how long a batch takes")
    parser.add_argument("--reasoning", type=int, default=0, help="reasoning tokens of each answer")
    parser.add_argument("--brain", default="", help="module:function that answers what is Seen")
    return parser


def brain(name: str) -> Brain | None:
    module, _, function = name.partition(":")
    found: Brain | None = getattr(import_module(module), function) if name else None
    return found


if __name__ == "__main__":
    main()
