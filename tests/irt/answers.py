"""Answers that the tests of this folder share."""

import csv
from functools import cache
from pathlib import Path

import numpy as np

from itemwell.irt import Responses, simulate

PUBLISHED = Path(__file__).parent.parent / "data" / "irt"


def published_answers(name):
    """A published data set as a matrix, NaN where an answer was left out."""
    return np.genfromtxt(PUBLISHED / f"{name}_data.csv", delimiter=",", skip_header=1)


@cache
def published(name):
    return Responses.of_matrix(published_answers(name))


def published_estimates(name):
    """What mirt made of it: an array a column."""
    with (PUBLISHED / f"{name}_mirt147_2pl.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        column: np.array([float(row[column]) for row in rows])
        for column in rows[0]
        if column != "item"
    }


def a_matrix(persons=60, items=7, *, missing=0.3, seed=1):
    """Answers under the model with some left out at random; its truth beside it."""
    truth = simulate.draw_truth(persons, items, seed=seed)
    rng = np.random.default_rng([seed, 9])
    right = 1 / (1 + np.exp(-truth.a * (truth.theta[:, None] - truth.b)))
    matrix = (rng.random((persons, items)) < right).astype(float)
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return matrix, truth


def rmse(found, truth):
    return float(np.sqrt(np.mean((found - truth) ** 2)))
