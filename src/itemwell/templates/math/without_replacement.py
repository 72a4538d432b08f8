"""A probability for counters drawn from a bag one after the other.

Hard by the number of `colours`, the number `drawn`, and how many of them the event leaves open: it
holds for two or more `orders`. Typical errors: putting the counters back, counting one order only,
lowering the total but not the number of the colour.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import comb, perm
from random import Random
from typing import NamedTuple

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import TIMES, probability, right
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "purple", "orange")
THINGS = ("counters", "beads", "marbles", "buttons", "tokens", "balls", "tiles")
NUMBERS = {2: "Two", 3: "Three"}
EXACTLY = {"exactly one": 1, "exactly two": 2}


class Bag(NamedTuple):
    """What is drawn from: things of the colour asked for, all others, and how many are drawn."""

    wanted: int
    others: int
    drawn: int

    @property
    def size(self) -> int:
        return self.wanted + self.others

    def ways(self, hits: int) -> int:
        """The ways to draw `hits` of the colour first, and then the rest of the others."""
        return perm(self.wanted, hits) * perm(self.others, self.drawn - hits)

    def ways_put_back(self, hits: int) -> int:
        return int(self.wanted**hits * self.others ** (self.drawn - hits))

    def orders(self, hits: int) -> int:
        return comb(self.drawn, hits)


def attempt(rng: Random, features: Features) -> Task:
    size, drawn = features["colours"], features["drawn"]
    counts = [rng.randint(drawn, 7), *(rng.randint(2, 9 - size) for _ in range(size - 1))]
    colours, things = rng.sample(COLOURS, size), rng.choice(THINGS)
    bag = Bag(counts[0], sum(counts[1:]), drawn)
    event, hits = some_event(rng, features, colours[0])
    held = [f"{count} {colour}" for count, colour in zip(counts, colours, strict=True)]
    stem = (
        f"A bag holds {listed(rng.sample(held, size))} {things}. {NUMBERS[drawn]} {things} are drawn at "
        f"random, one after the other, and none is put back. What is the probability that {event}?"
    )
    answer = Fraction(sum(bag.orders(hit) * bag.ways(hit) for hit in hits), perm(bag.size, drawn))
    orders = ", and each order of the colours counts" if features["orders"] > 1 else ""
    explanation = (
        f"Each draw is from one fewer{orders}: "
        f"{' + '.join(product(bag, hit) for hit in hits)} = {answer}."
    )
    slips = [*slips_of(bag, hits, colours[0])]
    return Task(stem, answer, slips, explanation, probability)


def some_event(rng: Random, features: Features, colour: str) -> tuple[str, tuple[int, ...]]:
    """The event, and the numbers of hits that it holds for."""
    if features["orders"] == 1:
        return f"both are {colour}", (2,)
    if features["drawn"] == 2:
        return f"exactly one of them is {colour}", (1,)
    return rng.choice(
        (
            (f"exactly one of them is {colour}", (1,)),
            (f"exactly two of them are {colour}", (2,)),
            (f"at least two of them are {colour}", (2, 3)),
        )
    )


def product(bag: Bag, hits: int) -> str:
    """The probability of an order, and how many there are, as factors."""
    counts = [bag.wanted - hit for hit in range(hits)]
    counts += [bag.others - miss for miss in range(bag.drawn - hits)]
    factors = [f"{count}/{bag.size - place}" for place, count in enumerate(counts)]
    return f" {TIMES} ".join([str(bag.orders(hits))][: bag.orders(hits) - 1] + factors)


def slips_of(bag: Bag, hits: tuple[int, ...], colour: str) -> Iterator[Slip]:
    total, total_put_back = perm(bag.size, bag.drawn), bag.size**bag.drawn
    once = sum(bag.ways(hit) for hit in hits)
    ways = sum(bag.orders(hit) * bag.ways(hit) for hit in hits)
    put_back = sum(bag.orders(hit) * bag.ways_put_back(hit) for hit in hits)
    first, later = Fraction(bag.wanted, bag.size), bag.wanted - 1 if hits == (2,) else bag.others
    yield Slip(Fraction(put_back, total_put_back), "puts each one back before the next draw")
    if once < ways:
        yield Slip(Fraction(once, total), "counts only one of the orders")
    if put_back > ways:
        yield Slip(Fraction(put_back, total), f"lowers the total, but not the {colour} ones")
    yield Slip(
        Fraction(ways, total_put_back), "lowers the numbers of the colours, but not the total"
    )
    if bag.drawn == 2:
        both = first + Fraction(later, bag.size - 1)
        yield Slip(both, "adds the probabilities of the two draws")
        yield Slip(both / 2, "takes the mean of the probabilities of the two draws")
    if hits == (2, 3):
        yield Slip(Fraction(bag.orders(2) * bag.ways(2), total), "leaves out three of the colour")
    elif hits[0] < bag.drawn:
        least = sum(bag.orders(hit) * bag.ways(hit) for hit in range(hits[0], bag.drawn + 1))
        yield Slip(Fraction(least, total), 'takes "exactly" for "at least"')
    yield Slip(1 - Fraction(ways, total), "gives the probability of the opposite")
    yield Slip(first, f"gives the probability that the first one is {colour}")
    yield Slip(Fraction(ways, 2 * total), "divides by two for an order that makes no difference")


def solve(posed: Posed) -> list[int]:
    """Lays out the bag, and counts the combinations that the event holds for."""
    drawn = re.search(r"\. (Two|Three) \w+ are drawn .* none is put back\.", posed.stem)
    event = re.search(
        r"(both|exactly one|exactly two|at least two)\b[\w ]* (?:is|are) (\w+)\?$", posed.stem
    )
    held = re.findall(r"(\d) (\w+)", posed.stem.partition(". ")[0])
    if not (drawn and event and held):
        return []
    bag = [colour for count, colour in held for _ in range(int(count))]
    hands = [*combinations(bag, {"Two": 2, "Three": 3}[drawn[1]])]
    holding = sum(holds(event[1], hand.count(event[2])) for hand in hands)
    return right(posed, "", lambda chance: chance * len(hands) == holding)


def holds(event: str, hits: int) -> bool:
    return hits >= 2 if event in ("both", "at least two") else hits == EXACTLY[event]


MODEL = ItemModel(
    name="math.without_replacement",
    asks="Find the probability of an event when things are drawn and not put back.",
    levels={
        "easy": {"colours": 2, "drawn": 2, "orders": 1},
        "medium": {"colours": 3, "drawn": 2, "orders": 2},
        "hard": {"colours": 3, "drawn": 3, "orders": 3},
    },
    draw=drawing(attempt),
    solve=solve,
)
