"""Stacks of cubes on a plan: their outlines from each side, and the plan's picture."""

from itemwell.templates.spatial.drawing import arrow, grid, label, picture
from itemwell.templates.spatial.figures import Figure

Plan = tuple[tuple[int, ...], ...]
"""How many cubes stand on each square, row by row from the back."""

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


def spelled_plan(plan: Plan) -> str:
    """The numbers of the plan in rows."""
    return " / ".join(" ".join(map(str, row)) for row in plan)


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
