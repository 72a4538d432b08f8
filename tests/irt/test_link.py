import numpy as np
import pytest
from tests.irt.answers import rmse

from itemwell import irt
from itemwell.irt import Estimates, link, simulate

SLOPE, INTERCEPT = 1.2, 0.5


def two_fits(items=200, *, error=0.1, drifted=0, by=0.8, seed=0):
    """One set of items by two fits that share no answers, the new one on a scale of its own."""
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(0, 0.3, items), rng.normal(size=items)

    def seen(b):
        found = a * np.exp(error * rng.normal(size=items))
        return Estimates.of(found, b + error / a * rng.normal(size=items), error * found, error / a)

    moved = b.copy()
    moved[:drifted] += by
    new = seen(moved)
    return seen(b), new.on(1 / SLOPE, -INTERCEPT / SLOPE)


def test_without_error_the_transformation_is_exact():
    old, new = two_fits(error=1e-9)

    linked = link(old, new)

    assert linked.slope == pytest.approx(SLOPE, abs=1e-6)
    assert linked.intercept == pytest.approx(INTERCEPT, abs=1e-6)
    assert linked.kept.all()


def test_there_and_back_again():
    old, _ = two_fits()

    again = old.on(SLOPE, INTERCEPT).on(1 / SLOPE, -INTERCEPT / SLOPE)

    for ours, theirs in zip(again, old, strict=True):
        assert ours == pytest.approx(theirs)


def test_noise_averages_out_without_bias():
    found = [link(*two_fits(seed=seed), shared=0) for seed in range(100)]

    slopes, intercepts = np.array([each[:2] for each in found]).T
    assert slopes.mean() == pytest.approx(SLOPE, abs=0.005)
    assert intercepts.mean() == pytest.approx(INTERCEPT, abs=0.005)
    assert slopes.std() < 0.02
    assert np.mean([each.drifted for each in found]) < 0.01


@pytest.mark.parametrize("known", [True, False])
def test_items_that_drifted_are_found_and_do_not_move_the_scale(known):
    found = []
    for seed in range(30):
        old, new = two_fits(drifted=20, seed=seed)
        if not known:
            old, new = (each._replace(se_a=None, se_b=None) for each in (old, new))
        found.append(link(old, new, shared=0))

    drifted = np.array([each.drifted for each in found])
    assert drifted[:, :20].mean() > 0.8
    assert drifted[:, 20:].mean() < (0.02 if known else 0.04)
    assert np.mean([each.intercept for each in found]) == pytest.approx(INTERCEPT, abs=0.015)
    assert np.mean([each.slope for each in found]) == pytest.approx(SLOPE, abs=0.015)


def test_a_drift_of_discriminations_is_found_too():
    old, new = two_fits()
    new.a[:10] *= 0.4
    new.se_a[:10] *= 0.4

    linked = link(old, new, shared=0)

    assert linked.drifted[:10].mean() > 0.8
    assert (linked.z_a[:10] < -3).mean() > 0.8


def test_items_without_sound_estimates_are_no_anchors():
    old, new = two_fits(30)
    old.a[0], new.b[1], new.a[2], old.se_b[3] = np.nan, np.inf, -0.1, np.nan

    linked = link(old, new, shared=0)

    assert linked.usable.tolist() == [False] * 4 + [True] * 26
    assert not linked.kept[:4].any()
    assert np.isnan(linked.p[:4]).all()


def test_an_ill_known_item_moves_nothing():
    old, new = two_fits(40, error=0.02)
    linked = link(old, new, shared=0)
    new.b[0] += 3.0
    new.se_b[0] = 5.0

    again = link(old, new, shared=0)

    assert again.kept[0]
    assert again.intercept == pytest.approx(linked.intercept, abs=0.003)
    assert again.slope == pytest.approx(linked.slope, abs=0.003)


def test_too_few_anchors_make_no_link():
    old, new = two_fits(9)
    with pytest.raises(
        ValueError, match="9 anchors have sound estimates in both fits; a link needs 10"
    ):
        link(old, new)


def test_nor_do_anchors_of_which_too_many_drifted():
    old, new = two_fits(12, error=0.01)
    new.b[:5] += np.linspace(2, 6, 5)

    with pytest.raises(
        ValueError, match="anchors are left of 12: the rest drifted; a link needs 10"
    ):
        link(old, new, shared=0)


def test_the_same_estimates_are_linked_by_nothing():
    old, _ = two_fits()

    linked = link(old, old)

    assert linked.slope == pytest.approx(1.0)
    assert linked.intercept == pytest.approx(0.0, abs=1e-9)
    assert linked.kept.all()


def test_of_the_1pl_all_slopes_are_one():
    old, new = two_fits(error=0.05)
    one = np.ones(200)

    linked = link(old._replace(a=one), new._replace(a=one * SLOPE), shared=0)

    assert linked.slope == pytest.approx(SLOPE, abs=0.01)


def test_an_unlinked_fit_of_another_population_comes_back_to_the_scale():
    truth = simulate.draw_truth(6_000, 60, seed=3)
    first = irt.fit(simulate.adaptive(truth, 25, seed=3))
    stronger = truth._replace(
        theta=INTERCEPT + SLOPE * simulate.draw_truth(6_000, 60, seed=4).theta
    )
    second = irt.fit(simulate.adaptive(stronger, 25, seed=5))
    old, new = (Estimates(each.a, each.b, each.se_a, each.se_b) for each in (first, second))

    linked = link(old, new, shared=0)

    assert linked.slope == pytest.approx(SLOPE, abs=0.05)
    assert linked.intercept == pytest.approx(INTERCEPT, abs=0.05)
    assert rmse(new.on(linked.slope, linked.intercept).b, first.b) < 0.15 < rmse(new.b, first.b)


def test_fits_to_growing_answers_differ_by_what_was_added():
    """Most old answers are in the new fit: independent errors would hide a drift."""
    z = []
    for seed in range(8):
        truth = simulate.draw_truth(4_000, 60, seed=seed)
        answers = simulate.adaptive(truth, 25, seed=seed)
        half = irt.Responses.packed(answers.codes[: 2_000 * 25], answers.starts[:2_001], 60)
        old, new = (
            Estimates(each.a, each.b, each.se_a, each.se_b)
            for each in map(irt.fit, (half, answers))
        )
        linked = link(old, new)
        z += [*linked.z_b]
    assert np.std(z) == pytest.approx(1.0, abs=0.1)
