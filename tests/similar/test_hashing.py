"""The same text has the same vector everywhere; unrelated texts of any script are far apart."""

import subprocess
import sys

import numpy as np
import pytest
from tests.similar.test_decide import SCRIPTS

from itemwell.similar.embed import EmbedError
from itemwell.similar.hashing import DIMENSIONS, Hashing

HASH = Hashing()


def cosine(one, other):
    first, second = HASH.embed([one, other])
    return float(first @ second)


def test_rows_are_unit_vectors_in_the_order_of_the_texts():
    texts = [f"question number {at} of many" for at in range(700)]

    vectors = HASH.embed(texts)

    assert vectors.shape == (700, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors[650], HASH.embed(texts[650:651])[0])


def test_nothing_for_nothing():
    assert HASH.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("text", ["", "  ", "?", "\u200f\u202e"])
def test_an_empty_text_is_refused(text):
    with pytest.raises(EmbedError, match="text 1 has no word or sign"):
        HASH.embed(["What is it?", text])


def test_a_process_with_other_seeds_makes_the_same_vector():
    code = (
        "from itemwell.similar.hashing import Hashing;"
        "print(Hashing().embed(['What is 2 + 2? ภาษาไทย']).tobytes().hex())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        for seed in "12"
    ]

    assert runs[0].stdout == runs[1].stdout
    assert HASH.embed(["What is 2 + 2? ภาษาไทย"]).tobytes().hex() == runs[0].stdout.decode().strip()


def test_the_vector_is_the_one_that_banks_hold():
    vector = HASH.embed(["What is twelve percent of 250? 30"])[0]

    held = [round(float(part), 4) for part in vector[vector != 0][:8]]

    assert held == pytest.approx(HELD, abs=2e-4)


HELD = [
    -0.1506,
    -0.1004,
    0.1506,
    -0.1506,
    -0.1506,
    0.1506,
    0.1506,
    -0.1506,
]  # a change of these is a change of Hashing.identity.revision


def test_format_does_not_move_a_vector():
    assert cosine("What is 12% of 250?", "Q1. what is **twelve percent** of 250") > 0.999


def test_a_paraphrase_is_nearer_than_another_question():
    paraphrase = cosine("Which gas do plants absorb?", "Plants take in which gas?")

    assert paraphrase > cosine("Which gas do plants absorb?", "Who wrote the play Hamlet?") + 0.2


@pytest.mark.parametrize("script", SCRIPTS)
def test_unrelated_questions_are_far_in_any_script(script):
    one, other = SCRIPTS[script]

    assert cosine(one, other) < 0.5
    assert HASH.knows(one)
