"""Asks which word links two others, so that each pair makes a word written as one.

Harder with less common compounds, and with more wrong options that make a word on one side. Typical
errors: one side only is tried, or the parts are joined in the wrong order.
"""

import re
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.compounds import bands, firsts_of, joins, seconds_of, spelled

STEMS = (
    'Which word can be put after "{0}" and before "{1}" to make two whole words, each written without a space?',
    'Which word makes a whole word at the end of "{0}", and another at the front of "{1}"?',
)
NONE = set[str]()


@cache
def bridges(band: int) -> tuple[tuple[str, str, str], ...]:
    """A first part, a link and a last part, the rarer of the two words in `band`."""
    return tuple(
        (first, link, last)
        for (first, link), left in bands().items()
        for last in sorted(seconds_of().get(link, NONE))
        if max(left, bands()[link, last]) == band and len({first, link, last}) == 3
    )


def fitting_options(first: str, last: str) -> list[Option]:
    """Words that make a word on one side and none on the other."""
    left, right = seconds_of().get(first, NONE), firsts_of().get(last, NONE)
    return [
        Option(word, f'makes "{first}{word}", but does not try it before "{last}"')
        for word in sorted(left - {last})
        if (word, last) not in joins()
    ] + [
        Option(word, f'makes "{word}{last}", but does not try it after "{first}"')
        for word in sorted(right - {first})
        if (first, word) not in joins()
    ]


def turned_options(first: str, last: str) -> list[Option]:
    """Words that make a word only on the wrong side of a part, where neither right side does."""
    before, after = firsts_of().get(first, NONE), seconds_of().get(last, NONE)
    words = [(word, f"{word}{first}") for word in before] + [
        (word, f"{last}{word}") for word in after
    ]
    return [
        Option(word, f'joins the parts in the wrong order, as in "{joined}"')
        for word, joined in sorted(words)
        if word not in (first, last) and not {(first, word), (word, last)} & joins()
    ]


def choose(rng: Random, first: str, last: str, fitting: int) -> list[Option]:
    """Four wrong words, `fitting` of them right on one side; [] where the table lacks them."""
    fits = {option.text: option for option in fitting_options(first, last)}
    turned = {option.text: option for option in turned_options(first, last)}
    if len(fits) < fitting or len(turned) < 4 - fitting:
        return []
    return rng.sample(list(fits.values()), fitting) + rng.sample(list(turned.values()), 4 - fitting)


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong words, `fitting` of them right on one side."""
    pool = bridges(features["band"])
    tries = (rng.choice(pool) for _ in range(1000))
    drawn = (
        ((first, link, last), choose(rng, first, last, features["fitting"]))
        for first, link, last in tries
    )
    (first, link, last), distractors = next((bridge, chosen) for bridge, chosen in drawn if chosen)
    return Drawn(
        stem=rng.choice(STEMS).format(first, last),
        key=Option(link),
        distractors=tuple(distractors),
        explanation=f'"{link}" makes "{first}{link}" and "{link}{last}"; '
        "no other option makes a word on both sides.",
    )


def solve(posed: Posed) -> list[int]:
    """The options that the table joins to both words of the stem."""
    match = re.search(r'"([a-z]+)".*"([a-z]+)"', posed.stem)
    if not match:
        return []
    return [
        place
        for place, option in enumerate(posed.options)
        if {match[1] + option.text, option.text + match[2]} <= spelled()
    ]


MODEL = ItemModel(
    name="verbal.compound_link",
    asks="Find the word that links two others into compounds.",
    levels={
        "easy": {"band": 1, "fitting": 2},
        "medium": {"band": 2, "fitting": 3},
        "hard": {"band": 3, "fitting": 4},
    },
    draw=draw,
    solve=solve,
)
