"""A sum shared in a ratio: one share from the sum, or from how much one person gets beyond another.

Hard by the number of `people`, by a `difference` instead of the sum, and by the number of `ratios`
that must first be joined into one. Typical errors: reading 3 : 4 as three quarters, sharing the
difference as if it were the sum, joining two ratios without making their common part equal.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd
from random import Random
from typing import NamedTuple

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import TIMES, right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel
from itemwell.templates.people import people

SUMS = ("a prize", "a bonus", "a refund", "the tips", "the takings", "a reward")


class Sharing(NamedTuple):
    """Who shares, in which ratios as told and as joined, and the two people told to differ."""

    names: Sequence[str]
    ratios: Sequence[Sequence[int]]
    parts: Sequence[int]
    apart: tuple[int, int] | None  # the places of the richer and the poorer

    def weight(self, parts: Sequence[int]) -> int:
        """How many of `parts` the told amount makes up."""
        return abs(parts[self.apart[0]] - parts[self.apart[1]]) if self.apart else sum(parts)


def attempt(rng: Random, features: Features) -> Task | None:
    """None where two people would get the same, or a ratio is not in lowest terms."""
    sharing = some_sharing(rng, features)
    ratios, parts = sharing.ratios, sharing.parts
    if len(set(parts)) < len(parts) or any(gcd(*ratio) > 1 for ratio in ratios):
        return None
    one, weight = rng.randint(2, max(2, 900 // sum(parts))), sharing.weight(parts)
    told, asked = one * weight, rng.randrange(len(parts))
    stem = f"{terms(sharing, rng.choice(SUMS), told)} How much does {sharing.names[asked]} get?"
    sizes = (
        f"£{told} is {weight} parts and one part is £{one}" if weight > 1 else f"one part is £{one}"
    )
    explanation = (
        f"The shares are as {' : '.join(map(str, parts))}, so that {sizes}; "
        f"{parts[asked]} {TIMES} £{one} = £{parts[asked] * one}."
    )
    slips = [*slips_of(sharing, Fraction(told), asked)]
    return Task(stem, one * parts[asked], slips, explanation, whole("£"))


def some_sharing(rng: Random, features: Features) -> Sharing:
    """A difference goes over both ratios where there are two, so that both are needed."""
    size, links = features["people"], features["ratios"]
    ratios = [rng.sample(range(1, 10 - links), size - links + 1) for _ in range(links)]
    parts = ratios[0] if links == 1 else joined(*ratios)
    pair = rng.sample(range(size), 2) if links == 1 else (0, 2)
    high, low = sorted(pair, key=lambda place: -parts[place])
    return Sharing(
        people(rng, size), ratios, parts, (high, low) if features["difference"] else None
    )


def joined(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """Two ratios as one in lowest terms; the second part of one and the first of the other agree."""
    (a, b), (c, d) = first, second
    parts = (a * c, b * c, b * d)
    return [part // gcd(*parts) for part in parts]


def terms(sharing: Sharing, whole_sum: str, told: int) -> str:
    """All that the stem tells before it asks."""
    names, ratios = sharing.names, sharing.ratios
    shared = whole_sum if sharing.apart else f"£{told}"
    if len(ratios) == 1:
        ratio = " : ".join(map(str, ratios[0]))
        text = f"{listed(names)} share {shared} in the ratio {ratio}, in this order."
    else:
        ((a, b), (c, d)), (x, y, z) = ratios, names
        text = (
            f"{listed(names)} share {shared}. The ratio of {x}'s share to {y}'s share is {a} : {b}, and "
            f"the ratio of {y}'s share to {z}'s share is {c} : {d}."
        )
    if not sharing.apart:
        return text
    richer, poorer = (names[place] for place in sharing.apart)
    return f"{text} {richer} gets £{told} more than {poorer}."


def slips_of(sharing: Sharing, told: Fraction, asked: int) -> Iterator[Slip]:
    parts, weight = sharing.parts, sharing.weight(sharing.parts)
    one, part = told / weight, parts[asked]
    if len(sharing.ratios) == 2:
        yield from misjoined(sharing, told, asked)
    if sharing.apart:
        yield Slip(told / sum(parts) * part, "shares the difference as if it were the sum")
        yield Slip(one * sum(parts), "gives the whole sum")
        yield Slip(told, "takes the difference for the share")
        yield Slip(told / len(parts), "shares the difference equally")
    else:
        yield Slip(told * min(parts) / max(parts), "reads the ratio as a fraction of the sum")
        yield Slip(abs(one * (2 * part - sum(parts))), "gives how far the shares are apart")
        yield Slip(told / 2, "shares the sum equally")
        if part > 1:
            yield Slip(told / part, "divides the sum by one part of the ratio instead of by all")
    for place, name in enumerate(sharing.names):
        if place != asked:
            yield Slip(one * parts[place], f"gives {name}'s share")
    yield Slip(one, "gives one part of the ratio")


def misjoined(sharing: Sharing, told: Fraction, asked: int) -> Iterator[Slip]:
    (a, b), (c, d) = sharing.ratios
    wrong = (
        ((a, b, d), "joins the ratios without scaling the second one"),
        ((a, c, d), "joins the ratios without scaling the first one"),
        ((a, b + c, d), "joins the ratios by adding their common parts"),
    )
    for parts, why in wrong:
        if weight := sharing.weight(parts):
            yield Slip(told / weight * parts[asked], why)


def solve(posed: Posed) -> list[int]:
    """Takes each option for the asked share, follows the ratios from it to all, and checks the sum."""
    links = list(links_of(posed.stem))
    asked = re.search(r"How much does (\w+) get\?$", posed.stem)
    if not links or not asked:
        return []
    return right(posed, "£", lambda share: agrees(posed.stem, followed(links, asked[1], share)))


def links_of(stem: str) -> Iterator[tuple[str, str, Fraction]]:
    """Two people, and how many times the first one's share the second one's is."""
    for x, y, a, b in re.findall(r"of (\w+)'s share to (\w+)'s share is ([1-9]) : ([1-9])", stem):
        yield x, y, Fraction(int(b), int(a))
    single = re.match(r"([\w, ]+?) share .* in the ratio ([1-9](?: : [1-9])+), in this", stem)
    if single:
        names, parts = re.split(r", | and ", single[1]), single[2].split(" : ")
        for place in range(1, min(len(names), len(parts))):
            yield names[0], names[place], Fraction(int(parts[place]), int(parts[0]))


def followed(
    links: Sequence[tuple[str, str, Fraction]], asked: str, share: Fraction
) -> dict[str, Fraction]:
    shares = {asked: share}
    for _ in links:
        for x, y, times in links:
            if x in shares:
                shares[y] = shares[x] * times
            elif y in shares:
                shares[x] = shares[y] / times
    return shares


def agrees(stem: str, shares: dict[str, Fraction]) -> bool:
    """Whether the shares make the told sum, or the told difference."""
    total = re.search(r"share £(\d{1,6})", stem)
    apart = re.search(r"(\w+) gets £(\d{1,6}) more than (\w+)\.", stem)
    if apart and apart[1] in shares and apart[3] in shares:
        return shares[apart[1]] - shares[apart[3]] == int(apart[2])
    return bool(total) and sum(shares.values()) == int(total[1] if total else 0)


MODEL = ItemModel(
    name="math.ratio_share",
    asks="Find one person's share of a sum from the ratio of the shares.",
    levels={
        "easy": {"people": 2, "difference": 0, "ratios": 1},
        "medium": {"people": 3, "difference": 1, "ratios": 1},
        "hard": {"people": 3, "difference": 1, "ratios": 2},
    },
    draw=drawing(attempt),
    solve=solve,
)
