"""A vector is of length 1, of the right shape and finite, or it is none."""

import subprocess
import sys

import numpy as np
import pytest

from itemwell.similar.embed import EmbedError, Identity, text_of, unit

FOUR = Identity("a", "b", "1", 4)


def test_vectors_are_scaled_to_length_one():
    assert unit(np.array([[3.0, 0, 4, 0]]), 1, FOUR).tolist() == [
        pytest.approx([0.6, 0, 0.8, 0], abs=1e-6)
    ]


def test_nothing_for_nothing():
    assert unit(np.zeros((0, 4)), 0, FOUR).shape == (0, 4)


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (np.array([[np.nan, 0, 0, 1]]), "not finite"),
        (np.array([[np.inf, 0, 0, 1]]), "not finite"),
        (np.zeros((1, 4)), "zeros"),
        (np.ones((1, 3)), "shape"),
        (np.ones((2, 4)), "shape"),
        (np.ones(4), "shape"),
    ],
)
def test_what_is_no_vector_is_refused_by_name(vectors, said):
    with pytest.raises(EmbedError, match=rf"a:b@1/4 gave .*{said}"):
        unit(vectors, 1, FOUR)


def test_the_passage_is_not_embedded_and_the_key_is():
    assert text_of(" What is\n2 + 2? ", "4") == "What is 2 + 2? 4"
    assert text_of("What is 2 + 2?", None) == "What is 2 + 2?"


@pytest.mark.parametrize("arguments", ["itemwell.cli", "itemwell.similar.embed"])
def test_numpy_is_loaded_only_where_vectors_are_made(arguments):
    code = f"import {arguments}, sys; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
