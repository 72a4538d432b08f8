"""Keys get dense numbers, each its own, whatever they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from itemwell.calibrate.numbering import SPREAD, Numbering, places

INVERSE = pow(int(SPREAD), -1, 2**64)
KEYS = st.one_of(
    st.integers(-3, 3),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 30).map(lambda number: number * INVERSE % 2**62),  # all for the same place
)
CLOSE = st.integers(-3, 50)


def array(keys):
    return np.array(keys, np.int64)


@given(st.lists(st.lists(KEYS, max_size=40), max_size=6))
def test_equal_keys_and_no_others_have_equal_numbers(pieces):
    numbering, numbers = Numbering(bits=2), {}
    for piece in pieces:
        for key, number in zip(piece, numbering.number(array(piece)).tolist(), strict=True):
            assert numbers.setdefault(key, number) == number

    assert sorted(numbers.values()) == list(range(numbering.count))
    assert numbering.keys().tolist() == sorted(numbers, key=numbers.__getitem__)


@given(st.lists(KEYS, unique=True, max_size=60), st.lists(KEYS, max_size=20))
def test_known_keys_are_found_by_their_place_and_others_are_not(known, others):
    found = Numbering.of(array(known)).find(array(known + others))

    place = {key: number for number, key in enumerate(known)}
    assert found.tolist() == [place.get(key, -1) for key in known + others]


@given(
    st.one_of(st.sets(KEYS, max_size=60), st.sets(st.integers(0, 50))),
    st.lists(st.one_of(KEYS, CLOSE), max_size=20),
)
def test_a_place_is_found_whether_keys_lie_close_together_or_not(known, others):
    known = sorted(known)

    found = places(array(known))(array(known + others))

    place = {key: number for number, key in enumerate(known)}
    assert found.tolist() == [place.get(key, -1) for key in known + others]


@given(st.lists(st.tuples(KEYS, st.integers(1, 9)), max_size=20))
def test_runs_of_equal_keys_are_numbered_like_others(runs):
    keys = [key for key, length in runs for _ in range(length)]

    numbers = Numbering(bits=2).number(array(keys)).tolist()

    assert len(set(zip(keys, numbers, strict=True))) == len(set(keys)) == len(set(numbers))
