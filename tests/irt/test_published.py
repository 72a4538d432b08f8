import csv

import numpy as np
import pytest
from tests.irt.answers import PUBLISHED, published, published_estimates

from itemwell import irt

LOG_LIKELIHOODS = {
    "LSAT6": -2466.653,
    "LSAT7": -2658.805,
    "SAT12_scored0": -9488.955,
    "SAT12_missing": -9455.849,
}  # mirt's own


@pytest.fixture(params=LOG_LIKELIHOODS)
def data(request):
    return request.param


def test_without_a_prior_the_estimates_are_those_of_mirt(data):
    theirs = published_estimates(data)

    ours = irt.fit(published(data), prior=None)

    assert ours.converged
    assert not ours.at_bound.any()
    assert ours.a == pytest.approx(theirs["a"], abs=0.001)
    assert ours.d == pytest.approx(theirs["d"], abs=0.001)
    assert ours.b == pytest.approx(theirs["b"], abs=0.005)
    assert ours.log_likelihood == pytest.approx(LOG_LIKELIHOODS[data], abs=0.05)


def test_so_are_the_standard_errors(data):
    theirs = published_estimates(data)

    ours = irt.fit(published(data), prior=None)

    for name in ("se_a", "se_b", "se_d"):
        assert getattr(ours, name) == pytest.approx(theirs[name], rel=0.06)


def test_compiled_they_are_the_same(data):
    theirs = published_estimates(data)

    ours = irt.fit(published(data), prior=None, engine="compiled")

    assert ours.a == pytest.approx(theirs["a"], abs=0.001)
    assert ours.d == pytest.approx(theirs["d"], abs=0.001)
    assert ours.log_likelihood == pytest.approx(LOG_LIKELIHOODS[data], abs=0.05)


def test_the_table_that_ltm_published_of_the_law_school_admission_test():
    with (PUBLISHED / "LSAT6_ltm120.csv").open() as file:
        table = [(float(row["value"]), float(row["std.err"])) for row in csv.DictReader(file)]
    values, errors = np.array(table).T

    ours = irt.fit(published("LSAT6"), prior=None)

    assert [*ours.b, *ours.a] == pytest.approx(values, abs=0.01)
    assert [*ours.se_b, *ours.se_a] == pytest.approx(errors, rel=0.06)


def test_the_default_prior_moves_a_sound_item_of_many_answers_by_less_than_its_error():
    plain = irt.fit(published("SAT12_scored0"), prior=None)

    ours = irt.fit(published("SAT12_scored0"))

    sound = plain.a > 0.3
    assert sound.sum() == 30
    assert (np.abs(ours.a - plain.a) < plain.se_a)[sound].all()
    assert (np.abs(ours.b - plain.b) < plain.se_b)[sound].all()
