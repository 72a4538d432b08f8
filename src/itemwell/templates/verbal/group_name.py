"""Asks for the narrowest group that all the given words belong to.

Harder with more words, and with more wrong groups that fit some of them. Typical errors: a group
that is too wide, one that fits only some of the words, and a neighbouring group.
"""

import re
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.categories import (
    chain,
    members,
    neighbouring_groups,
    smaller_groups,
    wider_groups,
)

STEMS = (
    "Which is the narrowest group that includes all of these: {}?",
    "These words belong to one group: {}. Which is the narrowest group that fits them all?",
)
TOO_WIDE = "names a group that is wider than need be"
ONLY_SOME = "names a group that fits only some of the words"
NEIGHBOUR = "names a neighbouring group that fits none of the words"


@cache
def groups_that_hold(word: str) -> frozenset[str]:
    return frozenset(name for name, own in members().items() if word in own)


def rivals(group: str, words: list[str]) -> tuple[list[Option], list[Option]]:
    """The wrong groups that fit some or all of the words, and the nearest that fit none."""
    wide = [Option(name, TOO_WIDE) for name in chain(group)[1:]]
    fitting = frozenset().union(*(groups_that_hold(word) for word in words))
    some = [Option(name, ONLY_SOME) for name in sorted(fitting - frozenset(chain(group)))]
    near = [other for name in chain(group) for other in neighbours_of(name)]
    none = [Option(name, NEIGHBOUR) for name in dict.fromkeys(near) if name not in fitting]
    return wide + some, none


def neighbours_of(group: str) -> tuple[str, ...]:
    """The groups beside this one: in the same wider group, or else beside the widest."""
    wider = wider_groups()[group]
    return neighbouring_groups().get(group, ()) if wider == "." else smaller_groups()[wider]


def suits(group: str, words: list[str], fitting: int) -> bool:
    """Whether the group is the narrowest that holds the words, and has rivals enough."""
    fit, none = rivals(group, words)
    narrowest = not any(members()[name].issuperset(words) for name in smaller_groups()[group])
    return narrowest and len(fit) >= fitting and len(none) >= 4 - fitting


def draw_group(rng: Random, size: int, fitting: int) -> tuple[str, list[str]]:
    """A group, and words that no smaller one holds, some of which `fitting` wrong groups fit."""
    groups = [name for name, own in members().items() if len(own) >= size]
    tries = (rng.choice(groups) for _ in range(1000))
    drawn = ((group, rng.sample(sorted(members()[group]), size)) for group in tries)
    return next((group, words) for group, words in drawn if suits(group, words, fitting))


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong groups, `fitting` of them true of some or all words."""
    group, words = draw_group(rng, features["words"], features["fitting"])
    fit, none = rivals(group, words)
    chosen = rng.sample(fit, features["fitting"])
    neighbours = rng.sample(none[:6], 4 - len(chosen))
    return Drawn(
        stem=rng.choice(STEMS).format(listed(words)),
        key=Option(group),
        distractors=(*chosen, *neighbours),
        explanation=f'Every one of the words belongs to the group "{group}", '
        "and no narrower group includes them all.",
    )


def solve(posed: Posed) -> list[int]:
    """The options that hold all words while no smaller group of the table does."""
    match = re.search(r": ([a-z, ]+)[?.]", posed.stem)
    words = re.findall(r"[a-z]+", match[1].replace(" and ", ", ")) if match else []
    holding = {name: own for name, own in members().items() if words and own.issuperset(words)}
    smallest = min(map(len, holding.values()), default=0)
    return [
        place
        for place, option in enumerate(posed.options)
        if len(holding.get(option.text, ())) == smallest > 0
    ]


MODEL = ItemModel(
    name="verbal.group_name",
    asks="Find the narrowest group that all given words belong to.",
    levels={
        "easy": {"words": 3, "fitting": 1},
        "medium": {"words": 4, "fitting": 2},
        "hard": {"words": 5, "fitting": 3},
    },
    draw=draw,
    solve=solve,
)
