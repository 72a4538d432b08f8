"""How well the questions measure: information, Wright map, drift, reliability. Pure.

Abilities and difficulties are on the published scale; `population` is its learners' mean and sd.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import NormalDist, fmean
from typing import Any

import numpy as np

from itemwell.irt import precision
from itemwell.store.report_items import ItemInForce

LOWEST, HIGHEST = -4.0, 4.0
STEP = 0.25
BAND = 0.5
LEAST = 1e-6
"""Of information: far from every question there is none, and no error that could be told."""

GRAIN = 10
"""Dots of the drift's plot lie on tenths: ten thousand questions are some hundred dots."""

LENGTHS = (10, 30)
WANTED = (0.80, 0.90)
MOVED = 10

Population = tuple[float, float]


def information(items: Sequence[ItemInForce], length: int) -> dict[str, Any]:
    """What a test of `length` questions tells at each ability: drawn at random, and the best ones there.

    The standard error of the ability is 1 / sqrt of it.
    """
    theta = np.arange(LOWEST, HIGHEST + STEP / 2, STEP)
    a, b = (np.array([getattr(item, name) for item in items]) for name in "ab")
    length = min(length, len(items))
    told = precision.information(a, b, theta)
    drawn, best = length * told.mean(axis=0), precision.best(told, length)
    rows = zip(theta.tolist(), drawn.tolist(), best.tolist(), strict=True)
    return {
        "length": length,
        "points": [
            {
                "theta": place,
                "drawn": round(one, 3),
                "best": round(other, 3),
                "se_drawn": round(max(one, LEAST) ** -0.5, 3),
                "se_best": round(max(other, LEAST) ** -0.5, 3),
            }
            for place, one, other in rows
        ],
    }


def wright(items: Sequence[ItemInForce], population: Population) -> dict[str, Any]:
    """Learners and questions on one scale: the share of learners and the number of questions a band.

    Learners are those of the calibration, taken as normal; what lies beyond counts with the outermost.
    """
    mean, sd = population
    edges = np.arange(LOWEST, HIGHEST + BAND / 2, BAND).tolist()
    places = [min(max(int((item.b - LOWEST) // BAND), 0), len(edges) - 2) for item in items]
    counts = Counter(places)
    below = [NormalDist(mean, sd).cdf(edge) for edge in edges]
    below[0], below[-1] = 0.0, 1.0
    return {
        "mean": round(mean, 4),
        "sd": round(sd, 4),
        "mean_b": round(fmean(item.b for item in items), 4),
        "bands": [
            {
                "from": edges[n],
                "to": edges[n + 1],
                "learners": round(below[n + 1] - below[n], 4),
                "questions": counts[n],
            }
            for n in range(len(edges) - 1)
        ],
    }


def drift(items: Sequence[ItemInForce], before: Mapping[int, float]) -> dict[str, Any] | None:
    """Each b against that of the calibration before; None where fewer than three questions have both.

    `cells` are the dots of the plot: tenths of both, and how many questions lie there.
    """
    pairs = [
        (before[item.question_id], item.b, item) for item in items if item.question_id in before
    ]
    if len(pairs) < 3:
        return None
    old, new = (np.array([pair[n] for pair in pairs]) for n in (0, 1))
    spread = bool(np.ptp(old) and np.ptp(new))
    cells = Counter((round(was * GRAIN), round(now * GRAIN)) for was, now, _ in pairs)
    moved = sorted(pairs, key=lambda pair: (-abs(pair[1] - pair[0]), pair[2].question_id))[:MOVED]
    return {
        "questions": len(pairs),
        "correlation": round(float(np.corrcoef(old, new)[0, 1]), 4) if spread else None,
        "mean_change": round(float((new - old).mean()), 4),
        "rms_change": round(float(np.sqrt(((new - old) ** 2).mean())), 4),
        "cells": [
            {"before": was / GRAIN, "now": now / GRAIN, "questions": number}
            for (was, now), number in sorted(cells.items())
        ],
        "moved_most": [
            {
                "question_id": item.question_id,
                "question_type": item.question_type,
                "before": round(was, 3),
                "now": round(now, 3),
                "change": round(now - was, 3),
            }
            for was, now, item in moved
        ],
    }


def reliability(items: Sequence[ItemInForce], population: Population) -> list[dict[str, Any]]:
    """Of each question type: the reliability of short tests of such questions, and how many a good one needs."""
    by_type: dict[str, list[ItemInForce]] = defaultdict(list)
    for item in items:
        by_type[item.question_type].append(item)
    return [_reliability(kind, by_type[kind], population) for kind in sorted(by_type)]


def _reliability(kind: str, items: Sequence[ItemInForce], population: Population) -> dict[str, Any]:
    a, b = (np.array([getattr(item, name) for item in items]) for name in "ab")
    needed = {share: precision.items_for(share, a, b, *population) for share in WANTED}
    errors = [item.se_b for item in items if item.se_b is not None]
    return {
        "question_type": kind,
        "questions": len(items),
        "mean_a": round(float(a.mean()), 3),
        "mean_b": round(float(b.mean()), 3),
        "mean_se_b": round(fmean(errors), 3) if errors else None,
        **{
            f"of_{length}": round(precision.reliability(a, b, length, *population), 4)
            for length in LENGTHS
        },
        **{
            f"for_{share:.0%}".rstrip("%"): int(number) if isfinite(number) else None
            for share, number in needed.items()
        },
    }
