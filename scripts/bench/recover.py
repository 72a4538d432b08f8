#!/usr/bin/env python3
"""Whether the 2PL's estimates are as good as they say: the long proofs, on simulated answers.

    python scripts/bench/recover.py                       # all of it, some minutes
    python scripts/bench/recover.py --only coverage --replications 200
    python scripts/bench/recover.py --only recalibrations --processes 4

- coverage: 95 % intervals hold the truth, and standard errors against the spread of estimates, with
  the default prior, over --replications sets of answers to the same items.
- fit: how often sound items look unsound, and unsound ones do, by design.
- anchored: a new fit beside held items, in a population of mean 0.5 and sd 1.2.
- recalibrations: twenty in a row on answers that grow, the learners changing; a tenth of the items
  drifts from some moment on. How far the scale went, and which items were found.

Errors beside mirt's on the same answers: calibrate.py --recover.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from itemwell import irt
from itemwell.irt import Estimates, Responses, simulate

SECTIONS = ("coverage", "fit", "anchored", "recalibrations")


class Design(NamedTuple):
    """Persons, items, and answers a person; 0 for all items."""

    persons: int
    items: int
    each: int = 0

    def __str__(self) -> str:
        shape = f"{self.persons:,} x {self.items}"
        return f"{shape} x {self.each} adaptive" if self.each else f"{shape} dense"

    def answers(self, truth: simulate.Truth, seed: int) -> Responses:
        if not self.each:
            return simulate.dense(truth, seed=seed)
        return simulate.adaptive(truth, self.each, seed=seed)


COVERAGE = (Design(3_000, 100, 25), Design(5_000, 200), Design(5_000, 300, 30))
FIT = (Design(1_000, 40), Design(5_000, 100), Design(3_000, 100, 25), Design(20_000, 200, 30))


def rmse(errors) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def replicate(design: Design, prior, seed: int):
    """Estimates and errors of the same items from new learners; the truth first."""
    items = simulate.draw_truth(1, design.items, seed=1_000)
    learners = simulate.draw_truth(design.persons, 1, seed=seed).theta
    found = irt.fit(design.answers(items._replace(theta=learners), seed), prior=prior, threads=1)
    return (items.a, items.b), (found.a, found.b), (found.se_a, found.se_b), found.se_method


def coverage(pool, options) -> None:
    print(f"\ncoverage of 95 % intervals, and SE / SD of estimates ({options.replications} sets)")
    print(
        f"{'':30}{'prior':>14}{'a in':>8}{'b in':>8}{'SE/SD a':>9}{'SE/SD b':>9}{'bias a':>9}{'bias b':>9}"
    )
    for design in COVERAGE:
        for name, prior in (("default", irt.Prior()), ("hierarchical", "hierarchical")):
            sets = list(pool.map(partial(replicate, design, prior), range(options.replications)))
            truth = np.array(sets[0][0])
            found, errors = np.array([s[1] for s in sets]), np.array([s[2] for s in sets])
            inside = np.abs(found - truth) < 1.96 * errors
            share = inside.mean(axis=(0, 2))
            spread = found.std(axis=0, ddof=1)
            ratio = np.median(np.sqrt((errors**2).mean(axis=0)) / spread, axis=1)
            bias = (found - truth).mean(axis=(0, 2))
            print(
                f"{design!s:30}{name:>14}{share[0]:8.3f}{share[1]:8.3f}{ratio[0]:9.3f}{ratio[1]:9.3f}"
                f"{bias[0]:9.4f}{bias[1]:9.4f}  {sets[0][3]}",
                flush=True,
            )


def spoiled(truth, answers: Responses, items, how: str, seed: int) -> Responses:
    """The same with other answers to some items."""
    codes = answers.codes.copy()
    whose = np.repeat(np.arange(answers.persons), np.diff(answers.starts))
    hit = np.isin(codes >> 1, items)
    item = codes[hit] >> 1
    chance = 1 / (1 + np.exp(-truth.a[item] * (truth.theta[whose[hit]] - truth.b[item])))
    chance = {"key": 1 - chance, "guessed": 0.25 + 0.75 * chance, "flat": 0 * chance + 0.5}[how]
    codes[hit] = 2 * item + (np.random.default_rng(seed).random(len(item)) < chance)
    return Responses.packed(codes, answers.starts, answers.items)


def judged(design: Design, seed: int):
    """Shares: sound items below .05 and .01, and spoiled ones that are found."""
    truth = simulate.draw_truth(design.persons, design.items, seed=seed)
    hard = np.argsort(-truth.b)[: design.items // 20]
    answers = design.answers(truth, seed)
    found = irt.fit(answers, se=None, threads=1)
    p = irt.item_fit(answers, found.a, found.b, threads=1).p
    shares = [np.nanmean(p < 0.05), np.nanmean(p < 0.01)]
    for how in ("key", "flat", "guessed"):
        worse = spoiled(truth, answers, hard, how, seed)
        again = irt.fit(worse, se=None, threads=1)
        judgement = irt.item_fit(worse, again.a, again.b, threads=1)
        z = judgement.point_biserial * np.sqrt(judgement.answers)
        by_p = irt.benjamini_hochberg(judgement.p, 0.05)
        caught = by_p | (z < 3) if how != "key" else by_p | (z < -3)
        shares.append(caught[hard].mean())
    return shares


def fit(pool, _options) -> None:
    print(
        "\nsound items with p below, and unsound hard items found (wrong key, flat, guessed at .25)"
    )
    print(f"{'':30}{'.05':>8}{'.01':>8}{'key':>8}{'flat':>8}{'guessed':>9}")
    for design in FIT:
        sets = max(2, min(20, 40_000 // design.persons))
        shares = np.mean(list(pool.map(partial(judged, design), range(sets))), axis=0)
        print(f"{design!s:30}" + "".join(f"{share:8.3f}" for share in shares), flush=True)


def anchored(_pool, _options) -> None:
    print("\nanchored: 2,000 items, 200 of them new, population .5 / 1.2, 40 answers a learner")
    print(
        f"{'learners':>10}{'mean':>9}{'sd':>9}{'bias b':>9}{'RMSE a':>9}{'RMSE b':>9}{'b in 95':>9}{'bits':>6}"
    )
    for learners in (10_000, 30_000, 100_000):
        truth = simulate.draw_truth(learners, 2_200, seed=3)
        truth = truth._replace(theta=0.5 + 1.2 * truth.theta)
        held, new = np.arange(2_000), np.arange(2_000, 2_200)
        answers = simulate.adaptive(truth, 40, seed=3)
        found = irt.fit(answers, anchors=irt.Anchors.of(held, truth.a[held], truth.b[held]))
        off_a, off_b = (found.a - truth.a)[new], (found.b - truth.b)[new]
        inside = np.abs(off_b) < 1.96 * found.se_b[new]
        same = found.a[held].tobytes() + found.b[held].tobytes() == (
            truth.a[held].tobytes() + truth.b[held].tobytes()
        )
        print(
            f"{learners:10,}{found.mean:9.3f}{found.sd:9.3f}{off_b.mean():9.4f}"
            f"{rmse(off_a):9.3f}{rmse(off_b):9.3f}{inside.mean():9.3f}{'same' if same else 'not':>6}",
            flush=True,
        )


class Bank(NamedTuple):
    """Recalibrated again and again."""

    items: int = 300
    first: int = 4_000  # learners before the first calibration
    more: int = 1_000  # and before each of the others
    each: int = 30
    times: int = 20
    drifting: float = 0.1
    by: float = 0.6


def recalibrated(bank: Bank, seed: int):
    """Drift of the scale, slope, drifting items found, false alarms (of all, and a run)."""
    rng = np.random.default_rng([seed, 5])
    truth = simulate.draw_truth(1, bank.items, seed=seed)
    moved = np.zeros(bank.items)
    moved[: int(bank.drifting * bank.items)] = bank.by * rng.choice(
        [-1, 1], int(bank.drifting * bank.items)
    )
    begins = np.where(moved != 0, rng.integers(1, bank.times // 2 + 1, bank.items), bank.times + 1)
    codes, sizes = [], []
    history: list[Estimates] = []
    ever = np.zeros(bank.items, bool)
    alarms = []
    for run in range(bank.times + 1):
        count = bank.more if run else bank.first
        theta = 0.03 * run + (1 + 0.01 * run) * rng.normal(size=count)
        now = simulate.Truth(truth.a, truth.b + np.where(run >= begins, moved, 0), theta)
        believed = history[-1].b if history else None
        answers = simulate.adaptive(now, bank.each, seed=seed * 100 + run, believed=believed)
        codes.append(answers.codes)
        sizes.append(count)
        starts = np.arange(sum(sizes) + 1, dtype=np.int64) * bank.each
        start = (history[-1].a, history[-1].b) if history else None
        whole = Responses.packed(np.concatenate(codes), starts, bank.items)
        found = irt.fit(whole, start=start, threads=1)
        new = Estimates.of(found.a, found.b, found.se_a, found.se_b, found.answers)
        if history:
            past = [history[-age] for age in (2, 4, 8, 16) if age <= len(history)]
            linked = irt.link(history[-1], new, earlier=past)
            new = new.on(linked.slope, linked.intercept)
            ever |= linked.drifted
            alarms.append(linked.drifted[moved == 0].mean())
        history.append(new)
    sound = moved == 0
    base = history[0]
    slope = np.std(new.b[sound]) / np.std(base.b[sound])
    off = np.mean((new.b - truth.b)[sound]) - np.mean((base.b - truth.b)[sound])
    return off, slope, ever[~sound].mean(), ever[sound].mean(), np.mean(alarms)


def recalibrations(pool, options) -> None:
    bank = Bank()
    print(
        f"\n{bank.times} recalibrations of {bank.items} items, {bank.first:,} learners and {bank.more:,} more "
        f"each time, {bank.each} answers each; {bank.drifting:.0%} of the items drift by {bank.by}"
    )
    print(
        f"{'bank':>6}{'scale off by':>14}{'slope':>8}{'drifting found':>16}{'false, ever':>13}{'false, a run':>14}"
    )
    rows = list(pool.map(partial(recalibrated, bank), range(options.banks)))
    for number, row in enumerate([*rows, np.mean(rows, axis=0)]):
        off, slope, hits, false_ever, false = row
        name = str(number) if number < len(rows) else "mean"
        print(f"{name:>6}{off:14.3f}{slope:8.3f}{hits:16.2f}{false_ever:13.3f}{false:14.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--replications", type=int, default=50)
    parser.add_argument("--banks", type=int, default=4)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    began = time.monotonic()
    with ProcessPoolExecutor(options.processes) as pool:
        for section in options.only or SECTIONS:
            globals()[section](pool, options)
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
