"""Which option gives the studied digits backwards.

Hard: more digits. Typical errors: repeating the order studied, exchanging two neighbours, both at
once, and taking a digit that was not shown. Order and exchange are crossed, and the strange digit
joins any of the four corners, so that the options alone do not show which of them is the key.
"""

import re
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

STEMS = (
    "Which option gives the digits you studied in reverse order?",
    "You studied a row of digits. Which option gives them backwards, from the last to the first?",
)


def draw(rng: Random, features: Features) -> Drawn:
    studied = row(rng, features["digits"])
    key = studied[::-1]
    at = rng.randrange(len(studied) - 1)
    a, b = key[at], key[at + 1]
    exchanged = key[:at] + b + a + key[at + 2 :]
    slips = [
        Option(studied, "repeats the digits in the order studied"),
        Option(exchanged, f"reverses the order, but exchanges {a} and {b}"),
        Option(exchanged[::-1], f"repeats the order studied, and exchanges {a} and {b}"),
    ]
    corner = rng.choice([Option(key, "reverses the order"), *slips])
    slips.append(with_a_stranger(rng, corner))
    return Drawn(
        stem=rng.choice(STEMS),
        key=Option(" ".join(key)),
        distractors=distinct(
            Option(" ".join(key)),
            [Option(" ".join(slip.text), slip.misconception) for slip in slips],
        ),
        explanation=f"The row was {' '.join(studied)}; read from its end it is {' '.join(key)}.",
        stimulus=Stimulus(" ".join(studied)),
    )


def row(rng: Random, count: int) -> str:
    """Different digits of 1 to 9; in nearly every row no three follow each other as in counting."""
    for _ in range(20):
        digits = "".join(rng.sample("123456789", count))
        if not any(digits[i : i + 3] in "123456789 987654321" for i in range(count - 2)):
            break
    return digits


def with_a_stranger(rng: Random, slip: Option) -> Option:
    """`slip` with one digit more that is wrong, because it was not studied."""
    stranger = rng.choice([digit for digit in "123456789" if digit not in slip.text])
    lost = rng.choice(slip.text)
    return Option(
        slip.text.replace(lost, stranger),
        f"{slip.misconception}, and recalls {stranger} for {lost}",
    )


def solve(posed: Posed) -> list[int]:
    """The options that take the digits off the studied row one by one from its end."""
    shown = lines(posed)
    if len(shown) != 1 or not re.search("reverse order|backwards", posed.stem):
        return []
    return right_places(posed, lambda text: unwinds(shown[0].split(), text.split()))


def unwinds(stack: list[str], digits: list[str]) -> bool:
    return len(stack) == len(digits) and all(stack.pop() == digit for digit in digits)


MODEL = ItemModel(
    name="memory.digit_span",
    asks="Give a row of digits backwards.",
    levels={"easy": {"digits": 4}, "medium": {"digits": 6}, "hard": {"digits": 8}},
    draw=draw,
    solve=solve,
)
