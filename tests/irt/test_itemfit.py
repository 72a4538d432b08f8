import numpy as np
import pytest
from tests.irt import oracle
from tests.irt.answers import a_matrix

from itemwell import irt
from itemwell.irt import Responses, item_fit, simulate
from itemwell.irt.engine import GROUPS


def answered(truth, answers, items, chance, seed=0):
    """The same persons and items, with the answers to some items drawn by another chance."""
    rng = np.random.default_rng(seed)
    codes = answers.codes.copy()
    whose = np.repeat(np.arange(answers.persons), np.diff(answers.starts))
    hit = np.isin(codes >> 1, items)
    item = codes[hit] >> 1
    right = 1 / (1 + np.exp(-truth.a[item] * (truth.theta[whose[hit]] - truth.b[item])))
    codes[hit] = 2 * item + (rng.random(hit.sum()) < chance(right))
    return Responses.packed(codes, answers.starts, answers.items)


def fitted(answers):
    found = irt.fit(answers, se=None)
    return item_fit(answers, found.a, found.b)


def adaptive(seed):
    truth = simulate.draw_truth(3_000, 100, seed=seed)
    return truth, simulate.adaptive(truth, 25, seed=seed)


def dense(seed):
    truth = simulate.draw_truth(1_500, 50, seed=seed)
    return truth, simulate.dense(truth, seed=seed)


@pytest.mark.parametrize("make", [adaptive, dense])
def test_sound_items_are_suspected_as_often_as_p_says(make):
    found = [fitted(make(seed)[1]) for seed in range(8)]

    p = np.concatenate([each.p for each in found])
    assert np.isfinite(p).mean() > 0.98
    assert 0.03 < np.nanmean(p < 0.05) < 0.07
    for name in ("infit", "outfit"):
        squares = np.concatenate([getattr(each, name) for each in found])
        assert squares.mean() == pytest.approx(1.0, abs=0.01)
        assert squares.std() < 0.06


def test_however_many_answers_a_test_that_chose_its_items_got():
    truth = simulate.draw_truth(60_000, 60, seed=1)

    found = fitted(simulate.adaptive(truth, 20, seed=1))

    assert found.answers.min() > 8_000
    assert np.mean(found.p < 0.05) < 0.15  # it was half, with later answers among the others
    assert found.groups.gap.max() < 0.02


@pytest.mark.parametrize("make", [adaptive, dense])
def test_a_wrong_key_is_found(make):
    truth, answers = make(1)

    found = fitted(answered(truth, answers, [3, 17, 42], lambda right: 1 - right))

    assert (found.point_biserial * np.sqrt(found.answers) < -4)[[3, 17, 42]].all()
    if make is dense:
        assert irt.benjamini_hochberg(found.p, 0.05)[[3, 17, 42]].all()
    others = np.delete(found.point_biserial, [3, 17, 42])
    assert np.mean(others > 0.05) > 0.97


def test_guessing_at_hard_items_is_found():
    truth = simulate.draw_truth(6_000, 60, seed=2)
    truth.b[:3], truth.a[:3] = 1.5, 1.5
    answers = simulate.dense(truth, seed=2)

    found = fitted(answered(truth, answers, [0, 1, 2], lambda right: 0.25 + 0.75 * right))

    assert (found.p[:3] < 0.001).all()
    lowest, highest = (found.groups.observed[:3, g] for g in (0, GROUPS - 1))
    assert (lowest > found.groups.expected[:3, 0]).all()
    assert (highest > lowest).all()


def test_an_item_that_measures_nothing_correlates_with_nothing():
    truth, answers = dense(3)

    found = fitted(answered(truth, answers, [5], lambda right: 0 * right + 0.5))

    assert abs(found.point_biserial[5]) < 0.08
    assert np.delete(found.point_biserial, 5).min() > 0.1


def test_held_parameters_that_are_off_are_found_and_fitted_ones_explain():
    truth, answers = dense(4)
    off = truth.b.copy()
    off[7] += 0.5

    held = item_fit(answers, truth.a, off, estimated=0)

    assert held.p[7] < 1e-6
    assert fitted(answers).p[7] > 1e-6
    assert np.mean(np.delete(held.p, 7) < 0.05) < 0.2


def test_the_scale_changes_nothing():
    _, answers = dense(5)
    found = irt.fit(answers, se=None)
    here = item_fit(answers, found.a, found.b)

    there = item_fit(answers, found.a / 2, found.b * 2 + 1, population=(1.0, 2.0))

    assert there.chi_square == pytest.approx(here.chi_square, rel=1e-4)
    assert there.infit == pytest.approx(here.infit, rel=1e-4)
    assert there.point_biserial == pytest.approx(here.point_biserial, rel=1e-4)


def test_correlations_are_with_what_the_other_answers_say():
    matrix, truth = a_matrix(persons=80)
    rows = oracle.predictions(matrix, truth.a, truth.b, *oracle.nodes_of(61))

    found = item_fit(Responses.of_matrix(matrix), truth.a, truth.b)

    for item in range(7):
        y, predicted, theta = np.array([row[2:] for row in rows if row[1] == item]).T
        v = predicted * (1 - predicted)
        assert found.point_biserial[item] == pytest.approx(np.corrcoef(y, theta)[0, 1], abs=1e-6)
        assert found.outfit[item] == pytest.approx(np.mean((y - predicted) ** 2 / v))
        assert found.infit[item] == pytest.approx(np.sum((y - predicted) ** 2) / v.sum())
        assert found.p_value[item] == y.mean()
        assert found.groups.answers[item].sum() == len(y) == found.answers[item]


def test_what_few_answers_cannot_tell_is_not_a_number():
    matrix = np.array([[1, 0, np.nan], [1, 1, np.nan]])

    found = item_fit(Responses.of_matrix(matrix), np.ones(3), np.zeros(3))

    assert found.df.tolist() == [0, 0, 0]
    assert np.isnan(found.groups.gap[2])
    assert np.isnan(found.p).all()
    assert np.isnan(found.point_biserial[[0, 2]]).all()  # of no spread, and of no answer
    assert np.isnan([found.p_value[2], found.infit[2], found.outfit[2]]).all()


def test_items_that_are_not_known_are_refused():
    answers = Responses.of_matrix([[1, 0]])
    with pytest.raises(ValueError, match="not finite"):
        item_fit(answers, [1.0, np.nan], [0.0, 0.0])
    with pytest.raises(ValueError, match="one a and one b for each of 2"):
        item_fit(answers, [1.0], [0.0])
