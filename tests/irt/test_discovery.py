import numpy as np
import pytest
from scipy.stats import chi2, norm

from itemwell.irt import benjamini_hochberg
from itemwell.irt.discovery import chi_square_tail, two_sided


def test_tails_are_those_of_scipy():
    x, df = np.meshgrid([0.0, 1e-9, 0.3, 2.0, 9.0, 40.0, 700.0], np.arange(1, 11))
    z = np.linspace(-9, 9, 37)

    assert chi_square_tail(x, df) == pytest.approx(chi2.sf(x, df), rel=1e-9, abs=1e-300)
    assert two_sided(z) == pytest.approx(2 * norm.sf(np.abs(z)), rel=1e-9)


def test_a_clear_find_is_one_and_nothing_is_none():
    assert benjamini_hochberg([1e-9, 0.5, 0.8], 0.05).tolist() == [True, False, False]
    assert benjamini_hochberg([0.2, 0.5], 0.05).tolist() == [False, False]
    assert benjamini_hochberg([], 0.05).tolist() == []


def test_a_test_that_was_not_made_does_not_count():
    assert benjamini_hochberg([np.nan, 0.04, np.nan], 0.05).tolist() == [False, True, False]
    assert benjamini_hochberg([np.nan], 0.05).tolist() == [False]


def test_at_most_the_rate_of_discoveries_is_false():
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(300):
        z = rng.normal(size=200)
        z[:40] += 3.5
        found = benjamini_hochberg(two_sided(z), 0.1)
        shares.append(found[40:].sum() / max(found.sum(), 1))
    assert np.mean(shares) == pytest.approx(0.08, abs=0.015)  # the rate times the share of nulls
