import numpy as np
import pytest
from tests.irt import oracle
from tests.irt.answers import a_matrix

from itemwell.irt import Responses, abilities, simulate


def test_abilities_are_those_of_plain_loops():
    matrix, truth = a_matrix()
    means, spreads = oracle.abilities(matrix, truth.a, truth.b, *oracle.nodes_of(61)).T

    found = abilities(Responses.of_matrix(matrix), truth.a, truth.b)

    assert found.theta == pytest.approx(means, abs=1e-5)
    assert found.sd == pytest.approx(spreads, abs=1e-5)


def test_they_are_as_near_the_truth_as_they_say():
    truth = simulate.draw_truth(4_000, 100, seed=1)

    found = abilities(simulate.adaptive(truth, 30, seed=1), truth.a, truth.b)

    assert np.std((found.theta - truth.theta) / found.sd) == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(found.theta, truth.theta)[0, 1] > 0.9


def test_whoever_has_no_answer_is_like_the_population():
    nobody = Responses.of_triplets([1], [0], [1])

    found = abilities(nobody, [1.0], [0.0], population=(0.5, 1.2))

    assert (found.theta[0], found.sd[0]) == pytest.approx((0.5, 1.2), abs=1e-3)
    assert found.theta[1] > 0.5


def test_the_scale_may_be_any():
    matrix, truth = a_matrix()
    answers = Responses.of_matrix(matrix)
    here = abilities(answers, truth.a, truth.b)

    there = abilities(answers, truth.a / 2, truth.b * 2 + 1, population=(1.0, 2.0))

    assert there.theta == pytest.approx(1 + 2 * here.theta, abs=1e-4)
    assert there.sd == pytest.approx(2 * here.sd, abs=1e-4)


def test_items_that_are_not_known_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        abilities(Responses.of_matrix([[1, 0]]), [1.0, np.nan], [0.0, 0.0])
