#!/usr/bin/env python3
"""How long the service takes to refuse a bearer: wrong from its first byte, wrong at its last, or missing.

    python scripts/bench/bearer.py --requests 20000

Each request goes through the service's gate, without a socket, the kinds in random order. Whoever
measures must not learn how much of a guess is right. "by letters" is the same with a comparison that
stops at the first wrong letter: it shows that such a difference would be seen. Of two kinds the rank
test (Mann and Whitney) tells how often a request of the one takes longer than one of the other: 50 %
where nothing can be learned. Exits 1 where that is more than 2 % off for the two wrong bearers.
"""

import argparse
import asyncio
import gc
import random
import secrets
import statistics
import sys
import time

from scipy.stats import mannwhitneyu

from itemwell.serve import gate
from itemwell.serve.callers import CRON, EVERYTHING, Caller, _digest, calling
from itemwell.serve.gate import Gate
from itemwell.serve.limits import Allowance

OFF = 0.02
KINDS = ("wrong first", "wrong last", "missing")


async def nothing():
    return {"type": "http.disconnect"}


def bearers(secret):
    """What is sent, by its kind."""
    other = {"A": "B"}
    return {
        "wrong first": other.get(secret[0], "A") + secret[1:],
        "wrong last": secret[:-1] + other.get(secret[-1], "A"),
        "missing": None,
    }


async def refused(app, bearer):
    """Nanoseconds until one request was refused."""
    given = [] if bearer is None else [(b"authorization", f"Bearer {bearer}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/api/health", "headers": given}
    statuses = []

    async def send(message):
        statuses.append(message.get("status"))

    begun = time.perf_counter_ns()
    await app(scope, nothing, send)
    took = time.perf_counter_ns() - begun
    assert statuses[0] == 401, statuses
    return took


async def measured(app, secret, requests, chance):
    """The times of each kind, in nanoseconds."""
    given = bearers(secret)
    order = [kind for kind in KINDS for _ in range(requests)]
    chance.shuffle(order)
    for kind in order[:1_000]:  # warm
        await refused(app, given[kind])
    times = {kind: [] for kind in KINDS}
    for kind in order:
        times[kind].append(await refused(app, given[kind]))
    return times


def letter_by_letter(secret):
    """What `calling` must not be."""

    def compared(_callers, authorization):
        given = authorization.partition(" ")[2]
        for mine, yours in zip(secret, given, strict=False):
            if mine != yours:
                return
        return  # the last letter is wrong here too

    return compared


def tell(name, times):
    """Prints medians and ranks; how far the two wrong bearers are apart."""
    medians = ", ".join(f"{kind} {statistics.median(each):,.0f} ns" for kind, each in times.items())
    print(f"{name}: {medians}")
    off = 0.0
    for one, other in (("wrong first", "wrong last"), ("wrong last", "missing")):
        test = mannwhitneyu(times[one], times[other])
        share = test.statistic / (len(times[one]) * len(times[other]))
        print(f"  {one} takes longer than {other} in {share:.1%}, p = {test.pvalue:.3g}")
        off = off or abs(share - 0.5)
    return off


def main():
    """Measures both ways; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance, secret = random.Random(asked.seed), secrets.token_urlsafe(32)
    callers = [Caller(CRON, _digest(secret), EVERYTHING)]
    app = Gate(nothing, callers, Allowance(10**9), 65_536)
    gc.disable()
    found = tell("itemwell", asyncio.run(measured(app, secret, asked.requests, chance)))
    gate.calling = letter_by_letter(secret)
    naive = tell("by letters", asyncio.run(measured(app, secret, asked.requests, chance)))
    gate.calling = calling
    if naive < OFF:
        print("the machine is too noisy to see even a comparison letter by letter")
    return 1 if found > OFF else 0


if __name__ == "__main__":
    sys.exit(main())
