import numpy as np
import pytest
from tests.irt.answers import rmse

from itemwell import irt
from itemwell.irt import simulate


def simulated(seed, shift=0.4):
    """Items that discriminate better than the weak prior expects."""
    truth = simulate.draw_truth(4_000, 200, seed=seed)
    truth = truth._replace(a=truth.a * np.exp(shift))
    return truth, simulate.adaptive(truth, 25, seed=seed)


def test_the_items_own_distribution_is_found():
    truth, answers = simulated(seed=1)

    found = irt.fit(answers, prior="hierarchical")

    assert found.converged
    assert found.prior.log_a_mean == pytest.approx(np.log(truth.a).mean(), abs=0.06)
    assert found.prior.log_a_sd == pytest.approx(np.log(truth.a).std(), abs=0.05)
    assert found.prior.b_mean == pytest.approx(truth.b.mean(), abs=0.08)
    assert found.prior.b_sd == pytest.approx(
        2 * truth.b.std(), rel=0.1
    )  # kept wide: see its reason


def test_it_makes_estimates_better():
    errors = []
    for seed in range(3):
        truth, answers = simulated(seed)
        weak, own = (
            irt.fit(answers, prior=prior, se=None) for prior in (irt.Prior(), "hierarchical")
        )
        errors.append([rmse(each.a, truth.a) for each in (weak, own)])

    weak, own = np.mean(errors, axis=0)
    assert own < 0.97 * weak


def test_answers_that_say_nothing_leave_the_weak_prior():
    truth = simulate.draw_truth(100, 200, seed=1)
    scarce = simulate.adaptive(truth, 4, seed=1, warm_up=4)

    found = irt.fit(scarce, prior="hierarchical")

    assert found.prior.log_a_sd == pytest.approx(irt.Prior().log_a_sd, abs=0.02)
    assert found.prior.log_a_mean == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("items", [1, 3])
def test_few_items_do_not_make_a_sharp_prior(items):
    truth = simulate.draw_truth(2_000, items, seed=3)

    found = irt.fit(simulate.dense(truth, seed=3), prior="hierarchical")

    assert found.converged
    assert found.prior.log_a_sd > 0.2
    assert np.isfinite([*found.a, *found.b, *found.se_a]).all()


def test_of_the_1pl_only_difficulties_teach():
    truth, answers = simulated(seed=1)

    found = irt.fit(answers, model="1pl", prior="hierarchical")

    assert (found.prior.log_a_mean, found.prior.log_a_sd) == (0.0, irt.Prior().log_a_sd)
    assert found.prior.b_mean == pytest.approx(truth.b.mean(), abs=0.1)


def test_anchors_take_no_part():
    truth, answers = simulated(seed=2)
    held = np.arange(150)

    found = irt.fit(
        answers, prior="hierarchical", anchors=irt.Anchors.of(held, truth.a[held], truth.b[held])
    )

    assert found.converged
    assert found.prior.log_a_mean == pytest.approx(np.log(truth.a[150:]).mean(), abs=0.12)
