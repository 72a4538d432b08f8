"""Continue a row of shapes whose forms and shadings repeat in cycles of different length.

Hard by the lengths of the two cycles, `shapes` and `shadings`, and by how far `ahead` the place
asked for lies. Typical errors: a cycle is counted one place too far or too short, the two cycles are
taken for one, the cycle is started again at the end of the row shown.
"""

import re
from collections.abc import Sequence
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.drawing import Slip, crossed, texts_placed, until_sound
from itemwell.templates.pattern.shapes import SHADINGS, SHAPES

STEMS = (
    "A row of shapes begins: {}. The shapes repeat in a fixed order, and so do their shadings. {}",
    "This is the beginning of a row: {}. Shapes and shadings each repeat in an order of their own. {}",
)


def ordinal(number: int) -> str:
    """Write 1 as 1st.

    >>> [ordinal(number) for number in (2, 11, 23, 112)]
    ['2nd', '11th', '23rd', '112th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number // 10 % 10 == 1 else ending}"


def slips(cycle: Sequence[str], place: int, shown: int, noun: str) -> list[Slip]:
    """The wrong elements of one cycle to which typical errors lead."""
    wrong = {
        cycle[(place - shown) % len(cycle)]: f"starts the {noun}s again after the row shown",
        cycle[(place - 1) % len(cycle)]: f"takes the {noun} one place too early",
        cycle[(place + 1) % len(cycle)]: f"takes the {noun} one place too late",
    }
    right = cycle[place % len(cycle)]
    return [Slip(element, why) for element, why in wrong.items() if element != right]


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    lengths = rng.sample([features["short"], features["long"]], 2)
    cycles = [rng.sample(all_of, n) for all_of, n in zip((SHADINGS, SHAPES), lengths, strict=True)]
    shown = 2 * features["long"] + rng.randint(0, 2)
    place = shown + rng.randint(features["ahead"] // 2, features["ahead"] - 1)
    row = [" ".join(cycle[n % len(cycle)] for cycle in cycles) for n in range(shown)]
    key = [cycle[place % len(cycle)] for cycle in cycles]
    wrong = [
        slips(cycle, place, shown, noun)
        for cycle, noun in zip(cycles, ("shading", "shape"), strict=True)
    ]
    asked = f"Which one is in the {ordinal(place + 1)} place of the row?"
    distractors = crossed(rng, key, wrong, " ".join)
    if distractors is None:
        return None
    return Drawn(
        stem=rng.choice(STEMS).format(
            ", ".join(row), asked if place > shown else "Which one comes next?"
        ),
        key=Option(" ".join(key)),
        distractors=distractors,
        explanation=f"{explanation(cycles, place)}: {' '.join(key)}.",
    )


def explanation(cycles: Sequence[Sequence[str]], place: int) -> str:
    """Tell the cycles, and where in them the place asked for falls."""
    shadings, shapes = cycles
    return (
        f"The shadings ({', '.join(shadings)}) repeat every {len(shadings)} places and the shapes "
        f"({', '.join(shapes)}) every {len(shapes)}. Place {place + 1} is number "
        f"{place % len(shadings) + 1} of the shadings and number {place % len(shapes) + 1} of the shapes"
    )


def continued(row: Sequence[str], place: int) -> set[str]:
    """What stands at `place` by each cycle that is seen twice or more in `row`."""
    found = set()
    for period in range(1, len(row) // 2 + 1):
        if all(before == after for before, after in zip(row, row[period:], strict=False)):
            longer = list(row)
            while len(longer) <= place:
                longer.append(longer[-period])
            found.add(longer[place])
    return found


def solve(posed: Posed) -> list[int]:
    found = re.search(r": ((?:[a-z]+ [a-z]+, )+[a-z]+ [a-z]+)\.", posed.stem)
    row = [item.split() for item in found[1].split(", ")] if found else []
    asked = re.search(r"\b([0-9]{1,3})(?:st|nd|rd|th) place", posed.stem)
    place = int(asked[1]) - 1 if asked else len(row)
    if not row:
        return []
    shadings, shapes = (continued(column, place) for column in zip(*row, strict=True))
    return texts_placed(posed, {f"{shading} {shape}" for shading in shadings for shape in shapes})


MODEL = ItemModel(
    name="pattern.symbol_cycle",
    asks="Continue a row whose shapes and shadings repeat in cycles of different length.",
    levels={
        "easy": {"short": 2, "long": 3, "ahead": 1},
        "medium": {"short": 3, "long": 4, "ahead": 1},
        "hard": {"short": 3, "long": 4, "ahead": 20},
    },
    draw=draw,
    solve=solve,
)
