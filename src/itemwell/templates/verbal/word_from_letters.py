"""Asks which word can be made from the letters of a longer one.

Harder with longer words to make, and with more wrong options that fail only by using a letter twice
that is there once. Typical errors: a letter that is not there is overlooked, or one is used again.
"""

import re
from collections import Counter
from functools import cache
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.lexicon import lexicon, of_length

STEMS = (
    'Which word can be made from letters of "{}", using each letter no more often than it appears there?',
    'The letters of "{}" are on cards, one letter on each. Which word can be laid with some of the cards?',
)


class Attempts(NamedTuple):
    """Words tried from the letters of a source; those that fail lack a single letter."""

    made: tuple[str, ...]
    repeating: tuple[Option, ...]  # use a letter again that the source has, though not so often
    foreign: tuple[Option, ...]  # use a letter that the source has not


def hides(source: str, word: str) -> bool:
    """Whether the word stands in the source as it is, or begins like it."""
    return word in source or word[:4] == source[:4]


@cache
def attempts(source: str, letters: int) -> Attempts:
    """All words of so many letters that the source makes or nearly makes."""
    made, repeating, foreign = [], [], []
    for word in of_length(letters):
        if len(set(word).difference(source)) > 1 or hides(source, word):
            continue
        lacking = Counter(word) - Counter(source)
        letter = next(iter(lacking), "")
        if lacking.total() > 1:
            continue
        if not letter:
            made.append(word)
        elif letter in source:
            repeating.append(Option(word, f'uses "{letter}" once more than it appears there'))
        else:
            foreign.append(Option(word, f'overlooks that "{letter}" is not there'))
    return Attempts(tuple(made), tuple(repeating), tuple(foreign))


@cache
def sources() -> tuple[str, ...]:
    """The words long enough to make others from."""
    return tuple(word for word in lexicon() if 8 <= len(word) <= 11)


def draw_source(rng: Random, letters: int, repeating: int) -> tuple[str, Attempts]:
    """A long word that makes a key and nearly makes distractors enough."""
    words = (rng.choice(sources()) for _ in range(1000))
    tried = ((word, attempts(word, letters)) for word in words)
    return next(
        (word, found)
        for word, found in tried
        if found.made and len(found.repeating) >= repeating and len(found.foreign) >= 4 - repeating
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four words that lack one letter, `repeating` of them for using it again."""
    source, found = draw_source(rng, features["letters"], features["repeating"])
    key = rng.choice(found.made)
    repeating = rng.sample(found.repeating, features["repeating"])
    foreign = rng.sample(found.foreign, 4 - len(repeating))
    return Drawn(
        stem=rng.choice(STEMS).format(source),
        key=Option(key),
        distractors=(*repeating, *foreign),
        explanation=f'All letters of "{key}" are in "{source}" often enough; '
        "each other word needs a letter that is missing.",
    )


def can_be_crossed_off(word: str, source: str) -> bool:
    """Whether each letter of the word can be crossed off in the source."""
    for letter in word:
        if letter not in source:
            return False
        source = source.replace(letter, "", 1)
    return True


def solve(posed: Posed) -> list[int]:
    """The options whose letters can all be crossed off in the word of the stem."""
    match = re.search(r'"([a-z]+)"', posed.stem)
    return [
        place
        for place, option in enumerate(posed.options)
        if match and can_be_crossed_off(option.text, match[1])
    ]


MODEL = ItemModel(
    name="verbal.word_from_letters",
    asks="Find the word that can be made from the letters of a longer one.",
    levels={
        "easy": {"letters": 4, "repeating": 0},
        "medium": {"letters": 5, "repeating": 1},
        "hard": {"letters": 6, "repeating": 2},
    },
    draw=draw,
    solve=solve,
)
