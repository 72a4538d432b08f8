import numpy as np
import pytest

from itemwell.irt.grid import FEWEST, LANES, STRETCHED, Grid, spacing_for


def test_nodes_reach_over_the_population_at_one_distance():
    grid = Grid.over(0.5, 1.2, 0.3)

    assert np.diff(grid.nodes) == pytest.approx(np.full(len(grid.nodes) - 1, grid.spacing))
    assert grid.spacing <= 0.3 * STRETCHED
    assert len(grid.nodes) % LANES == 0
    assert (grid.nodes[0], grid.nodes[-1]) == pytest.approx((0.5 - 6.6, 0.5 + 6.6))


def test_weights_are_the_populations():
    grid = Grid.over(0.5, 1.2, 0.3)
    weights = np.exp(grid.log_weights(0.5, 1.2))

    assert weights.sum() == pytest.approx(1)
    assert weights @ grid.nodes == pytest.approx(0.5)
    assert weights @ (grid.nodes - 0.5) ** 2 == pytest.approx(1.44, rel=1e-4)


@pytest.mark.parametrize(
    ("mean", "sd", "holds"),
    [(0, 1, True), (0.9, 1, True), (1.5, 1, False), (0, 1.3, False), (0, 0.2, False)],
)
def test_a_population_may_leave_its_grid_or_fall_between_its_nodes(mean, sd, holds):
    assert Grid.over(0, 1, 0.3).holds(mean, sd) is holds


def test_a_longer_test_needs_finer_nodes():
    assert spacing_for(200) < spacing_for(30) < spacing_for(1)
    assert len(Grid.over(0, 1, spacing_for(100_000)).nodes) <= 208
    assert len(Grid.over(0, 1, 5.0).nodes) == FEWEST
