"""Every item model keeps the same promises. `pytest tests/templates -k math` tries one type."""

import re
from collections import Counter
from math import comb
from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Option, Posed
from itemwell.templates import models

MODELS = models().values()
EACH_LEVEL = [
    pytest.param((model, difficulty), id=f"{model.name}-{difficulty}")
    for model in MODELS
    for difficulty in DIFFICULTIES
]
SEEDS = range(150)


def drawn(model, difficulty, seed):
    return model.draw(Random(f"{model.name}:{difficulty}:{seed}"), model.levels[difficulty])


@pytest.fixture(scope="module", params=EACH_LEVEL)
def level(request):
    """A model and what it draws at one difficulty, drawn once for all that is claimed of it."""
    model, difficulty = request.param
    return model, [drawn(model, difficulty, seed) for seed in SEEDS]


def posed(item, seed=0):
    options = [item.key, *item.distractors]
    Random(seed).shuffle(options)
    blind = tuple(Option(option.text, svg=option.svg) for option in options)
    return Posed(stem=item.stem, options=blind, stimulus=item.stimulus), options.index(item.key)


@pytest.mark.parametrize("question_type", QUESTION_TYPES)
def test_each_type_has_ten_models_or_more(question_type):
    assert sum(model.question_type == question_type for model in MODELS) >= 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_levels_differ_and_share_their_features(model):
    easy, medium, hard = (model.levels[difficulty] for difficulty in DIFFICULTIES)

    assert set(model.levels) == set(DIFFICULTIES)
    assert set(easy) == set(medium) == set(hard)
    assert easy != medium != hard
    assert all(easy[name] <= medium[name] <= hard[name] for name in easy)


def test_the_solver_finds_the_key_and_nothing_else(level):
    model, items = level
    for seed, item in zip(SEEDS, items, strict=True):
        question, key = posed(item, seed)

        assert model.solve(question) == [key], question


def test_the_solver_notices_that_the_key_is_missing(level):
    model, items = level
    for item in items[:40]:
        blind = tuple(Option(option.text, svg=option.svg) for option in item.distractors)

        assert model.solve(Posed(stem=item.stem, options=blind, stimulus=item.stimulus)) == []


def test_options_are_distinct_and_each_distractor_has_its_reason(level):
    for item in level[1]:
        shown = [
            (option.text.strip().casefold(), option.svg) for option in (item.key, *item.distractors)
        ]

        assert 3 <= len(item.distractors) <= 5
        assert len({text for text, _ in shown}) == len(shown), shown
        assert item.key.misconception is None
        assert all(option.misconception for option in item.distractors)
        assert all(
            option.text == option.text.strip() != "" for option in (item.key, *item.distractors)
        )


def test_the_stem_asks_something_and_the_explanation_tells_why(level):
    for item in level[1][:40]:
        assert len(item.stem) >= 15
        assert item.stem == item.stem.strip()
        assert item.stem[-1] in "?.:_", item.stem
        assert len(item.explanation) >= 20
        assert not re.search(r"  |\{|\}|None|\bTrue\b|\bFalse\b", item.stem + item.explanation), (
            item
        )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_same_seed_draws_the_same_question(model):
    assert drawn(model, "medium", 7) == drawn(model, "medium", 7)
    assert drawn(model, "medium", 7) != drawn(model, "medium", 8)


@pytest.mark.parametrize("question_type", QUESTION_TYPES)
def test_ten_thousand_distinct_questions_can_be_drawn(question_type):
    """By the birthday paradox: of 1,500 draws from 10,000 or fewer, some 112 pairs or more are equal."""
    mine = [model for model in MODELS if model.question_type == question_type]
    seeds = range(1_500 // (len(mine) * len(DIFFICULTIES)) + 1)
    draws = Counter()
    for model in mine:
        for difficulty in DIFFICULTIES:
            for seed in seeds:
                item = drawn(model, difficulty, seed)
                options = frozenset((each.text, each.svg) for each in (item.key, *item.distractors))
                draws[item.stem, item.stimulus, options] += 1

    assert draws.total() >= 1_500
    assert sum(comb(times, 2) for times in draws.values()) < 40


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_pictures_are_described_and_harmless(model):
    for difficulty in DIFFICULTIES:
        item = drawn(model, difficulty, 3)
        pictures = [
            part for part in (item.stimulus, item.key, *item.distractors) if part and part.svg
        ]
        for part in pictures:
            assert part.text
            assert part.svg.startswith("<svg ")
            assert "<title>" in part.svg
            assert not re.search(r"<script|\son\w+=|href|style=|<foreignObject|url\(", part.svg)
            assert len(part.svg) < 6_000
