"""Which is the third turn of a studied route, or of the way back along it.

Hard: more turns, and walking back, which turns the order and every direction round. Typical
errors: the wrong direction (not turned round on the way back), the turn before or after, both.
Landmark and direction are crossed, so that the options alone do not show which of them is the key.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import LANDMARKS
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
MIRROR = {"left": "right", "right": "left"}

Turn = tuple[str, str]
"""A direction and its landmark."""


def draw(rng: Random, features: Features) -> Drawn:
    start, end, *landmarks = rng.sample(LANDMARKS, features["turns"] + 2)
    route = list(zip(directions(rng, len(landmarks)), landmarks, strict=True))
    back = bool(features["back"])
    walked = [(MIRROR[side], where) for side, where in reversed(route)] if back else route
    at = rng.randrange(1, len(walked) - 1)
    key = named(walked[at])
    steps = [f"Turn {named(turn)}." for turn in route]
    return Drawn(
        stem=stem(at, back=back),
        key=Option(key),
        distractors=distinct(Option(key), slips(rng, walked, at, back=back)),
        explanation=f"The turns are, in the order asked for: {', '.join(map(named, walked))}.",
        stimulus=Stimulus("\n".join([f"Start at the {start}.", *steps, f"Finish at the {end}."])),
    )


def directions(rng: Random, count: int) -> list[str]:
    """Lefts and rights, never three of a kind in a row, which would lead round in a circle."""
    sides: list[str] = []
    for _ in range(count):
        side = rng.choice(("left", "right"))
        sides.append(MIRROR[side] if sides[-2:] == [side, side] else side)
    return sides


def named(turn: Turn) -> str:
    return f"{turn[0]} at the {turn[1]}"


def stem(at: int, *, back: bool) -> str:
    if back:
        return (
            "You walk back along the route you studied, from its finish to its start. "
            f"What is the {ORDINALS[at]} turn on the way back?"
        )
    return f"What is the {ORDINALS[at]} turn of the route you studied?"


def slips(rng: Random, walked: list[Turn], at: int, *, back: bool) -> Iterator[Option]:
    """The wrong direction, the turn before or after, both; then a turn further off in miscounting."""
    near, far = rng.sample((at - 1, at + 1), 2)
    wrong = "does not turn the direction round" if back else "recalls the wrong direction"
    yield Option(mirrored(walked[at]), wrong)
    yield Option(named(walked[near]), "miscounts the turns by one")
    yield Option(mirrored(walked[near]), f"miscounts the turns by one, and {wrong}")
    if back:
        yield Option(named(walked[-1 - at]), "counts the turns from the wrong end")
    yield Option(named(walked[far]), "miscounts the turns by one the other way")


def mirrored(turn: Turn) -> str:
    return named((MIRROR[turn[0]], turn[1]))


def solve(posed: Posed) -> list[int]:
    """The options that are the turn asked for when the route is walked on a plane, street by street."""
    asked = re.search(rf"({'|'.join(ORDINALS)}) turn (of the route|on the way back)", posed.stem)
    turns = [
        turn
        for line in lines(posed)
        if (turn := re.fullmatch(r"Turn (left|right) at the (.+)\.", line))
    ]
    heading, corners = (0, 1), [(0, 0), (0, 1)]
    for turn in turns:
        x, y = heading
        heading = (-y, x) if turn[1] == "left" else (y, -x)
        corners.append((corners[-1][0] + heading[0], corners[-1][1] + heading[1]))
    landmarks = [turn[2] for turn in turns]
    if asked and asked[2] == "on the way back":
        corners.reverse()
        landmarks.reverse()
    at = ORDINALS.index(asked[1]) if asked else len(landmarks)
    found = [
        f"{side} at the {where}" for side, where in zip(sides(corners), landmarks, strict=True)
    ]
    return right_places(posed, lambda text: text in found[at : at + 1])


def sides(corners: list[tuple[int, int]]) -> list[str]:
    """The turn at each inner corner of a path: left where the cross product is positive."""
    streets = [(c - a, d - b) for (a, b), (c, d) in pairwise(corners)]
    return ["left" if a * d - b * c > 0 else "right" for (a, b), (c, d) in pairwise(streets)]


MODEL = ItemModel(
    name="memory.route",
    asks="Recall a turn of a route, or of the way back.",
    levels={
        "easy": {"turns": 4, "back": 0},
        "medium": {"turns": 6, "back": 0},
        "hard": {"turns": 8, "back": 1},
    },
    draw=draw,
    solve=solve,
)
