"""Count the cubes of a stack in a corner, those that cannot be seen included.

Hard with a wider and higher stack, and where the cubes are asked for that are missing to a block.
Typical errors: counting only the cubes that can be seen, counting their faces, and leaving out a
layer or a row.
"""

import re
from functools import partial
from itertools import product
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.stacks import BLOCK, SEEN, Stack, miscounts, pictured, stack

RESTS = "Every cube of the stack rests on the floor or on another cube."
COUNTED = (
    f"{RESTS} How many cubes are there, counting those that cannot be seen?",
    "How many cubes is the stack made of, counting the hidden ones that hold up others?",
)
MISSING = (
    RESTS + " How many more cubes are needed to make the stack a solid block, {side} cubes long, "
    "{side} cubes wide and {height} cubes high?"
)


def options(rng: Random, heights: Stack, height: int, *, missing: int) -> list[Option]:
    """The key and up to four errors not far from it, any number of them above it."""
    total, block = sum(map(sum, heights)), len(heights) ** 2 * height
    wrong = miscounts(heights, height)
    if missing:
        wrong = {error: block - count for error, count in wrong.items()}
        wrong["answers how many cubes there are already"] = total
    key = block - total if missing else total
    wrong |= {"misses one cube in counting": key - 1, "counts one cube twice": key + 1}
    below = [
        Option(str(count), error) for error, count in wrong.items() if key <= 2 * count < 2 * key
    ]
    above = [Option(str(count), error) for error, count in wrong.items() if key < count <= 2 * key]
    for errors in (below, above):
        rng.shuffle(errors)
        errors.sort(key=lambda option: option.misconception != SEEN)
    rank = rng.randint(0, 4)
    right = Option(str(key))
    return [right, *distinct(right, below, at_most=rank), *distinct(right, above, at_most=4 - rank)]


def explained(heights: Stack, height: int, *, missing: int) -> str:
    """The count, layer by layer."""
    layers = [sum(high > level for row in heights for high in row) for level in range(height)]
    total, side = sum(layers), len(heights)
    block = side * side * height
    counted = (
        f"Layer by layer from the floor there are {' + '.join(map(str, layers))} = {total} cubes"
    )
    if not missing:
        return f"{counted}."
    return (
        f"{counted}. A solid block has {side} \N{MULTIPLICATION SIGN} {side} \N{MULTIPLICATION SIGN} {height} = {block}, "
        f"so that {block} \N{MINUS SIGN} {total} = {block - total} are missing."
    )


def attempt(rng: Random, *, side: int, height: int, missing: int) -> Drawn | None:
    """One stack; None where nothing of it is hidden or nothing is missing to a block."""
    heights = stack(rng, side, height)
    wrong = miscounts(heights, height)
    if not wrong[SEEN] < sum(map(sum, heights)) < wrong[BLOCK]:
        return None
    key, *errors = options(rng, heights, height, missing=missing)
    text = (
        "A stack of cubes in a corner, seen from above its front corner. No column is hidden, and "
        "under every cube there are cubes down to the floor. Heights of the columns, row by row "
        f"from the back: {' / '.join(' '.join(map(str, row)) for row in heights)}."
    )
    return Drawn(
        stem=(MISSING if missing else rng.choice(COUNTED)).format(side=side, height=height),
        key=key,
        distractors=tuple(errors),
        explanation=explained(heights, height, missing=missing),
        stimulus=Stimulus(text, pictured(text, heights)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A stack with at least one hidden cube."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Counts place by place: cubes that stand there, or places of the block that are free."""
    text = posed.stimulus.text if posed.stimulus else ""
    found = re.search(r"from the back: ((?:\b[0-9]\b[ /]*)+)\.", text)
    if not found:
        return []
    rows = [row.split() for row in found[1].split("/")]
    heights = {
        (row, column): int(high)
        for row, line in enumerate(rows)
        for column, high in enumerate(line)
    }
    block = re.search(r"\b(\d) cubes long, (\d) cubes wide and (\d) cubes high", posed.stem)
    if block:
        places = product(*(range(int(edge)) for edge in block.groups()))
        right = sum(heights.get((row, column), 0) <= level for row, column, level in places)
    else:
        right = sum(map(int, heights.values()))
    return right_places(posed, lambda text: text == str(right))


MODEL = ItemModel(
    name="spatial.stacked_cubes",
    asks="Count the cubes of a stack, hidden ones included, from a picture.",
    levels={
        "easy": {"side": 3, "height": 2, "missing": 0},
        "medium": {"side": 3, "height": 3, "missing": 0},
        "hard": {"side": 4, "height": 4, "missing": 1},
    },
    draw=draw,
    solve=solve,
)
