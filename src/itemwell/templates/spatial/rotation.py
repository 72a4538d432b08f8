"""Recognise a figure of squares after it was turned.

Hard with more squares, and with two turns one after the other. Typical errors: turning the wrong
way or a quarter too far, and mirroring the figure instead of turning it or as well.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product, starmap
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import pictured_shape
from itemwell.templates.spatial.figures import (
    KEY_TO_TEXT,
    Figure,
    cropped,
    mirrored,
    patch,
    points,
    read,
    spelled,
    turned,
)

FRAME = 4
QUARTERS = {"quarter turn clockwise": 1, "half turn": 2, "quarter turn anticlockwise": 3}
STEMS = (
    "Which option shows the figure after {turns}?",
    "The figure is given {turns}. Which option shows the result?",
)
BECOMES = {
    1: "right-hand column, read downwards",
    2: "bottom row, read from right to left",
    3: "left-hand column, read upwards",
}


def told(turns: Sequence[str]) -> str:
    """`a half turn`, or `a half turn and then another half turn`."""
    first, *later = turns
    return " and then ".join(
        [f"a {first}", *(f"{'another' if turn == first else 'a'} {turn}" for turn in later)]
    )


def total(turns: Iterable[str]) -> int:
    """Quarter turns clockwise that `turns` make together, 0 to 3."""
    return sum(QUARTERS[turn] for turn in turns) % 4


def shown(figure: Figure, misconception: str | None = None) -> Option:
    """An option that shows `figure`."""
    text = spelled(figure)
    return Option(text, misconception, pictured_shape("Turned figure", text, figure, FRAME))


def errors(rng: Random, figure: Figure, quarters: int) -> list[tuple[Figure, str]]:
    """The other images of `figure`, and what leads to them; never the figure as it lies."""
    flat = mirrored(figure)
    likely = [
        (turned(figure, -quarters), "turns the figure the wrong way"),
        (turned(flat, quarters), "mirrors the figure as well as turning it"),
    ]
    further = [
        (flat, "swaps left and right instead of turning the figure"),
        (turned(flat, 2), "swaps top and bottom instead of turning the figure"),
        (turned(flat, 1), "mirrors the figure and turns it clockwise"),
        (turned(flat, 3), "mirrors the figure and turns it anticlockwise"),
        *((turned(figure, other), "turns the figure by a wrong angle") for other in (1, 2, 3)),
    ]
    return likely + rng.sample(further, len(further))


def attempt(rng: Random, *, squares: int, turns: int) -> Drawn:
    """One figure; short of distractors where too many of its images coincide."""
    figure = cropped(patch(rng, squares, FRAME))
    way = rng.choice([way for way in product(QUARTERS, repeat=turns) if total(way)])
    key, wrong = shown(turned(figure, total(way))), errors(rng, figure, total(way))
    text = f"A figure ({KEY_TO_TEXT}): {spelled(figure)}."
    return Drawn(
        stem=rng.choice(STEMS).format(turns=told(way)),
        key=key,
        distractors=distinct(key, starmap(shown, wrong)),
        explanation=f"{'Together the turns make' if turns > 1 else 'This is'} "
        f"a {list(QUARTERS)[total(way) - 1]}: the top row, {figure[0]}, becomes the "
        f"{BECOMES[total(way)]}. The result is {key.text}.",
        stimulus=Stimulus(text, pictured_shape("Figure to turn", text, figure, FRAME)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A figure that looks different after every turn asked for, and its image."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Every square of the figure goes round the middle in the complex plane."""
    figure = points(read(posed.stimulus.text if posed.stimulus else ""))
    turns = re.findall("|".join(QUARTERS), posed.stem)
    if not figure or not turns:
        return []
    wanted = {point * (-1j) ** total(turns) for point in figure}
    return right_places(posed, lambda text: points(read(text)) == wanted)


MODEL = ItemModel(
    name="spatial.rotation",
    asks="Turn a figure of squares in the mind and recognise the result.",
    levels={
        "easy": {"squares": 5, "turns": 1},
        "medium": {"squares": 6, "turns": 1},
        "hard": {"squares": 8, "turns": 2},
    },
    draw=draw,
    solve=solve,
)
