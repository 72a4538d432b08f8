import numpy as np
import pytest
from tests.irt.answers import a_matrix, published

from itemwell import irt
from itemwell.irt import Responses
from itemwell.irt.accelerate import Anderson
from itemwell.irt.em import Climb, Model
from itemwell.irt.grid import Grid
from itemwell.irt.plain import Plain


def a_climb(matrix, prior=None):
    model = Model(prior, np.ones(matrix.shape[1], bool))
    return Climb(Plain(Responses.of_matrix(matrix)), model, Grid.over(0.0, 1.0, 0.1))


def a_start(items, prior):
    return np.concatenate(
        [np.full(items, 1.0 if prior is None else 0.0), np.zeros(items), [0.0, 0.0]]
    )


@pytest.mark.parametrize("prior", [None, irt.Prior()])
@pytest.mark.parametrize("seed", range(5))
def test_plain_em_never_lowers_the_posterior(prior, seed):
    matrix, _ = a_matrix(persons=150, items=8, seed=seed)
    climb = a_climb(matrix, prior)
    point = climb.look(a_start(8, prior))
    for _ in range(30):
        after = climb.look(point.state + (point.image - point.state) / climb._length)
        assert after.log_posterior >= point.log_posterior - 1e-9
        point = after


@pytest.mark.parametrize("data", ["LSAT6", "LSAT7", "SAT12_missing"])
@pytest.mark.parametrize("prior", [None, irt.Prior()])
def test_nor_does_a_point_that_a_fit_accepts(data, prior):
    found = irt.fit(published(data), prior=prior)

    assert min(np.diff(found.path)) >= -1e-8
    assert found.path[-1] == found.log_posterior


def test_a_wild_proposal_is_taken_back(monkeypatch):
    matrix, _ = a_matrix(persons=200, items=6)
    calm = irt.fit(Responses.of_matrix(matrix))
    tame = Anderson.propose
    asked = []

    def wild(self, point, image):
        asked.append(len(asked))
        return tame(self, point, image) + (5.0 if len(asked) == 4 else 0.0)

    monkeypatch.setattr(Anderson, "propose", wild)
    found = irt.fit(Responses.of_matrix(matrix))

    assert found.converged
    assert min(np.diff(found.path)) >= -1e-8
    assert found.a == pytest.approx(calm.a, abs=1e-4)


def test_a_fit_that_ran_out_of_steps_says_so():
    found = irt.fit(published("LSAT7"), most_e_steps=3)

    assert not found.converged
    assert found.e_steps == 3


def test_the_mode_is_a_point_that_em_does_not_move():
    matrix, _ = a_matrix(persons=300, items=6)
    found = irt.fit(Responses.of_matrix(matrix), spacing=0.1)
    climb = a_climb(matrix, irt.Prior())

    point = climb.look(np.concatenate([np.log(found.a), found.b, [0.0, 0.0]]))

    assert point.moved < 1e-5
    assert point.log_posterior == pytest.approx(found.log_posterior, abs=1e-6)
