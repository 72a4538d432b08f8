"""The area that is left of a rectangle, or that a path of constant width takes.

Hard by the number of `rectangles` to keep apart, and by a path along all four `edges`, which
changes a length at both of its ends. Typical errors: counting the width of the path once for each
length, forgetting or doubling the corners, giving another one of the areas, mixing up area and
perimeter.
"""

import re
from random import Random

from itemwell.bank import Posed
from itemwell.templates.math.amounts import MINUS, TIMES, right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel

GROUNDS = (  # the ground, what is built on it, and what is left
    ("garden", "pond", "lawn"),
    ("courtyard", "flower bed", "gravel"),
    ("playground", "sandpit", "grass"),
    ("schoolyard", "vegetable patch", "grass"),
    ("back yard", "shed", "lawn"),
    ("plot of land", "greenhouse", "lawn"),
)
SURROUNDED = ("pool", "lawn", "pond", "tennis court", "playground", "vegetable patch")
LENGTHS = r"is (\d{1,2}) m long and (\d{1,2}) m wide"


def attempt(rng: Random, features: Features) -> Task:
    breadth = rng.randint(9, 20)
    outer = (breadth + rng.randint(2, 12), breadth)
    if not features["edges"]:
        return hole(rng, outer)
    return path_and_hole(rng, outer) if features["rectangles"] == 3 else path(rng, outer)


def hole(rng: Random, outer: tuple[int, int]) -> Task:
    (a, b), (ground, built, rest) = outer, rng.choice(GROUNDS)
    c = rng.randint(3, b - 4)
    d = rng.randint(2, c - 1)
    stem = (
        f"A rectangular {ground} is {a} m long and {b} m wide. A rectangular {built} inside it is {c} m long "
        f"and {d} m wide; the rest is {rest}. What is the area of the {rest}?"
    )
    answer = a * b - c * d
    explanation = (
        f"{a} {TIMES} {b} {MINUS} {c} {TIMES} {d} = {a * b} {MINUS} {c * d} = {answer} m²."
    )
    slips = [
        Slip(a * b, f"gives the area of the whole {ground}"),
        Slip(a * b + c * d, "adds the two areas"),
        Slip((a - c) * (b - d), "takes the differences of the lengths before multiplying"),
        Slip(a * b - (c + d), f"adds the lengths of the {built} instead of multiplying"),
        Slip(a * b - 2 * (c + d), f"takes the perimeter of the {built} for its area"),
        Slip(2 * (a + b) - 2 * (c + d), "works with perimeters instead of areas"),
        Slip(c * d, f"gives the area of the {built}"),
    ]
    return Task(stem, answer, slips, explanation, whole("m²"))


def path(rng: Random, outer: tuple[int, int]) -> Task:
    (a, b), width, sign = outer, rng.randint(1, 3), rng.choice((1, -1))
    far_a, far_b = a + sign * 2 * width, b + sign * 2 * width
    if sign > 0:
        ground = rng.choice(SURROUNDED)
        where = f"A path {width} m wide runs round the outside of it, and together they form a larger rectangle."
    else:
        ground = rng.choice(GROUNDS)[0]
        where = f"A path {width} m wide runs along the inside of all four edges."
    stem = f"A rectangular {ground} is {a} m long and {b} m wide. {where} What is the area of the path?"
    answer = abs(far_a * far_b - a * b)
    inner, larger = sorted(((a, b), (far_a, far_b)))
    explanation = (
        f"The width counts at both ends of each length: {larger[0]} {TIMES} {larger[1]} {MINUS} "
        f"{inner[0]} {TIMES} {inner[1]} = {answer} m²."
    )
    once = (a + sign * width) * (b + sign * width)
    corners = 4 * width * width
    slips = [
        Slip(abs(once - a * b), "counts the width of the path once for each length"),
        Slip(answer - corners, "leaves out the corners of the path"),
        Slip(answer + corners, "counts each corner of the path twice"),
        Slip((a + b) * width, "counts only two sides of the path"),
        Slip(2 * (a + b), "takes the perimeter for the area of the path"),
        Slip(inner[0] * inner[1], "gives the area of the inner rectangle"),
        Slip(a * b + answer, "gives the area of all together"),
    ]
    return Task(stem, answer, slips, explanation, whole("m²"))


