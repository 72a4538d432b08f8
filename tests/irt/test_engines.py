"""Both engines' passes against plain loops, and against each other on more answers."""

import numpy as np
import pytest
from tests.irt import oracle
from tests.irt.answers import a_matrix

from itemwell.irt import Responses, simulate
from itemwell.irt.engine import GROUPS, Population, engine_for
from itemwell.irt.grid import Grid
from itemwell.irt.plain import Plain
from itemwell.irt.threads import Compiled


@pytest.fixture(params=[Plain, Compiled])
def make(request):
    return request.param


@pytest.fixture(params=["sparse", "mixed with forms"])
def matrix(request):
    scattered, _ = a_matrix()
    if request.param == "sparse":
        return scattered
    whole, _ = a_matrix(missing=0.0)
    half = np.where(np.arange(7) < 4, a_matrix(missing=0.0, seed=2)[0], np.nan)
    nobody = np.full((1, 7), np.nan)
    return np.vstack([whole[:20], scattered[:20], half[:20], nobody])


@pytest.fixture
def case(make, matrix):
    """An engine with parameters, and what the loops take for the same."""
    _, truth = a_matrix()
    nodes, weights = oracle.nodes_of(61)
    engine = make(Responses.of_matrix(matrix))
    population = Population(Grid(nodes), np.log(weights))
    return (
        engine,
        (truth.a, -truth.a * truth.b, population),
        (matrix, truth.a, truth.b, nodes, weights),
    )


def test_expect_is_the_e_step(case):
    engine, ours, theirs = case
    answered, right = oracle.e_step(*theirs)

    expected, chances = engine.expect(*ours)

    nodes = theirs[3]
    assert expected.answers == pytest.approx(answered, abs=1e-4)
    assert expected.right == pytest.approx(right.sum(axis=1), abs=1e-4)
    assert expected.right_theta == pytest.approx(right @ nodes, abs=1e-4)
    assert expected.log_likelihood == pytest.approx(oracle.log_likelihood(*theirs), abs=1e-3)
    assert expected.by_node.sum() == pytest.approx(len(theirs[0]))
    assert chances[2, 40] == pytest.approx(oracle.chance(theirs[1][2], theirs[2][2], nodes[40]))


def test_a_weight_of_two_is_the_person_twice(make):
    matrix, truth = a_matrix()
    nodes, weights = oracle.nodes_of(61)
    at = truth.a, -truth.a * truth.b, Population(Grid(nodes), np.log(weights))
    counted = np.arange(len(matrix)) % 3
    twice = Responses.of_matrix(np.repeat(matrix, counted, axis=0))

    weighted, _ = make(Responses.of_matrix(matrix)).expect(*at, counted.astype(float))
    copied, _ = make(twice).expect(*at)

    assert weighted.answers == pytest.approx(copied.answers, abs=1e-4)
    assert weighted.right_theta == pytest.approx(copied.right_theta, abs=1e-4)
    assert weighted.log_likelihood == pytest.approx(copied.log_likelihood, rel=1e-6)


def test_abilities_are_the_posteriors_means_and_spreads(case):
    engine, ours, theirs = case

    assert engine.abilities(*ours) == pytest.approx(oracle.abilities(*theirs), abs=1e-5)


def test_cross_is_the_squared_scores(case):
    engine, ours, theirs = case

    sums, variance = engine.cross(*ours)

    assert sums == pytest.approx(oracle.cross(*theirs), rel=1e-4, abs=1e-4)
    assert variance == pytest.approx(np.var(oracle.abilities(*theirs)[:, 0]), abs=1e-5)


def test_residuals_leave_each_answer_out_of_its_own_prediction(case):
    engine, ours, theirs = case
    rows = np.zeros((7, 6))
    for _, item, y, predicted, theta in oracle.predictions(*theirs):
        v, square = predicted * (1 - predicted), (y - predicted) ** 2
        rows[item] += square / v, square, v, theta, theta**2, y * theta

    found = engine.residuals(*ours, np.zeros((7, GROUPS - 1)))

    for place, name in enumerate(found._fields[:6]):
        assert getattr(found, name) == pytest.approx(rows[:, place], rel=1e-3, abs=1e-3)


def test_groups_are_predicted_by_earlier_answers_unless_the_items_were_set_beforehand(case):
    engine, ours, theirs = case
    cuts = np.linspace(-1, 1, GROUPS - 1) + np.arange(7)[:, None] / 10
    cuts += 0.033  # not at 0, where everybody begins
    of_form = engine.responses.forms.of_person >= 0
    rows = np.zeros((7, 2 + 4 * GROUPS))
    for earlier in (False, True):
        for person, item, y, predicted, theta in oracle.predictions(*theirs, earlier=earlier):
            if bool(of_form[person]) != earlier:
                group = 2 + 4 * int(np.searchsorted(cuts[item], theta))
                rows[item, :2] += theta, theta**2
                rows[item, group : group + 4] += 1, y, predicted, predicted * (1 - predicted)

    found = engine.residuals(*ours, cuts)

    assert found.grouped == pytest.approx(rows[:, 0], abs=1e-3)
    assert found.grouped_squares == pytest.approx(rows[:, 1], abs=1e-3)
    assert found.groups.reshape(7, -1) == pytest.approx(rows[:, 2:], rel=1e-3, abs=1e-3)


def test_the_engines_agree_on_many_answers_of_an_adaptive_test():
    truth = simulate.draw_truth(4_000, 80, seed=3)
    answers = simulate.adaptive(truth, 25, seed=3)
    grid = Grid.over(0.0, 1.0, 0.3)
    at = truth.a, -truth.a * truth.b, Population(grid, grid.log_weights(0.0, 1.0))

    (plain, _), (compiled, _) = (make(answers).expect(*at) for make in (Plain, Compiled))

    assert compiled.answers == pytest.approx(plain.answers, rel=1e-4, abs=1e-2)
    assert compiled.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-6)


@pytest.mark.parametrize(
    ("rows", "in_use", "cached", "name"),
    [
        (50_000, True, True, "plain"),
        (200_000, True, False, "compiled"),
        (200_000, False, True, "plain"),
        (2_000_000, False, True, "compiled"),
        (2_000_000, False, False, "plain"),
        (20_000_000, False, False, "compiled"),
    ],
)
def test_answers_are_compiled_for_where_that_is_sooner_done(
    monkeypatch, rows, in_use, cached, name
):
    monkeypatch.setattr("itemwell.irt.threads.in_use", lambda: in_use)
    monkeypatch.setattr("itemwell.irt.threads.is_cached", lambda: cached)
    monkeypatch.setattr("itemwell.irt.engine.PERSON", rows // 60)

    engine = engine_for(Responses.of_matrix(a_matrix(persons=60)[0]))

    assert engine.name == name


def test_forms_need_no_compiling(monkeypatch):
    monkeypatch.setattr("itemwell.irt.threads.in_use", lambda: True)
    answers = simulate.dense(simulate.draw_truth(2_000, 60, seed=1), seed=1)

    assert engine_for(answers).name == "plain"
    assert engine_for(answers, each_answer=True).name == "compiled"
