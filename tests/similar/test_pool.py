"""The pool finds exactly what a plain product finds, whatever is asked for and however it grew."""

import numpy as np
import pytest

from itemwell.similar import pool as module
from itemwell.similar.embed import EmbedError
from itemwell.similar.forms import Within
from itemwell.similar.pool import Pool

STIMULI = ("", "a", "b")


def units(count, dimensions=8, seed=0):
    rows = np.random.default_rng(seed).standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def a_pool(rows, pieces=1):
    """Row i has the id i + 100, the stimulus of i modulo 3 and the key form of i modulo 50."""
    pool = Pool(rows.shape[1])
    for piece in np.array_split(np.arange(len(rows)), pieces):
        pool.add(
            [int(at) + 100 for at in piece],
            rows[piece],
            [STIMULI[at % 3] for at in piece],
            [f"key {at % 50}" for at in piece],
        )
    return pool


def plain(rows, vector, k, alike=lambda _: True):
    cosines = rows @ vector
    chosen = [at for at in range(len(rows)) if alike(at)]
    chosen.sort(key=lambda at: (-cosines[at], at))
    return [at + 100 for at in chosen[:k]]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 64)


@pytest.mark.parametrize("pieces", [1, 7, 300])
def test_the_nearest_are_those_of_a_plain_product(pieces):
    rows, wanted = units(300), units(5, seed=1)

    found = a_pool(rows, pieces).nearest(wanted, 10)

    for vector, neighbours in zip(wanted, found, strict=True):
        assert [number for number, _ in neighbours] == plain(rows, vector, 10)
        cosines = [cosine for _, cosine in neighbours]
        np.testing.assert_allclose(cosines, sorted(rows @ vector)[::-1][:10], rtol=1e-5)


@pytest.mark.parametrize(
    ("within", "alike"),
    [
        (Within(stimulus="a"), lambda at: at % 3 == 1),
        (Within(stimulus=""), lambda at: at % 3 == 0),
        (Within(key_form="key 7"), lambda at: at % 50 == 7),
        (Within("b", "key 7"), lambda at: at % 50 == 7 and at % 3 == 2),
        (Within(stimulus="unknown"), lambda _: False),
    ],
)
def test_a_filter_takes_nothing_away_from_those_it_lets_through(within, alike):
    rows, wanted = units(500), units(3, seed=2)

    found = a_pool(rows).nearest(wanted, 4, within)

    for vector, neighbours in zip(wanted, found, strict=True):
        assert [number for number, _ in neighbours] == plain(rows, vector, 4, alike)


def test_of_equal_cosines_the_lower_ids_come_first():
    rows = np.repeat(units(1), 200, axis=0)

    (neighbours,) = a_pool(rows).nearest(rows[:1], 3)

    assert [number for number, _ in neighbours] == [100, 101, 102]


def test_an_empty_pool_knows_no_neighbours():
    assert Pool(8).nearest(units(2), 3) == [[], []]
    assert len(Pool(8)) == 0


def test_fewer_rows_than_asked_for_are_all_told():
    pool = a_pool(units(2))
    assert len(pool) == 2
    assert len(pool.nearest(units(1), 9)[0]) == 2


@pytest.mark.parametrize("broken", [units(2, dimensions=9), units(3), np.full((2, 8), np.nan)])
def test_what_is_no_vector_of_these_dimensions_is_refused(broken):
    pool = Pool(8)
    with pytest.raises(EmbedError):
        pool.add([1, 2], broken, ["", ""], ["", ""])
    assert len(pool) == 0


def test_a_vector_that_is_not_finite_finds_nothing_but_an_error():
    with pytest.raises(EmbedError, match="not finite"):
        a_pool(units(3)).nearest(np.full((1, 8), np.inf, np.float32), 1)
