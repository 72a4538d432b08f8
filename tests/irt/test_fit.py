"""What a fit finds: the loops' mode, simulated truth, the same for the same answers."""

import numpy as np
import pytest
from tests.irt import oracle
from tests.irt.answers import a_matrix, rmse

from itemwell import irt
from itemwell.irt import Responses, simulate


@pytest.mark.parametrize("engine", ["plain", "compiled"])
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_the_mode_is_that_of_plain_loops(engine, missing):
    matrix, _ = a_matrix(persons=80, items=5, missing=missing)
    prior = irt.Prior(log_a_mean=0.1, log_a_sd=0.4, b_mean=-0.2, b_sd=1.5)
    a, b = oracle.fit(matrix, prior, nodes=oracle.nodes_of(31))

    found = irt.fit(Responses.of_matrix(matrix), prior=prior, engine=engine)

    assert found.a == pytest.approx(a, abs=1e-3)
    assert found.b == pytest.approx(b, abs=1e-3)


@pytest.fixture(scope="module")
def sparse():
    truth = simulate.draw_truth(8_000, 150, seed=5)
    return simulate.adaptive(truth, 30, seed=5), truth


@pytest.fixture(scope="module")
def compiled(sparse):
    return irt.fit(sparse[0], engine="compiled")


def test_sparse_truth_is_recovered(sparse):
    answers, truth = sparse

    found = irt.fit(answers)

    assert found.converged
    assert rmse(found.a, truth.a) < 0.12
    assert rmse(found.b, truth.b) < 0.08
    assert 0.85 < rmse((found.b - truth.b) / found.se_b, 0) < 1.15
    assert 0.85 < rmse((found.a - truth.a) / found.se_a, 0) < 1.15


def test_dense_truth_is_recovered_on_a_long_test():
    truth = simulate.draw_truth(2_000, 100, seed=6)

    found = irt.fit(simulate.dense(truth, seed=6))

    assert found.nodes > 60
    assert rmse(found.a, truth.a) < 0.09
    assert rmse(found.b, truth.b) < 0.09


def test_few_e_steps_are_enough_from_cold_and_fewer_from_the_last_fit(sparse, compiled):
    warm = irt.fit(sparse[0], engine="compiled", start=(compiled.a, compiled.b))

    assert compiled.e_steps <= 14
    assert warm.e_steps <= 9
    assert warm.a == pytest.approx(compiled.a, abs=1e-3)


def test_any_number_of_threads_gives_the_same_bits(sparse, compiled):
    for threads in (1, 2, 5):
        found = irt.fit(sparse[0], engine="compiled", threads=threads)
        for name in ("a", "b", "se_a", "se_b"):
            assert getattr(found, name).tobytes() == getattr(compiled, name).tobytes()


def test_compiled_and_plain_agree(sparse, compiled):
    plain = irt.fit(sparse[0], engine="plain")

    assert (plain.engine, compiled.engine) == ("plain", "compiled")
    assert compiled.a == pytest.approx(plain.a, abs=1e-3)
    assert compiled.b == pytest.approx(plain.b, abs=1e-3)
    assert compiled.se_b == pytest.approx(plain.se_b, rel=1e-2)


def test_the_order_of_items_and_persons_changes_nothing():
    matrix, _ = a_matrix(persons=300, items=12)
    rng = np.random.default_rng(3)
    persons, items = rng.permutation(300), rng.permutation(12)
    found = irt.fit(Responses.of_matrix(matrix))

    again = irt.fit(Responses.of_matrix(matrix[persons][:, items]))

    assert again.a == pytest.approx(found.a[items], abs=1e-5)
    assert again.b == pytest.approx(found.b[items], abs=1e-5)
    assert again.se_b == pytest.approx(found.se_b[items], rel=1e-4)


def test_each_prior_pulls_its_own_item():
    matrix, _ = a_matrix(persons=100, items=3)
    one = irt.Prior(b_mean=np.array([0.0, 3.0, 0.0]), b_sd=np.array([2.0, 0.05, 2.0]))

    found = irt.fit(Responses.of_matrix(matrix), prior=one)

    assert found.b[1] == pytest.approx(3.0, abs=0.3)
    assert abs(found.b[0]) < 2


def test_a_long_test_gets_finer_nodes_where_the_first_ones_were_too_few():
    truth = simulate.draw_truth(1_500, 70, seed=8)
    steep = truth._replace(a=np.full(70, 2.5))

    found = irt.fit(simulate.dense(steep, seed=8))
    fine = irt.fit(simulate.dense(steep, seed=8), spacing=0.03, start=(found.a, found.b))

    assert found.a == pytest.approx(fine.a, abs=2e-3)
    assert found.log_likelihood == pytest.approx(fine.log_likelihood, abs=0.05)
