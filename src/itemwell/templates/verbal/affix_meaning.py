"""Asks in which word a beginning or an ending has a given meaning.

Harder with rarer forms, and most with forms that mean different things in different words. Typical
errors: letters that stand there by chance are taken for the form, or one of its other meanings is.
"""

import re
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.affixes import Affix, affixes

STEMS = (
    'In which word does the {0} "{1}" mean "{2}"?',
    'Which word has the {0} "{1}" with the meaning "{2}"?',
)


def wrong_words(affix: Affix) -> list[Option]:
    letters = affix.form.strip("-")
    chance = f'takes the letters "{letters}", there by chance, for the {affix.place}'
    other = f'overlooks that "{affix.form}" has another meaning there'
    return [Option(word, chance) for word in affix.chance] + [
        Option(word, other) for word in affix.other
    ]


def draw(rng: Random, features: Features) -> Drawn:
    """A word that has the form with its meaning, and four that share only the letters."""
    affix = rng.choice([affix for affix in affixes() if affix.band == features["band"]])
    wrong = rng.sample(wrong_words(affix), 4)
    longest = max(len(option.text) for option in wrong)  # the key is no longer than the others
    key = rng.choice([word for word in affix.right if len(word) <= longest] or affix.right)
    return Drawn(
        stem=rng.choice(STEMS).format(affix.place, affix.form, affix.meaning),
        key=Option(key),
        distractors=tuple(wrong),
        explanation=f'In "{key}" the {affix.place} "{affix.form}" means "{affix.meaning}"; '
        "in the other words it does not.",
    )


def solve(posed: Posed) -> list[int]:
    """The options that the table lists for any form and meaning that the stem names."""
    match = re.search(r'"(-?[a-z]+-?)" .*"([a-z ]+)"', posed.stem)
    named = match.groups() if match else ("", "")
    right = {
        word for affix in affixes() if (affix.form, affix.meaning) == named for word in affix.right
    }
    return [place for place, option in enumerate(posed.options) if option.text in right]


MODEL = ItemModel(
    name="verbal.affix_meaning",
    asks="Find the word in which a beginning or an ending has a given meaning.",
    levels={"easy": {"band": 1}, "medium": {"band": 2}, "hard": {"band": 3}},
    draw=draw,
    solve=solve,
)
