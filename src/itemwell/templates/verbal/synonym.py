"""Asks which word means the same as another.

Harder with rarer words, and with more wrong options that belong to the same field of meaning.
Typical errors: the opposite for the same, a neighbour in the field, a word that only looks alike.
"""

from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.lures import on_side, pairs, wrong_words
from itemwell.templates.verbal.meanings import opposite_meaning, same_meaning

STEMS = (
    'Which word is closest in meaning to "{}"?',
    'Which word means most nearly the same as "{}"?',
)
OPPOSITE = "takes the opposite for a word of the same meaning"


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong words, one of them an opposite where there is one."""
    word, key = rng.choice(pairs(same_meaning, features["band"]))
    return Drawn(
        stem=rng.choice(STEMS).format(word.text),
        key=Option(key.text),
        distractors=wrong_words(rng, word, features, opposite_meaning(word), OPPOSITE),
        explanation=f'"{word.text}" and "{key.text}" have nearly the same meaning; '
        "no other option shares it.",
    )


def solve(posed: Posed) -> list[int]:
    """The options on the same side of the asked word's axis."""
    return on_side(posed, opposite=False)


MODEL = ItemModel(
    name="verbal.synonym",
    asks="Find the word that means the same as another.",
    levels={
        "easy": {"band": 1, "near": 1},
        "medium": {"band": 2, "near": 2},
        "hard": {"band": 3, "near": 3},
    },
    draw=draw,
    solve=solve,
)
