"""Which cards must be turned over to check a rule: Wason's selection task of 1968.

Hard because of the number of cards and of a condition with "not", where the cards that the rule
mentions are the wrong ones. Typical errors: turning the cards that could confirm the rule,
testing only the condition, reading the rule backwards, turning cards that can't break it.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.english import listed
from itemwell.templates.logic.wording import NUMERALS, capital, read, unlisted
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places

STEM = (
    "{many} cards each have {x_side} on one side and {y_side} on the other. The sides that can be "
    "seen show {shown}. Rule: If the {x} on a card is {p}, then the {y} on it is {q}. Which list "
    "names exactly the cards that must be turned over to check that every card keeps the rule?"
)
SIDES: Mapping[str, Mapping[str, Sequence[str]]] = {  # what is on a side, and its two groups
    "letter": {"a vowel": "EOU", "a consonant": "BCDFGHKLMNPRST"},
    "number": {"even": "2468", "odd": "3579"},
    "animal": {
        "a bird": ("duck", "eagle", "owl", "robin", "stork", "swan"),
        "a mammal": ("bear", "fox", "goat", "horse", "otter", "rabbit"),
    },
    "plant": {
        "a tree": ("birch", "maple", "oak", "pine", "spruce", "willow"),
        "a flower": ("daisy", "lily", "orchid", "poppy", "rose", "tulip"),
    },
    "instrument": {
        "a string instrument": ("banjo", "cello", "guitar", "harp", "violin"),
        "a wind instrument": ("bassoon", "clarinet", "flute", "oboe", "trumpet"),
    },
}


class Table(NamedTuple):
    """The cards on the table, by what their upper sides tell."""

    meets: frozenset[str]  # the condition
    misses: frozenset[str]
    confirms: frozenset[str]  # the result
    breaks: frozenset[str]


def draw(rng: Random, features: Features) -> Drawn:
    x, y = rng.sample(sorted(SIDES), 2)
    (p, met), (_, missed) = rng.sample([*SIDES[x].items()], 2)
    (q, confirming), (_, breaking) = rng.sample([*SIDES[y].items()], 2)
    if features["negated"]:
        p = f"not {other(SIDES[x], p)}"
    table = dealt(rng, (met, missed, confirming, breaking), features["cards"])
    shown = rng.sample(sorted(chain(*table)), features["cards"])
    key = table.meets | table.breaks
    wrong = slips(rng, table)
    names = {"x": x, "y": y, "p": p, "q": q, "x_side": a(x), "y_side": a(y)}
    return Drawn(
        stem=STEM.format(many=capital(NUMERALS[len(shown)]), shown=listed(shown), **names),
        key=Option(named(key, shown)),
        distractors=tuple(
            Option(named(hand, shown), wrong[hand])
            for hand in diverging(key, [*wrong], lambda hand: kept_and_left(hand, shown))
        ),
        explanation=f"Only a card whose {x} is {p} and whose {y} is not {q} breaks the rule. "
        f"That can be so for {named(key, shown)}, and for no other card.",
    )


def other(groups: Mapping[str, Sequence[str]], group: str) -> str:
    return next(name for name in groups if name != group)


def a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def dealt(rng: Random, groups: Sequence[Sequence[str]], count: int) -> Table:
    """A card of each group, and a second one of as many groups as there are cards to spare."""
    doubled = rng.sample(range(4), count - 4)
    hands = (rng.sample(list(group), 1 + (at in doubled)) for at, group in enumerate(groups))
    return Table(*map(frozenset, hands))


def slips(rng: Random, table: Table) -> dict[frozenset[str], str]:
    """The cards that are turned in error, and the error: the two most common ones, then others."""
    meets, misses, confirms, breaks = table
    rarer = {
        meets | confirms | breaks: "takes the rule to hold in both directions for the result",
        confirms | misses: "reads the rule backwards, as if the result were the condition",
        breaks: "tests the result alone and forgets the cards that meet the condition",
        meets | misses | confirms | breaks: "does not see that some cards cannot break the rule",
    }
    return {
        meets | confirms: "turns the cards that could confirm the rule",
        meets: "tests the condition alone and forgets cards that could break the rule",
        **dict(rng.sample([*rarer.items()], len(rarer))),
    }


def named(hand: frozenset[str], shown: list[str]) -> str:
    return listed([card for card in shown if card in hand])


def kept_and_left(hand: frozenset[str], shown: list[str]) -> frozenset[tuple[str, bool]]:
    return frozenset((card, card in hand) for card in shown)


def solve(posed: Posed) -> list[int]:
    found = read(STEM, posed.stem)
    if found is None or not (known(found, "x", "p") and known(found, "y", "q")):
        return []
    shown = unlisted(found["shown"])
    if not all(pairs(found, card) for card in shown):
        return []
    must_turn = {card for card in shown if any(breaks(found, *pair) for pair in pairs(found, card))}
    return right_places(posed, lambda text: set(unlisted(text)) == must_turn)


def known(found: Mapping[str, str], side: str, group: str) -> bool:
    return found[group].removeprefix("not ") in SIDES.get(found[side], ())


def pairs(found: Mapping[str, str], card: str) -> list[tuple[str, str]]:
    """What may be on the two sides of a card of which one is seen: first x, then y."""
    xs, ys = ([*chain(*SIDES[found[side]].values())] for side in "xy")
    return [(card, y) for y in ys if card in xs] + [(x, card) for x in xs if card in ys]


def breaks(found: Mapping[str, str], on_x: str, on_y: str) -> bool:
    return belongs(found["x"], on_x, found["p"]) and not belongs(found["y"], on_y, found["q"])


def belongs(side: str, value: str, group: str) -> bool:
    """Whether a value is in the group, or out of it if that is called "not a vowel"."""
    inside = value in SIDES[side].get(group.removeprefix("not "), ())
    return inside != group.startswith("not ")


MODEL = ItemModel(
    name="logic.card_selection",
    asks="Choose the cards that could break a rule and so have to be turned over.",
    levels={
        "easy": {"cards": 4, "negated": 0},
        "medium": {"cards": 5, "negated": 0},
        "hard": {"cards": 6, "negated": 1},
    },
    draw=draw,
    solve=solve,
)
