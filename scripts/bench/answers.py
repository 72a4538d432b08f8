"""Answers made from known parameters, and how likely given parameters make them.

theta ~ N(0, 1), a ~ lognormal(0, .3), b ~ N(0, 1). An adaptive row begins with five random items;
each next one is near a running estimate made of the observed answers alone, so that what is missing
is ignorable: chosen by the true theta, it would bias a.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

RANDOM_FIRST = 5
AROUND = 0.5  # sd of the next item's b about the estimate: what keeps items exposed evenly
PERSONS_AT_ONCE = 20_000
ANSWERS_AT_ONCE = 100_000
TYPES = {"persons": "<i4", "items": "<i4", "correct": "u1", "a": "<f8", "b": "<f8"}


class Answers(NamedTuple):
    """Triplets in the order of persons, with the parameters that made them."""

    persons: np.ndarray
    items: np.ndarray
    correct: np.ndarray
    a: np.ndarray
    b: np.ndarray


def simulate(persons, items, per_person, seed):
    """`per_person` answers each, adaptive where that is fewer than `items`; the same for the same seed."""
    chance = np.random.default_rng(seed)
    a = np.exp(0.3 * chance.standard_normal(items))
    b = np.sort(chance.standard_normal(items))
    shape = (persons, per_person)
    asked, correct = np.empty(shape, TYPES["items"]), np.empty(shape, TYPES["correct"])
    row = dense if per_person == items else adaptive
    for start in range(0, persons, PERSONS_AT_ONCE):
        piece = slice(start, start + PERSONS_AT_ONCE)
        asked[piece], correct[piece] = row(len(asked[piece]), per_person, a, b, chance)
    names = chance.permutation(items).astype(TYPES["items"])  # an item's number tells nothing of b
    back = np.argsort(names)
    numbers = np.repeat(np.arange(persons, dtype=TYPES["persons"]), per_person)
    return Answers(numbers, names[asked.ravel()], correct.ravel(), a[back], b[back])


def dense(persons, per_person, a, b, chance):
    theta = chance.standard_normal((persons, 1))
    right = chance.random((persons, per_person)) < probability(theta, a, b)
    return np.broadcast_to(np.arange(per_person), right.shape), right


def adaptive(persons, per_person, a, b, chance):
    theta, estimate, precision = (
        chance.standard_normal(persons),
        np.zeros(persons),
        np.ones(persons),
    )
    asked = np.full((persons, per_person), -1, np.int32)
    right = np.empty((persons, per_person), bool)
    for step in range(per_person):
        if step < RANDOM_FIRST:
            wanted = chance.integers(len(b), size=persons)
        else:
            wanted = np.searchsorted(b, estimate + AROUND * chance.standard_normal(persons))
        item = unseen(wanted, asked[:, :step], len(b))
        asked[:, step] = item
        right[:, step] = chance.random(persons) < probability(theta, a[item], b[item])
        expected = probability(estimate, a[item], b[item])
        precision += a[item] ** 2 * expected * (1 - expected)
        estimate += a[item] * (right[:, step] - expected) / precision
    return asked, right


def unseen(wanted, asked, items):
    """For each person the item in order of b nearest to the wanted one, of those not yet asked."""
    item, away = np.clip(wanted, 0, items - 1), 0
    middle = item.copy()
    again = np.flatnonzero((asked == item[:, None]).any(1))
    while len(again):
        away = -away if away > 0 else 1 - away
        item[again] = tried = middle[again] + away
        outside = (tried < 0) | (tried >= items)
        again = again[outside | (asked[again] == tried[:, None]).any(1)]
    return item


def probability(theta, a, b):
    return 1 / (1 + np.exp(-a * (theta - b)))


def write(answers, folder):
    """One little-endian file a column: what R, Python and C read alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in answers._asdict().items():
        column.astype(TYPES[name]).tofile(folder / name)
    persons = int(answers.persons[-1]) + 1
    Path(folder / "shape").write_text(f"{persons} {len(answers.a)} {len(answers.items)}\n")


def read(folder):
    return Answers(*(np.fromfile(folder / name, TYPES[name]) for name in Answers._fields))


def log_likelihood(answers, a, b, nodes=161):
    """Of N(0, 1) people, on one fine grid for everybody's estimates; double precision."""
    theta = np.linspace(-6, 6, nodes)
    prior = -(theta**2) / 2
    prior -= np.log(np.exp(prior).sum())
    wrong = -np.logaddexp(0, a[:, None] * (theta - b[:, None]))
    starts = np.flatnonzero(np.diff(answers.persons, prepend=-1))
    bounds = np.append(starts, len(answers.items))
    rows = max(1, ANSWERS_AT_ONCE * len(starts) // len(answers.items))
    total = 0.0
    for first in range(0, len(starts), rows):
        here = starts[first : first + rows]
        piece = slice(here[0], bounds[first + len(here)])
        item, right = answers.items[piece], answers.correct[piece].astype(float)
        begins = here - here[0]
        slope = np.add.reduceat(right * a[item], begins)
        offset = np.add.reduceat(right * -(a * b)[item], begins)
        joint = np.add.reduceat(wrong[item], begins) + prior
        joint += slope[:, None] * theta + offset[:, None]
        peak = joint.max(1)
        total += (peak + np.log(np.exp(joint - peak[:, None]).sum(1))).sum()
    return float(total)
