"""Answers that say little or nothing: a stated result with the default prior, never a NaN or a bound."""

import numpy as np
import pytest
from tests.irt.answers import a_matrix, published

from itemwell import irt
from itemwell.irt import Responses, simulate


def of(*columns):
    return Responses.of_matrix(np.column_stack(columns))


def without_item(matrix, item):
    matrix = matrix.copy()
    matrix[:, item] = np.nan
    return Responses.of_matrix(matrix)


def no_overlap():
    matrix, _ = a_matrix(persons=200, items=6, missing=0.0)
    matrix[:100, 3:], matrix[100:, :3] = np.nan, np.nan
    return Responses.of_matrix(matrix)


def a_quarter_all_right_or_wrong():
    truth = simulate.draw_truth(2_000, 400, seed=1)
    answers = simulate.adaptive(truth, 10, seed=1, warm_up=10)
    codes, extreme = answers.codes.copy(), np.flatnonzero(np.arange(400) % 100 < 27)
    hit = np.isin(codes >> 1, extreme)
    codes[hit] = (codes[hit] & ~np.uint32(1)) | ((codes[hit] >> 1) % 2)
    return Responses.packed(codes, answers.starts, 400)


NOISE = np.random.default_rng(0).integers(0, 2, (200, 6)).astype(float)
EDGES = {
    "one person": lambda: Responses.of_matrix([[1, 0, 1.0]]),
    "one answer": lambda: Responses.of_triplets([0], [0], [1]),
    "one item": lambda: Responses.of_matrix(NOISE[:, :1]),
    "all right": lambda: Responses.of_matrix(np.ones((50, 5))),
    "all wrong": lambda: Responses.of_matrix(np.zeros((50, 5))),
    "one item all right": lambda: of(NOISE, np.ones(200)),
    "one item all wrong": lambda: of(NOISE, np.zeros(200)),
    "an item without answers": lambda: without_item(NOISE, 2),
    "persons without answers": lambda: Responses.of_triplets([5, 9], [0, 1], [1, 0]),
    "no overlap of two groups": no_overlap,
    "a wrong key": lambda: of(NOISE, 1 - NOISE[:, 0]),
    "a quarter of items all right or all wrong": a_quarter_all_right_or_wrong,
}


@pytest.mark.parametrize("engine", ["plain", "compiled"])
@pytest.mark.parametrize("model", ["2pl", "1pl"])
@pytest.mark.parametrize("edge", EDGES)
def test_every_number_is_finite_and_nothing_ran_away(edge, model, engine):
    found = irt.fit(EDGES[edge](), model=model, engine=engine)

    assert found.converged
    assert not found.at_bound.any()
    assert (found.a > 0).all()
    for name in ("a", "b", "d", "se_a", "se_b", "se_d", "covariance"):
        assert np.isfinite(getattr(found, name)).all()


@pytest.mark.parametrize("edge", EDGES)
def test_without_a_prior_what_ran_away_is_told(edge):
    answers = EDGES[edge]()

    found = irt.fit(answers, prior=None, most_e_steps=100)

    count, right = answers.tally()
    extreme = (count > 0) & ((right == 0) | (right == count))
    assert found.at_bound[extreme].all()
    assert np.isnan(found.se_b[found.at_bound]).all()
    assert np.isnan(found.a[count == 0]).all()


def test_nothing_cannot_be_fitted():
    with pytest.raises(ValueError, match="no answers to fit"):
        irt.fit(Responses.of_triplets([], [], [], item_count=3))


def test_an_item_without_answers_is_what_its_prior_says():
    found = irt.fit(without_item(NOISE, 2), prior=irt.Prior(0.2, 0.3, -0.7, 1.5))

    assert found.answers[2] == 0
    assert found.b[2] == pytest.approx(-0.7, abs=1e-4)
    assert found.a[2] == pytest.approx(np.exp(0.2), abs=1e-4)
    assert found.se_b[2] == pytest.approx(1.5, rel=1e-3)


def test_an_item_all_right_is_easy_and_known_to_be_uncertain():
    found = irt.fit(of(NOISE, np.ones(200)))

    assert found.b[-1] < -2.5
    assert found.se_b[-1] > 0.5


def test_more_answers_of_one_kind_move_it_farther():
    few, many = (irt.fit(of(NOISE[:n], np.ones(n))).b[-1] for n in (20, 200))

    assert many < few < -1


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"start": ([1.0], [0.0])}, "one a and one b for each of 5"),
        ({"start": (np.full(5, np.nan), np.zeros(5))}, "not finite"),
        ({"start": (-np.ones(5), np.zeros(5))}, "not above 0"),
        ({"prior": "flat"}, "hierarchical"),
    ],
)
def test_what_does_not_fit_is_refused(wish, refusal):
    with pytest.raises(ValueError, match=refusal):
        irt.fit(published("LSAT6"), **wish)


@pytest.mark.parametrize(
    "wrong", [{"b_sd": 0.0}, {"log_a_sd": -1.0}, {"b_mean": np.nan}, {"log_a_mean": np.inf}]
)
def test_a_prior_that_is_no_distribution_is_refused(wrong):
    with pytest.raises(ValueError, match="prior"):
        irt.Prior(**wrong)
