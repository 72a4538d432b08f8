"""Every pair that is more than new is found by tiles, as by deciding each."""

import json
from pathlib import Path

import numpy as np
import pytest

from itemwell.similar.decide import Side
from itemwell.similar.embed import text_of
from itemwell.similar.hashing import Hashing
from itemwell.similar.pairs import Member, Pairs, every_pair
from itemwell.similar.thresholds import DEFAULTS
from itemwell.similar.tokens import loose

SHIPPED = Path(__file__).parents[2] / "src/itemwell/similar/pairs.jsonl"
KEYS = ("The heart", "60 km/h", "Yes", None, "1/2", "0.5")


@pytest.fixture(scope="module")
def members():
    """The stems of the shipped pairs, with keys and families that go round; half after a stimulus."""
    pairs = [json.loads(line) for line in SHIPPED.read_text("utf-8").splitlines()][:90]
    stems = [stem for pair in pairs for stem in (pair["a"], pair["b"])]
    return [
        Member(
            number,
            Side(stem, KEYS[number // 2 % 6], "passage" if number % 4 > 1 else None, "math"),
            loose(stem),
            ("one", "two", None, None, None)[number % 5],
        )
        for number, stem in enumerate(stems)
    ]


@pytest.fixture(scope="module")
def matrix(members):
    return Hashing().embed([text_of(each.side.stem, each.side.key) for each in members])


def plain(pairs):
    return {(*sorted(pair[:2]), pair.verdict.kind) for pair in pairs}


@pytest.mark.parametrize("embedder", ["hash", "minilm"])
def test_tiles_find_what_deciding_each_pair_finds(members, matrix, embedder):
    wanted = plain(every_pair(members, matrix, DEFAULTS[embedder]))
    scan = Pairs(members, matrix, DEFAULTS[embedder], tile=32)

    assert plain(scan.found()) == wanted
    assert len(wanted) > 20
    assert scan.decided < len(members) ** 2 / 8


def test_of_some_only_their_own_pairs_are_found(members, matrix):
    first = np.arange(len(members)) < 20
    wanted = {each for each in plain(every_pair(members, matrix, DEFAULTS["hash"])) if each[0] < 20}

    assert plain(Pairs(members, matrix, DEFAULTS["hash"]).found(first)) == wanted


def test_of_nothing_nothing_is_found():
    assert list(Pairs([], np.zeros((0, 384), np.float32), DEFAULTS["hash"]).found()) == []
