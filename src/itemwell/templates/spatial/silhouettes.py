"""Recognise the outline that stacks of cubes show from one side, given their plan.

Hard with more and higher stacks, and from sides other than the front. Typical errors: seeing the
outline from behind or from another side, and seeing only some of the rows.
"""

import re
from functools import partial
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.spatial.choices import distinct, listed, right_places, until_sound
from itemwell.templates.spatial.drawing import arrow, grid, label, picture, pictured_tile
from itemwell.templates.spatial.figures import Figure, cells, read, spelled

Plan = tuple[tuple[int, ...], ...]
"""How many cubes stand on each square, row by row from the back."""

SIDES = ("front", "right-hand side", "back", "left-hand side")
"""In the order of quarter turns clockwise that bring a side to the front."""

STEMS = (
    "Which outline do the stacks show from the {side}?",
    "The stacks are looked at from the {side}. Which outline is seen?",
)
UNIT = 30
MARGIN = 24


def seen_from(plan: Plan, quarters: int) -> Plan:
    """`plan` turned clockwise, so that another side is in front."""
    for _ in range(quarters % 4):
        plan = tuple(zip(*reversed(plan), strict=True))
    return plan


def outline(plan: Plan) -> tuple[int, ...]:
    """The highest stack of each column of `plan`."""
    return tuple(map(max, zip(*plan, strict=True)))


def skyline(heights: tuple[int, ...], tallest: int) -> Figure:
    """The outline as rows of squares, as many as the tallest stack of all."""
    return tuple(
        "".join("X" if high > level else "o" for high in heights)
        for level in reversed(range(tallest))
    )


def errors(plan: Plan, quarters: int, tallest: int) -> list[Option]:
    """Outlines of other sides, and of fewer rows than there are."""
    seen = seen_from(plan, quarters)
    wrong = {
        "sees the outline from the opposite side": outline(seen_from(plan, quarters + 2)),
        "sees the outline from the side to the right": outline(seen_from(plan, quarters + 1)),
        "sees the outline from the side to the left": outline(seen_from(plan, quarters + 3)),
        "sees only the nearest row": seen[-1],
        "sees only the farthest row": seen[0],
        "overlooks the nearest row": outline(seen[:-1]),
        "overlooks the farthest row": outline(seen[1:]),
    }
    return [shown(skyline(heights, tallest), error) for error, heights in wrong.items()]


def shown(figure: Figure, misconception: str | None = None) -> Option:
    """An option that shows an outline."""
    text = spelled(figure)
    return Option(text, misconception, pictured_tile("Outline", text, figure))


def pictured(text: str, plan: Plan, quarters: int) -> str:
    """The plan with its numbers, its front marked, and an arrow the way one looks."""
    edge = len(plan) * UNIT
    middle, low, high = MARGIN + edge / 2, MARGIN - 3, MARGIN + edge + 3
    tails = [(middle, high + 18), (high + 18, middle), (middle, low - 18), (low - 18, middle)]
    tips = [(middle, high), (high, middle), (middle, low), (low, middle)]
    numbers = [
        label((MARGIN + (column + 0.5) * UNIT, MARGIN + (row + 0.5) * UNIT), str(high), size=15)
        for row, line in enumerate(plan)
        for column, high in enumerate(line)
    ]
    front = label((MARGIN + 14, high + 10), "front", size=11)
    size = (edge + 2 * MARGIN, edge + 2 * MARGIN)
    board = grid(len(plan), len(plan), (MARGIN, MARGIN), UNIT)
    look = arrow(tails[quarters], tips[quarters])
    return picture("Plan of stacks", text, size, board, *numbers, front, look)


def attempt(rng: Random, *, side: int, tallest: int, sideways: int) -> Drawn:
    """One plan; short of distractors where too many outlines coincide."""
    plan = tuple(tuple(rng.randint(0, tallest) for _ in range(side)) for _ in range(side))
    quarters = rng.choice((1, 2, 3)) if sideways > 1 else rng.choice((1, 3)) * sideways
    highest = max(map(max, plan))
    key = shown(skyline(outline(seen_from(plan, quarters)), highest))
    wrong = errors(plan, quarters, highest)
    rng.shuffle(wrong)
    heights = " / ".join(" ".join(map(str, row)) for row in plan)
    text = (
        "A plan of stacks of cubes, seen from above with the front at the bottom. Cubes on each "
        f"square, row by row from the back, each row from left to right: {heights}. "
        "(In the options X is a cube and o is empty, rows from top to bottom.)"
    )
    return Drawn(
        stem=rng.choice(STEMS).format(side=SIDES[quarters]),
        key=key,
        distractors=distinct(key, wrong),
        explanation=f"From the {SIDES[quarters]} the highest stack of each line of sight shows. "
        "From left to right these are "
        f"{listed(map(str, outline(seen_from(plan, quarters))))} high.",
        stimulus=Stimulus(text, pictured(text, plan, quarters)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A plan whose outline from one side differs from those that errors lead to."""
    return until_sound(partial(attempt, rng, **features))


def sight(plan: Plan, side: str, place: int) -> list[int]:
    """The stacks in one line of sight, `place` steps from the viewer's left."""
    last = len(plan) - 1
    across = place if side in ("front", "left-hand side") else last - place
    if side in ("front", "back"):
        return [row[across] for row in plan]
    return list(plan[across])


def solve(posed: Posed) -> list[int]:
    """Looks along every line of sight, level by level, for a cube."""
    text = posed.stimulus.text if posed.stimulus else ""
    found = re.search(r"from left to right: ([\d /]+)\.", text)
    side = re.search("|".join(SIDES), posed.stem)
    if not found or not side:
        return []
    plan = tuple(tuple(map(int, row.split())) for row in found[1].split("/"))
    levels = max(map(max, plan))
    wanted = {
        (levels - level, place)
        for level in range(1, levels + 1)
        for place in range(len(plan))
        if any(high >= level for high in sight(plan, side[0], place))
    }
    return right_places(
        posed, lambda text: len(read(text)) == levels and cells(read(text)) == wanted
    )


MODEL = ItemModel(
    name="spatial.silhouettes",
    asks="Recognise what stacks of cubes on a plan look like from one side.",
    levels={
        "easy": {"side": 3, "tallest": 3, "sideways": 0},
        "medium": {"side": 3, "tallest": 3, "sideways": 1},
        "hard": {"side": 4, "tallest": 4, "sideways": 2},
    },
    draw=draw,
    solve=solve,
)
