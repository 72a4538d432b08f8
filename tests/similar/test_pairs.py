"""The rule on labelled pairs that no threshold was set on: every second of those that are shipped."""

import json
from collections import Counter
from pathlib import Path

import pytest

from itemwell.similar.decide import Side, decide
from itemwell.similar.hashing import Hashing
from itemwell.similar.minilm import MiniLM
from itemwell.similar.thresholds import DEFAULTS

PAIRS = Path(__file__).parents[2] / "src/itemwell/similar/pairs.jsonl"


def kinds(embedder, thresholds):
    """How often each label got each kind of verdict."""
    held_out = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()][1::2]
    ones = embedder.embed([pair["a"] for pair in held_out])
    others = embedder.embed([pair["b"] for pair in held_out])
    cosines = (ones * others).sum(axis=1)
    return Counter(
        (pair["label"], decide(Side(pair["a"]), Side(pair["b"]), float(cosine), thresholds).kind)
        for pair, cosine in zip(held_out, cosines, strict=True)
    )


def share(counted, label, *wanted):
    total = sum(count for (each, _), count in counted.items() if each == label)
    return sum(counted[label, kind] for kind in wanted) / total


@pytest.fixture(scope="module")
def by_minilm():
    return kinds(MiniLM.found(), DEFAULTS["minilm"])


@pytest.fixture(scope="module")
def by_hash():
    return kinds(Hashing(), DEFAULTS["hash"])


def test_nine_in_ten_duplicates_are_refused_or_asked_about(by_minilm):
    assert share(by_minilm, "dup", "duplicate", "grey") >= 0.9


def test_without_a_model_more_than_half_of_the_duplicates_are_found(by_hash):
    assert share(by_hash, "dup", "duplicate", "grey") >= 0.6


@pytest.mark.parametrize("embedder", ["by_minilm", "by_hash"])
def test_hardly_a_changed_question_is_refused(embedder, request):
    assert share(request.getfixturevalue(embedder), "diff", "duplicate") <= 0.02


@pytest.mark.parametrize("embedder", ["by_minilm", "by_hash"])
def test_other_numbers_are_isomorphs(embedder, request):
    assert share(request.getfixturevalue(embedder), "iso", "isomorph") >= 0.95