def path_and_hole(rng: Random, outer: tuple[int, int]) -> Task:
    (a, b), width, (ground, built, rest) = outer, rng.randint(1, 2), rng.choice(GROUNDS)
    inner_a, inner_b = a - 2 * width, b - 2 * width
    c = rng.randint(3, inner_b - 1)
    d = rng.randint(2, min(c - 1, inner_b - 2))
    stem = (
        f"A rectangular {ground} is {a} m long and {b} m wide. A path {width} m wide runs along the inside "
        f"of all four edges. In the middle is a rectangular {built} {c} m long and {d} m wide; the rest "
        f"is {rest}. What is the area of the {rest}?"
    )
    answer = inner_a * inner_b - c * d
    explanation = (
        f"Inside the path it is {inner_a} m by {inner_b} m: {inner_a} {TIMES} {inner_b} {MINUS} "
        f"{c} {TIMES} {d} = {inner_a * inner_b} {MINUS} {c * d} = {answer} m²."
    )
    inner = inner_a * inner_b
    slips = [
        Slip(
            (a - width) * (b - width) - c * d, "takes the width of the path once from each length"
        ),
        Slip(answer - 4 * width * width, "takes off each corner of the path twice"),
        Slip(inner - 2 * (c + d), f"takes the perimeter of the {built} for its area"),
        Slip(
            (inner_a - c) * (inner_b - d), "takes the differences of the lengths before multiplying"
        ),
        Slip(a * b - c * d, "leaves out the path"),
        Slip(inner, f"leaves out the {built}"),
        Slip(inner + c * d, f"adds the area of the {built}"),
        Slip(a * b - answer, f"gives the area that is not {rest}"),
    ]
    return Task(stem, answer, slips, explanation, whole("m²"))


def solve(posed: Posed) -> list[int]:
    """Lays out square metres and counts those that are asked for."""
    lengths = re.search(rf"{LENGTHS}\.", posed.stem)
    built = re.search(
        r" rectangular [a-z ]+?(?: inside it is)? (\d{1,2}) m long and (\d{1,2}) m wide; the rest",
        posed.stem,
    )
    edge = re.search(r"A path ([1-9]) m wide runs (round the outside|along the inside)", posed.stem)
    asked = re.search(r"What is the area of the ([a-z ]+)\?$", posed.stem)
    if not (lengths and asked and (built or edge)):
        return []
    length, breadth, width = int(lengths[1]), int(lengths[2]), int(edge[1]) if edge else 0
    if edge and edge[2] == "round the outside":
        length, breadth = length + 2 * width, breadth + 2 * width
    rings = [ring(x, y, length, breadth) for x in range(length) for y in range(breadth)]
    on_path = sum(distance < width for distance in rings)
    if asked[1] == "path":
        return right(posed, "m²", lambda area: area == on_path)
    covered = int(built[1]) * int(built[2]) if built else 0
    return right(posed, "m²", lambda area: area + covered + on_path == len(rings))


def ring(x: int, y: int, length: int, breadth: int) -> int:
    """How many tiles lie between this one and the nearest edge."""
    return min(x, y, length - 1 - x, breadth - 1 - y)


MODEL = ItemModel(
    name="math.ground_area",
    asks="Find the area of a ground without what is built on it, or of the path along its edges.",
    levels={
        "easy": {"rectangles": 2, "edges": 0},
        "medium": {"rectangles": 2, "edges": 1},
        "hard": {"rectangles": 3, "edges": 1},
    },
    draw=drawing(attempt),
    solve=solve,
)
