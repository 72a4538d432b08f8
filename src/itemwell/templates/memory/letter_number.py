"""Which option sorts the studied letters and numbers.

Hard: more symbols. Every option is sorted as asked, so that only memory tells them apart. Typical
errors: a letter for another that sounds like it (Conrad 1964), a number for its neighbour, both.
The first two are crossed, and a further number is wrong in any of the four corners, so that the
options alone do not show which of them is the key.
"""

from collections import Counter
from itertools import pairwise, starmap
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

SOUNDS = ("BCDEGPTV", "FLMNSX", "AHJK")

SORTED = "the numbers from the smallest to the largest, then the letters in alphabetical order"
STEMS = (
    f"Sort the symbols you studied: first {SORTED}. Which option do you get?",
    f"Which option shows the symbols you studied in this order: first {SORTED}?",
)


def draw(rng: Random, features: Features) -> Drawn:
    half = features["symbols"] // 2
    letter, alike = rng.sample(rng.choice(SOUNDS), 2)
    letters = [letter, *rng.sample(sorted({*"".join(SOUNDS)} - {letter, alike}), half - 1)]
    digits = rng.sample("123456789", half)
    one, two = confused(rng, digits, digits), (letter, alike)
    three = confused(rng, [digit for digit in digits if digit != one[0]], [*digits, one[1]])
    key = ordered({*digits, *letters})
    corners = [(), (one,), (two,), (one, two)]
    swaps = [*corners[1:], (*rng.choice(corners), three)]
    shown = [*digits, *letters]
    rng.shuffle(shown)
    return Drawn(
        stem=rng.choice(STEMS),
        key=Option(key),
        distractors=distinct(Option(key), [swapped(shown, pairs) for pairs in swaps]),
        explanation=f"The symbols were {' '.join(shown)}; sorted as asked they are {key}.",
        stimulus=Stimulus(" ".join(shown)),
    )


def confused(rng: Random, digits: list[str], shown: list[str]) -> tuple[str, str]:
    """One of the digits and a digit that was not shown, as close to each other as may be."""
    pairs = [(digit, free) for digit in digits for free in "123456789" if free not in shown]
    rng.shuffle(pairs)
    return min(pairs, key=lambda pair: abs(int(pair[0]) - int(pair[1])))


def ordered(symbols: set[str]) -> str:
    return " ".join(sorted(symbols))


def swapped(shown: list[str], pairs: tuple[tuple[str, str], ...]) -> Option:
    """What is sorted when the second of each pair is remembered for the first."""
    remembered = {*shown} - {lost for lost, _ in pairs} | {taken for _, taken in pairs}
    return Option(ordered(remembered), f"remembers {' and '.join(starmap(why, pairs))}")


def why(lost: str, taken: str) -> str:
    return f"{taken} for {lost} ({'sounds alike' if lost.isalpha() else 'a number close by'})"


def solve(posed: Posed) -> list[int]:
    """The options that hold exactly the studied symbols, each pair of neighbours in the right order."""
    shown = Counter(" ".join(lines(posed)).split())
    if f"first {SORTED}" not in posed.stem:
        return []
    return right_places(
        posed, lambda text: Counter(text.split()) == shown and in_order(text.split())
    )


def in_order(symbols: list[str]) -> bool:
    return all((a.isalpha(), a) <= (b.isalpha(), b) for a, b in pairwise(symbols))


MODEL = ItemModel(
    name="memory.letter_number",
    asks="Sort a mixed row of letters and numbers from memory.",
    levels={"easy": {"symbols": 4}, "medium": {"symbols": 6}, "hard": {"symbols": 8}},
    draw=draw,
    solve=solve,
)
