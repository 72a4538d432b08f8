"""Recognise the outline that stacks of cubes show from one side, given their plan.

Hard with more and higher stacks, and from sides other than the front. Typical errors: seeing the
outline from behind or from another side, and seeing only some of the rows.
"""

import re
from functools import partial
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import pictured_tile
from itemwell.templates.spatial.figures import Figure, cells, read, spelled
from itemwell.templates.spatial.plans import (
    Plan,
    outline,
    pictured,
    seen_from,
    skyline,
    spelled_plan,
)

SIDES = ("front", "right-hand side", "back", "left-hand side")
"""In the order of quarter turns clockwise that bring a side to the front."""

STEMS = (
    "Which outline do the stacks show from the {side}?",
    "The stacks are looked at from the {side}. Which outline is seen?",
)


def spread(heights: tuple[int, ...]) -> tuple[int, ...]:
    """The outline if each stack also hid the line of sight to its left."""
    return tuple(map(max, zip(heights, (*heights[1:], 0), strict=True)))


def narrowed(seen: Plan, lead: str) -> list[tuple[str, tuple[int, ...]]]:
    """Outlines of `seen` by someone who sees too little or too much of it."""
    return [
        (f"{lead}lets a high stack hide the line beside it as well", spread(outline(seen))),
        (f"{lead}sees only the nearest row", seen[-1]),
        (f"{lead}sees only the farthest row", seen[0]),
        (f"{lead}overlooks the nearest row", outline(seen[:-1])),
        (f"{lead}overlooks the farthest row", outline(seen[1:])),
    ]


def errors(rng: Random, plan: Plan, quarters: int) -> list[tuple[str, tuple[int, ...]]]:
    """Wrong outlines: of the other sides first, so that the fullest is no give-away."""
    seen, behind = seen_from(plan, quarters), seen_from(plan, quarters + 2)
    sides = [
        ("sees the outline from the opposite side", outline(behind)),
        ("sees the outline from the side to the right", outline(seen_from(plan, quarters + 1))),
        ("sees the outline from the side to the left", outline(seen_from(plan, quarters + 3))),
    ]
    further = narrowed(seen, "") + narrowed(behind, "stands on the opposite side and ")
    return sides + rng.sample(further, len(further))


def shown(figure: Figure, misconception: str | None = None) -> Option:
    """An option that shows an outline."""
    text = spelled(figure)
    return Option(text, misconception, pictured_tile("Outline", text, figure))


def attempt(rng: Random, *, side: int, tallest: int, sideways: int) -> Drawn | None:
    """One plan; None where its outline is level or low, few distractors where outlines agree."""
    plan = tuple(
        tuple(min(rng.randint(1, tallest), rng.randint(1, tallest)) for _ in range(side))
        for _ in range(side)
    )
    quarters = rng.choice((1, 2, 3)) if sideways > 1 else rng.choice((1, 3)) * sideways
    heights = outline(seen_from(plan, quarters))
    if len(set(heights)) == 1 or max(heights) < tallest:
        return None
    key = shown(skyline(heights, tallest))
    wrong = errors(rng, plan, quarters)
    text = (
        "A plan of stacks of cubes, seen from above with the front at the bottom. Cubes on each "
        f"square, row by row from the back, each row from left to right: {spelled_plan(plan)}. "
        "(In the options X is a cube and o is empty, rows from top to bottom.)"
    )
    return Drawn(
        stem=rng.choice(STEMS).format(side=SIDES[quarters]),
        key=key,
        distractors=distinct(key, (shown(skyline(low, tallest), error) for error, low in wrong)),
        explanation=f"From the {SIDES[quarters]} one sees the highest stack of each line of sight. "
        "From left to right these are "
        f"{listed(map(str, heights))} high.",
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
    found = re.search(r"from left to right: ((?:\b[1-9]\b[ /]*)+)\.", text)
    side = re.search("|".join(SIDES), posed.stem)
    if not found or not side:
        return []
    plan = tuple(tuple(map(int, row.split())) for row in found[1].split("/"))
    if {len(row) for row in plan} != {len(plan)}:
        return []
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
