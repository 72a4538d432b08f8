"""Nets of a cube with a letter on each face, and the cube that a net makes."""

import re
from random import Random

from itemwell.bank import Stimulus
from itemwell.templates.spatial.dice import STEPS, Die, rolled
from itemwell.templates.spatial.drawing import MARGIN, box, label, picture
from itemwell.templates.spatial.figures import Cell, cells, mirrored, spelled, turned

LETTERS = "GHJKLMNPQRSTUVWYZ"
EDGE = 36
NETS = (
    ("oXoo", "XXXX", "oXoo"),
    ("oXoo", "XXXX", "ooXo"),
    ("Xooo", "XXXX", "Xooo"),
    ("Xooo", "XXXX", "oXoo"),
    ("Xooo", "XXXX", "ooXo"),
    ("Xooo", "XXXX", "oooX"),
    ("ooXX", "XXXo", "Xooo"),
    ("ooXX", "XXXo", "oXoo"),
    ("ooXX", "XXXo", "ooXo"),
    ("ooXX", "oXXo", "XXoo"),
    ("ooXXX", "XXXoo"),
)

Net = dict[Cell, str]
Vector = tuple[int, int, int]


def lettered(rng: Random) -> Net:
    """One of the eleven nets, turned or flipped, with six letters in its cells."""
    net = turned(rng.choice(NETS), rng.randrange(4))
    net = rng.choice((net, mirrored(net)))
    return dict(zip(sorted(cells(net)), rng.sample(LETTERS, 6), strict=True))


def spelled_net(net: Net) -> str:
    """`net` in rows, o where it is empty."""
    rows, columns = (1 + max(cell[axis] for cell in net) for axis in (0, 1))
    return spelled(
        tuple(
            "".join(net.get((row, column), "o") for column in range(columns)) for row in range(rows)
        )
    )


def wrapped(net: Net) -> Die:
    """The cube of `net`, letters outside: it prints itself rolling over the net's underside."""
    under = {(row, -column): letter for (row, column), letter in net.items()}
    start = min(under)
    places, todo = {start}, [(start, Die(*Die._fields))]
    printed = {}
    while todo:
        (row, column), die = todo.pop()
        printed[die.bottom] = under[row, column]
        for direction, (down, right) in STEPS.items():
            cell = (row + down, column + right)
            if cell in under and cell not in places:
                places.add(cell)
                todo.append((cell, rolled(die, direction)))
    return Die(*(printed[face] for face in Die._fields))


def apart(net: Net, one: str, other: str) -> tuple[int, int]:
    """Rows and columns between two letters of the net."""
    (row, column), (down, right) = (
        next(cell for cell, letter in net.items() if letter == wanted) for wanted in (one, other)
    )
    return abs(row - down), abs(column - right)


def posed_net(net: Net) -> Stimulus:
    """The picture of `net`."""
    text = f"The net of a cube (rows from top to bottom, o empty): {spelled_net(net)}."
    rows, columns = (1 + max(cell[axis] for cell in net) for axis in (0, 1))
    corners = {cell: (MARGIN + cell[1] * EDGE, MARGIN + cell[0] * EDGE) for cell in sorted(net)}
    faces = [box(at, (EDGE, EDGE), shade=0.06) for at in corners.values()]
    marks = [
        label((left + EDGE / 2, top + EDGE / 2), net[cell], size=18)
        for cell, (left, top) in corners.items()
    ]
    size = (columns * EDGE + 2 * MARGIN, rows * EDGE + 2 * MARGIN)
    return Stimulus(text, picture("Net of a cube", text, size, *faces, *marks))


def read_net(text: str) -> Net:
    """The net that `text` spells; {} where it spells none of six different letters."""
    found = re.search(r"\b[A-Zo]+(?: / [A-Zo]+)+\b", text)
    net = {
        (row, column): letter
        for row, line in enumerate(found[0].split(" / ") if found else ())
        for column, letter in enumerate(line)
        if letter != "o"
    }
    return net if len(net) == len(set(net.values())) == 6 else {}


def cross(one: Vector, other: Vector) -> Vector:
    """The direction at right angles to both, by the right-hand rule."""
    (a, b, c), (d, e, f) = one, other
    return (b * f - c * e, c * d - a * f, a * e - b * d)


def negative(vector: Vector) -> Vector:
    """The opposite direction."""
    return (-vector[0], -vector[1], -vector[2])


def outward(net: Net) -> dict[str, Vector]:
    """Where each letter looks once every face is folded back from the one beside it."""
    start = min(net)
    frames = {start: ((1, 0, 0), (0, 1, 0))}
    todo = [start]
    while todo:
        row, column = todo.pop()
        right, up = frames[row, column]
        out = cross(right, up)
        beside = {
            (row, column + 1): (negative(out), up),
            (row, column - 1): (out, up),
            (row - 1, column): (right, negative(out)),
            (row + 1, column): (right, out),
        }
        fresh = [cell for cell in beside if cell in net and cell not in frames]
        frames |= {cell: beside[cell] for cell in fresh}
        todo += fresh
    return {net[cell]: cross(*frame) for cell, frame in frames.items()}
