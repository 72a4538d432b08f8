"""The offer with the lowest price per kilogram.

Hard by the number of `offers`, by the number of `facts` that an offer is made of (size and price, then also pieces, then also
a discount), by `conversions` between grams and kilograms, and by the `closeness` of the two best
offers. Typical errors: taking the lowest price, the largest quantity or the largest discount for
the best value, and dividing the wrong way round.
"""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.math.amounts import POUNDS
from itemwell.templates.model import Drawn, Features, ItemModel

TRIES = 5_000
GOODS = {  # what it is packed in, and pence for a kilogram
    "rice": ("bags", 220),
    "pasta": ("packets", 190),
    "oats": ("packets", 240),
    "flour": ("bags", 130),
    "lentils": ("bags", 310),
    "raisins": ("packets", 560),
    "muesli": ("boxes", 520),
    "honey": ("jars", 980),
    "coffee": ("tins", 1650),
    "washing powder": ("boxes", 380),
}
SIZES = (200, 250, 400, 500, 600, 750, 800, 900)
LARGE_SIZES = (1000, 1200, 1500, 2000)
SIZE = r"(?:(\d) [a-z]+ of )?(\d{1,4}(?:\.\d{1,3})?) (k?g)"


class Offer(NamedTuple):
    pieces: int
    grams: int  # in each piece
    pence: int  # for all pieces, before the discount
    percent_off: int

    @property
    def weight(self) -> int:
        return self.pieces * self.grams

    @property
    def cost(self) -> float:
        return self.pence * (100 - self.percent_off) / 100

    @property
    def rate(self) -> float:
        """Pence for a kilogram."""
        return 1000 * self.cost / self.weight


Reason = tuple[str, Callable[[Offer], float]]
"""Why a learner takes the offer whose figure is the least."""

REASONS: tuple[tuple[int, Reason], ...] = (  # from this number of facts on
    (2, ("takes the lowest price", lambda offer: offer.cost)),
    (2, ("takes the largest quantity for the best value", lambda offer: -offer.weight)),
    (2, ("divides the quantity by the price and takes the least", lambda offer: -offer.rate)),
    (3, ("compares the prices of one piece", lambda offer: offer.cost / offer.pieces)),
    (3, ("takes the largest pieces for the best value", lambda offer: -offer.grams)),
    (3, ("takes the most pieces for the best value", lambda offer: -offer.pieces)),
    (4, ("takes the largest discount", lambda offer: -offer.percent_off)),
    (4, ("leaves out the discounts", lambda offer: offer.pence / offer.weight)),
)
ROUNDED = "rounds the prices per kilogram so much that the two lowest look alike"


def draw(rng: Random, features: Features) -> Drawn:
    """Draws offers until every wrong one has a reason to be taken."""
    goods = rng.choice([*GOODS])
    for _ in range(TRIES):
        offers = [some_offer(rng, features, GOODS[goods][1]) for _ in range(features["offers"])]
        best, second, *_ = sorted(offers, key=lambda offer: offer.rate)
        reasons = {second: ROUNDED, **reason_by_offer(offers, features["facts"])}
        distinct = len({(offer.pieces, offer.grams) for offer in offers}) == len(offers)
        gap = (second.rate / best.rate - 1) * features["closeness"]
        if distinct and 0.12 < gap < 0.4 and {best, *reasons} == {*offers}:
            reasons.pop(best, None)
            return drawn(goods, offers, reasons)
    raise AssertionError("no offers can be compared")


def some_offer(rng: Random, features: Features, rate: int) -> Offer:
    """An offer at about `rate` pence for a kilogram."""
    grams = rng.choice(SIZES + LARGE_SIZES * features["conversions"])
    pieces = rng.randint(2, 6) if features["facts"] >= 3 else 1
    off = 5 * rng.randint(1, 8) if features["facts"] >= 4 else 0
    pence = pieces * grams * rate * rng.uniform(0.75, 1.3) / 10 / (100 - off)
    return Offer(pieces, grams, 10 * round(pence / 10), off)


def reason_by_offer(offers: Sequence[Offer], facts: int) -> dict[Offer, str]:
    """The first reason for each offer that stands out by a figure; ties give none."""
    reasons: dict[Offer, str] = {}
    for least_facts, (why, figure) in REASONS:
        first, second, *_ = sorted(offers, key=figure)
        if facts >= least_facts and figure(first) < figure(second):
            reasons.setdefault(first, why)
    return reasons


def drawn(goods: str, offers: Sequence[Offer], reasons: dict[Offer, str]) -> Drawn:
    packed = GOODS[goods][0]
    (best,) = {*offers} - {*reasons}
    told = "; ".join(f"{size(offer, packed)} for {price(offer)}" for offer in offers)
    stem = (
        f"A shop offers {goods} as follows: {told}. Which offer has the lowest price per kilogram?"
    )
    first, second, *_ = sorted(offers, key=lambda offer: offer.rate)
    explanation = (
        f"A kilogram costs {pence(first.rate)} in the offer of {size(first, packed)}, "
        f"and {pence(second.rate)} in the next best, {size(second, packed)}."
    )
    distractors = tuple(Option(size(offer, packed), why) for offer, why in reasons.items())
    return Drawn(stem, Option(size(best, packed)), distractors, explanation)


def size(offer: Offer, packed: str) -> str:
    """`750 g`, `3 bags of 1.5 kg`."""
    each = f"{offer.grams} g" if offer.grams < 1000 else f"{offer.grams / 1000:g} kg"
    return each if offer.pieces == 1 else f"{offer.pieces} {packed} of {each}"


def price(offer: Offer) -> str:
    return pence(offer.pence) + (f", less {offer.percent_off}%" if offer.percent_off else "")


def pence(amount: float) -> str:
    return f"£{amount / 100:.2f}"


def solve(posed: Posed) -> list[int]:
    """Reads the offers back, and lets each beat the others by cross-multiplication."""
    found = re.findall(rf"{SIZE} for {POUNDS}(?:, less (\d{{1,2}})%)?", posed.stem)
    if "lowest price per kilogram" not in posed.stem:
        return []
    offers = [(read(*each), Fraction(cost) * (100 - int(off or 0))) for *each, cost, off in found]
    best = [
        (pieces, grams)
        for (pieces, grams), cost in offers
        if all(cost * p * g <= other * pieces * grams for (p, g), other in offers)
    ]
    chosen = (re.fullmatch(SIZE, option.text.strip()) for option in posed.options)
    return [place for place, each in enumerate(chosen) if each and read(*each.groups()) in best]


def read(pieces: str | None, amount: str, unit: str) -> tuple[int, Fraction]:
    """How many pieces, and the grams in each."""
    return int(pieces or 1), Fraction(amount) * (1000 if unit == "kg" else 1)


MODEL = ItemModel(
    name="math.best_buy",
    asks="Find the offer with the lowest price per kilogram.",
    levels={
        "easy": {"offers": 4, "facts": 2, "conversions": 0, "closeness": 1},
        "medium": {"offers": 5, "facts": 3, "conversions": 1, "closeness": 2},
        "hard": {"offers": 5, "facts": 4, "conversions": 1, "closeness": 3},
    },
    draw=draw,
    solve=solve,
)
