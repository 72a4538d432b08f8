"""Asks which of five words does not belong with the others.

Harder the more the odd word shares with the four: nothing, one wider group, two wider groups.
Typical errors: an unusual member is not counted in, or the words are sorted by a feature that does
not set exactly one of them apart.
"""

from collections import Counter
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.categories import chain, cuts_by_word, members, wider_groups

STEM = "Four of these words belong together. Which word does NOT belong with the others?"


@cache
def groups_with_strangers(shared: int) -> dict[str, tuple[str, ...]]:
    """Of each group the words outside it that lie in exactly its `shared` widest wider groups."""
    found = {}
    for group in wider_groups():
        narrower, wider = chain(group)[::-1][shared:], chain(group)[::-1][:shared]
        if narrower:
            inside = [members()[name] for name in wider] or [frozenset(cuts_by_word())]
            strangers = frozenset.intersection(*inside) - members()[narrower[0]]
            known = sorted(word for word in strangers if word in members_by_name())
            if len(members()[group]) >= 4 and known:
                found[group] = tuple(known)
    return found


@cache
def members_by_name() -> frozenset[str]:
    """Every word that lies in a group; some words have traits only."""
    return frozenset().union(*members().values())


def split_off(words: list[str]) -> set[str]:
    """The words that a group or trait leaves out while it holds all the others."""
    held = Counter(name for word in words for name in cuts_by_word()[word])
    left_out = {name for name, count in held.items() if count == len(words) - 1}
    return {word for name in left_out for word in words if name not in cuts_by_word()[word]}


def draw_words(rng: Random, shared: int) -> tuple[str, list[str], str]:
    """A group, four of its members and a stranger that alone is split off."""
    groups = groups_with_strangers(shared)
    tries = (rng.choice(list(groups)) for _ in range(1000))
    drawn = (
        (group, rng.sample(sorted(members()[group]), 4), rng.choice(groups[group]))
        for group in tries
    )
    return next(words for words in drawn if split_off([*words[1], words[2]]) == {words[2]})


def misconception(word: str, group: str, others: list[str]) -> str:
    """Why a learner would pick this member: for a feature it lacks, or for not knowing it."""
    held = Counter(name for other in others for name in cuts_by_word()[other])
    for name, count in held.items():
        if count == 3 and name not in cuts_by_word()[word]:
            return f"sorts the words by another feature ({name})"
    return f'does not count "{word}" among the {group}'


def draw(rng: Random, features: Features) -> Drawn:
    """Four members of a group and a stranger."""
    group, inside, odd = draw_words(rng, features["shared"])
    distractors = tuple(
        Option(
            word, misconception(word, group, [other for other in (*inside, odd) if other != word])
        )
        for word in inside
    )
    return Drawn(
        stem=STEM,
        key=Option(odd),
        distractors=distractors,
        explanation=f'The others are {group}: {", ".join(inside)}. "{odd}" is not among them.',
    )


def solve(posed: Posed) -> list[int]:
    """The options that some group or trait leaves out while it holds all the others."""
    words = [option.text for option in posed.options]
    if len(words) != 5 or not all(word in cuts_by_word() for word in words):
        return []
    return [
        place
        for place, word in enumerate(words)
        if frozenset.intersection(*(cuts_by_word()[other] for other in words if other != word))
        - cuts_by_word()[word]
    ]


MODEL = ItemModel(
    name="verbal.odd_one_out",
    asks="Find the word that does not belong with the others.",
    levels={"easy": {"shared": 0}, "medium": {"shared": 1}, "hard": {"shared": 2}},
    draw=draw,
    solve=solve,
)
