"""Asks which word means the opposite of another.

Harder with rarer words, and with more wrong options that belong to the same field of meaning.
Typical errors: a word of the same meaning for the opposite, a neighbour in the field, a word that
only looks alike.
"""

from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.lures import on_side, pairs, wrong_words
from itemwell.templates.verbal.meanings import opposite_meaning, same_meaning

STEMS = (
    'Which word is most nearly opposite in meaning to "{}"?',
    'Which word comes closest to the opposite of "{}"?',
)
SAME = "takes a word of the same meaning for the opposite"


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong words, one of them of the same meaning where there is one."""
    word, key = rng.choice(pairs(opposite_meaning, features["band"]))
    return Drawn(
        stem=rng.choice(STEMS).format(word.text),
        key=Option(key.text),
        distractors=wrong_words(rng, word, features, same_meaning(word), SAME),
        explanation=f'"{word.text}" and "{key.text}" have opposite meanings; '
        "no other option is opposed to it.",
    )


def solve(posed: Posed) -> list[int]:
    """The options on the other side of the asked word's axis."""
    return on_side(posed, opposite=True)


MODEL = ItemModel(
    name="verbal.antonym",
    asks="Find the word that means the opposite of another.",
    levels={
        "easy": {"band": 1, "near": 1},
        "medium": {"band": 2, "near": 2},
        "hard": {"band": 3, "near": 3},
    },
    draw=draw,
    solve=solve,
)
