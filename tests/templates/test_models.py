"""Every item model keeps the same promises. `pytest tests/templates -k math` tries one type."""

import re
from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Option, Posed
from itemwell.templates import models

MODELS = models().values()
EACH_LEVEL = [
    pytest.param(model, difficulty, id=f"{model.name}-{difficulty}")
    for model in MODELS
    for difficulty in DIFFICULTIES
]
SEEDS = range(150)


def drawn(model, difficulty, seed):
    return model.draw(Random(f"{model.name}:{difficulty}:{seed}"), model.levels[difficulty])


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


@pytest.mark.parametrize(("model", "difficulty"), EACH_LEVEL)
def test_the_solver_finds_the_key_and_nothing_else(model, difficulty):
    for seed in SEEDS:
        question, key = posed(drawn(model, difficulty, seed), seed)

        assert model.solve(question) == [key], question


@pytest.mark.parametrize(("model", "difficulty"), EACH_LEVEL)
def test_the_solver_notices_that_the_key_is_missing(model, difficulty):
    for seed in SEEDS[:40]:
        item = drawn(model, difficulty, seed)
        blind = tuple(Option(option.text, svg=option.svg) for option in item.distractors)

        assert model.solve(Posed(stem=item.stem, options=blind, stimulus=item.stimulus)) == []


@pytest.mark.parametrize(("model", "difficulty"), EACH_LEVEL)
def test_options_are_distinct_and_each_distractor_has_its_reason(model, difficulty):
    for seed in SEEDS:
        item = drawn(model, difficulty, seed)
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


@pytest.mark.parametrize(("model", "difficulty"), EACH_LEVEL)
def test_the_stem_asks_something_and_the_explanation_tells_why(model, difficulty):
    for seed in SEEDS[:40]:
        item = drawn(model, difficulty, seed)

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
    distinct = set()
    mine = [model for model in MODELS if model.question_type == question_type]
    for seed in range(30_000 // (3 * len(mine)) + 1):
        for model in mine:
            for difficulty in DIFFICULTIES:
                item = drawn(model, difficulty, seed)
                options = frozenset(
                    (option.text, option.svg) for option in (item.key, *item.distractors)
                )
                distinct.add((item.stem, item.stimulus, options))
        if len(distinct) >= 10_000:
            break

    assert len(distinct) >= 10_000


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
