"""Fold a net into a cube and say where a face comes to lie.

Hard where the face is not straight across in the net, and where the cube is held by two faces.
Typical errors: taking a neighbour for the opposite face, and swapping left and right.
"""

import re
from functools import partial
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.dice import Die, stands
from itemwell.templates.spatial.nets import (
    Net,
    Vector,
    apart,
    cross,
    lettered,
    negative,
    outward,
    posed_net,
    read_net,
    wrapped,
)

OPPOSITE = (
    "The net is folded into a cube. Which letter is on the face opposite {face}?",
    "When the net is folded into a cube, which letter comes to lie opposite {face}?",
)
HELD = (
    "The net is folded into a cube with its letters on the outside. The cube stands with {bottom} "
    "at the bottom and {front} facing you. Which letter is on its {side}-hand face?"
)


def opposites(die: Die) -> dict[str, str]:
    """Which letter lies opposite each."""
    pairs = ((die.top, die.bottom), (die.north, die.south), (die.east, die.west))
    return dict(pairs) | {other: one for one, other in pairs}


def straight(net: Net, one: str, other: str) -> bool:
    """Whether two opposite faces lie in one straight strip of the net."""
    return min(apart(net, one, other)) == 0


def mistaken(net: Net, face: str, letter: str) -> str:
    """Why `letter`, beside `face` on the cube, is taken for the opposite of it."""
    distances = {other: sum(apart(net, face, other)) for other in net.values()}
    if distances[letter] == 1:
        return "takes the next face of the net for the opposite one"
    if distances[letter] == max(distances.values()):
        return "takes the face farthest away in the net for the opposite one"
    return "takes a face beside it on the folded cube for the opposite one"


def ask_opposite(rng: Random, net: Net, bends: int) -> Drawn | None:
    """Which face is opposite another; None where the net has no such pair with as many bends."""
    opposite = opposites(wrapped(net))
    pairs = [pair for pair in opposite.items() if straight(net, *pair) != bool(bends)]
    if not pairs:
        return None
    face, answer = rng.choice(sorted(pairs))
    beside = [letter for letter in sorted(opposite) if letter not in (face, answer)]
    return Drawn(
        stem=rng.choice(OPPOSITE).format(face=face),
        key=Option(answer),
        distractors=tuple(Option(letter, mistaken(net, face, letter)) for letter in beside),
        explanation=f"{face} and {answer} lie two apart in a straight strip of the net, so that "
        "they face each other on the cube."
        if not bends
        else f"On the folded cube {face} shares an edge with {listed(beside)}. "
        f"Only {answer} is left, and lies opposite.",
        stimulus=posed_net(net),
    )


def ask_held(rng: Random, net: Net) -> Drawn | None:
    """Which face is on one side of the cube as it is held; None where the net shows it at once."""
    die = rng.choice(sorted(stands(wrapped(net))))
    side = rng.choice(("right", "left"))
    answer, other = (die.east, die.west) if side == "right" else (die.west, die.east)
    if sum(apart(net, die.bottom, answer)) == 1 and sum(apart(net, die.bottom, die.south)) == 1:
        return None
    wrong = {
        other: "swaps left and right, as if the letters were inside the cube",
        die.north: "takes the face at the back, opposite the one in front",
        die.top: "takes the face on top, opposite the bottom",
    }
    return Drawn(
        stem=HELD.format(bottom=die.bottom, front=die.south, side=side),
        key=Option(answer),
        distractors=tuple(Option(letter, error) for letter, error in wrong.items()),
        explanation=f"{die.top} is opposite {die.bottom} and so on top, and {die.north} is "
        f"opposite {die.south} and so at the back. That leaves {answer} and {other}, "
        f"and with the letters outside {answer} is on the {side}.",
        stimulus=posed_net(net),
    )


def attempt(rng: Random, *, bends: int, held: int) -> Drawn | None:
    """One net, and a question about it where it allows one."""
    net = lettered(rng)
    return ask_held(rng, net) if held > 1 else ask_opposite(rng, net, bends)


def draw(rng: Random, features: Features) -> Drawn:
    """A net and a face that can be found from it."""
    return until_sound(partial(attempt, rng, **features), distractors=3)


def holding(faces: dict[str, Vector], bottom: str, front: str, side: str) -> str:
    """The letter on the right or left of the cube as it is held; "" where it can't be held so."""
    up, towards = negative(faces[bottom]), faces[front]
    right = cross(up, towards)
    wanted = right if side == "right" else negative(right)
    return next((letter for letter, out in faces.items() if out == wanted), "")


def solve(posed: Posed) -> list[int]:
    """Folds the net in space, face by face."""
    net = read_net(posed.stimulus.text if posed.stimulus else "")
    opposite = re.search(r"opposite ([A-Z])\b", posed.stem)
    held = re.search(r"with ([A-Z]) at the bottom and ([A-Z]) facing.* (right|left)-", posed.stem)
    faces = outward(net) if net else {}
    if opposite and opposite[1] in faces:
        away = negative(faces[opposite[1]])
        return right_places(posed, lambda text: faces.get(text) == away)
    if held and {held[1], held[2]} <= set(faces):
        letter = holding(faces, *held.groups())
        return right_places(posed, lambda text: text == letter)
    return []


MODEL = ItemModel(
    name="spatial.cube_net",
    asks="Fold the net of a cube in the mind and find a face.",
    levels={
        "easy": {"bends": 0, "held": 1},
        "medium": {"bends": 1, "held": 1},
        "hard": {"bends": 1, "held": 2},
    },
    draw=draw,
    solve=solve,
)
