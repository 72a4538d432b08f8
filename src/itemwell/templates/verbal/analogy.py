"""Asks which word completes "A is to B as C is to ...".

Harder with relations that are less of everyday life, with more wrong options that belong with the
words shown, and where the pair is told from its less usual end (light : darkness). Typical errors:
a word that goes with the third word in some other way, the right kind of word for another thing,
and a word that goes with the first pair.
"""

import re
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.relations import (
    RELATIONS,
    Link,
    associates,
    relations_between,
    usual_links,
)

STEMS = (
    '"{0}" is to "{1}" as "{2}" is to which word?',
    'Complete the comparison: "{0}" is to "{1}" as "{2}" is to which word?',
)


@cache
def links_of(band: int) -> dict[str, list[Link]]:
    """The usual links by relation, for the relations of this band."""
    links: dict[str, list[Link]] = {}
    for link in usual_links():
        if RELATIONS[link.relation][0] == band:
            links.setdefault(link.relation, []).append(link)
    return links


def stands_so(relations: set[str], first: str, second: str) -> bool:
    return bool(relations & relations_between(first, second))


def draw_pairs(rng: Random, band: int, *, turned: bool) -> tuple[Link, Link, list[Link]]:
    """The pair shown, the pair asked for, and all pairs of their relation."""
    relation = rng.choice(list(links_of(band)))
    links = [link.turned if turned else link for link in links_of(band)[relation]]
    shown = rng.choice(links)
    asked = rng.choice([link for link in links if not {*shown[1:]} & {*link[1:]}])
    return shown, asked, links


def tied_options(shown: Link, asked: Link) -> list[Option]:
    """Words that go with the third word, or else with the first pair, in some other way."""
    third = [
        Option(link.second, f'goes with "{asked.first}", but not as in the first pair')
        for link in associates()[asked.first]
    ]
    pair = [
        Option(link.second, f'goes with "{word}" of the first pair, not with "{asked.first}"')
        for word in (shown.first, shown.second)
        for link in associates()[word]
    ]
    return third + pair


def alike_options(links: list[Link]) -> list[Option]:
    """The words that would be right for the other things of the relation."""
    return [
        Option(link.second, f'is the right kind of word, but goes with "{link.first}"')
        for link in links
    ]


def pick(rng: Random, pool: list[Option], taken: list[str], count: int) -> list[Option]:
    """At most `count` options of the pool, with no text twice and none of `taken`."""
    chosen: dict[str, Option] = {}
    for option in rng.sample(pool, len(pool)):
        if option.text not in taken and len(chosen) < count:
            chosen.setdefault(option.text, option)
    return list(chosen.values())


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong words, `tied` of them tied to the words shown."""
    turned = bool(rng.randint(0, features["turned"]))
    shown, asked, links = draw_pairs(rng, features["band"], turned=turned)
    relations = relations_between(shown.first, shown.second)
    taken = [shown.first, shown.second, asked.first, asked.second]
    taken += [
        link.second
        for link in associates()[asked.first]
        if stands_so(relations, asked.first, link.second)
    ]
    tied = pick(rng, tied_options(shown, asked), taken, features["tied"])
    alike = pick(rng, alike_options(links), taken + [option.text for option in tied], 4 - len(tied))
    places = (
        ("the second word", "the first word") if turned else ("the first word", "the second word")
    )
    says = RELATIONS[asked.relation.removesuffix(", turned")][1].format(*places)
    return Drawn(
        stem=rng.choice(STEMS).format(shown.first, shown.second, asked.first),
        key=Option(asked.second),
        distractors=(*tied, *alike),
        explanation=f"In both pairs {says}: {shown.first} and {shown.second}, "
        f"{asked.first} and {asked.second}.",
    )


def solve(posed: Posed) -> list[int]:
    """The options that stand to the third word in a relation that links the first two."""
    match = re.search(r'"([a-z]+)" is to "([a-z]+)" as "([a-z]+)" is to', posed.stem)
    if not match:
        return []
    first, second, third = match.groups()
    relations = relations_between(first, second)
    return [
        place
        for place, option in enumerate(posed.options)
        if stands_so(relations, third, option.text)
    ]


MODEL = ItemModel(
    name="verbal.analogy",
    asks="Find the word that completes a second pair in the way a first pair is related.",
    levels={
        "easy": {"band": 1, "tied": 1, "turned": 0},
        "medium": {"band": 2, "tied": 2, "turned": 0},
        "hard": {"band": 3, "tied": 3, "turned": 1},
    },
    draw=draw,
    solve=solve,
)
