"""Which word stood one or two places before or after another in the studied list.

Hard: a longer list, words of one theme instead of one word a theme, and a step of two places.
Typical errors: the wrong direction, and a word that stood near the right place (transpositions
are the likelier the nearer two places are; Nairne 1992).
"""

import re
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import THEMES
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

DISTANCES = {1: "directly", 2: "two places"}


def draw(rng: Random, features: Features) -> Drawn:
    words = word_list(rng, features["words"], alike=bool(features["alike"]))
    side = rng.choice((-1, 1))
    step = side * features["distance"]
    at = rng.choice([i for i in range(len(words)) if 0 <= i + step < len(words)])
    cue, key = words[at], words[at + step]
    where = f"{DISTANCES[abs(step)]} {'after' if side > 0 else 'before'}"
    low, high = sorted((at, at + step))
    return Drawn(
        stem=f'In the list you studied, which word came {where} "{cue}"?',
        key=Option(key),
        distractors=distinct(Option(key), slips(words, at, step)),
        explanation=f'Here the list ran "{", ".join(words[low : high + 1])}", so "{key}" came {where} "{cue}".',
        stimulus=Stimulus("\n".join(["Word list", *(f"- {word}" for word in words)])),
    )


def word_list(rng: Random, count: int, *, alike: bool) -> list[str]:
    """Words of one theme where they are to be alike, otherwise each of a theme of its own."""
    if alike:
        return rng.sample(THEMES[rng.choice(list(THEMES))], count)
    return [rng.choice(THEMES[theme]) for theme in rng.sample(list(THEMES), count)]


def slips(words: list[str], at: int, step: int) -> list[Option]:
    """Every other word but the cue: the wrong direction first, then the nearer the sooner."""
    offsets = [i - at for i in range(len(words)) if i not in (at, at + step)]
    offsets.sort(key=lambda offset: (offset != -step, abs(offset - step)))
    return [Option(words[at + offset], why(offset, step)) for offset in offsets]


def why(offset: int, step: int) -> str:
    if offset == -step:
        return "goes in the wrong direction from the cue"
    if offset * step < 0:
        return "recalls a word from the other side of the cue"
    if abs(offset) < abs(step):
        return "stops one place too early"
    if abs(offset - step) == 1:
        return "goes one place too far"
    return "recalls a word from further away in the list"


def solve(posed: Posed) -> list[int]:
    """The options that pair with the cue when the list is laid beside itself, shifted as asked."""
    asked = re.search(r'(directly|two places) (after|before) "(\w+)"\?$', posed.stem)
    words = [line[2:] for line in lines(posed) if line.startswith("- ")]
    if not asked:
        return []
    if asked[2] == "before":
        words.reverse()
    pairs = set(zip(words, words[1 if asked[1] == "directly" else 2 :], strict=False))
    return right_places(posed, lambda word: (asked[3], word) in pairs)


MODEL = ItemModel(
    name="memory.serial_position",
    asks="Recall which word stood before or after another in a list.",
    levels={
        "easy": {"words": 6, "alike": 0, "distance": 1},
        "medium": {"words": 8, "alike": 1, "distance": 1},
        "hard": {"words": 10, "alike": 1, "distance": 2},
    },
    draw=draw,
    solve=solve,
)
