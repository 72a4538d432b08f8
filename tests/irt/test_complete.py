"""Answers with none missing have a way of their own to the information."""

import numpy as np
import pytest

from itemwell.irt import Responses, complete, simulate
from itemwell.irt.engine import Population, Solution
from itemwell.irt.grid import Grid
from itemwell.irt.plain import Plain

ITEMS = 4


@pytest.fixture(scope="module")
def truth():
    return simulate.draw_truth(700, ITEMS, seed=8)


@pytest.fixture(scope="module")
def answers(truth):
    return simulate.dense(truth, seed=8)


def solution(truth):
    grid = Grid.over(0.0, 1.0, 0.2)
    return Solution(truth.a, -truth.a * truth.b, Population(grid, grid.log_weights(0.0, 1.0)))


def hessian(function, at, step=1e-3):
    moves = step * np.eye(len(at))
    values = [
        [
            function(at + x + y)
            - function(at + x - y)
            - function(at - x + y)
            + function(at - x - y)
            for y in moves
        ]
        for x in moves
    ]
    return np.array(values) / (4 * step**2)


def test_it_is_minus_the_second_derivative_of_the_likelihood(truth, answers):
    found, engine = solution(truth), Plain(answers)

    def likelihood(state):
        expected, _ = engine.expect(state[:ITEMS], state[ITEMS:], found.population)
        return expected.log_likelihood

    at = np.concatenate([found.a, found.d])
    expected = -hessian(likelihood, at)
    np.testing.assert_allclose(complete.observed(answers, found), expected, atol=0.02, rtol=1e-4)


def test_the_order_of_answers_is_of_no_account(truth, answers):
    rows = answers.codes.reshape(-1, ITEMS)
    turned = Responses.packed(rows[:, ::-1].ravel(), answers.starts, ITEMS)

    found = solution(truth)
    assert np.array_equal(complete.observed(turned, found), complete.observed(answers, found))
