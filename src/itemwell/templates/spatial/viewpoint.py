"""Stand at one place of a map, face another, and say where a third one lies.

Hard with more places on the map, and where one does not face along its north. Typical errors:
reading the direction off the page, swapping left and right, and swapping ahead and behind.
"""

import re
from functools import partial
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import disc, label
from itemwell.templates.spatial.maps import (
    COMPASS,
    EIGHTHS,
    Place,
    legend,
    mapped,
    middle,
    on_map,
    square,
)

SIDE = 7
UNIT = 44
LANDMARKS = (
    "bakery", "garage", "hotel", "kiosk", "library", "market", "mill", "museum", "park", "pool",
    "school", "station", "theatre", "tower", "well",
)  # fmt: skip
STEMS = (
    "You are standing at the {stand}, facing the {front}. Where is the {target} from there?",
    "Imagine that you stand at the {stand} and face the {front}. Where is the {target}?",
)
SECTORS = (
    "directly ahead",
    "ahead to the right",
    "directly to the right",
    "behind to the right",
    "directly behind",
    "behind to the left",
    "directly to the left",
    "ahead to the left",
)
"""Where a thing is, in eighths of a turn clockwise from the way one faces."""


def errors(rng: Random, heading: int, bearing: int) -> list[Option]:
    """What a mistaken viewer says, given directions in eighths of a turn from north.

    Those who are also out by an eighth of a turn come last, and none of them names the sector of
    the place that is faced.
    """
    answer = bearing - heading
    clear = [
        ("reads the direction off the page as if facing north", bearing),
        ("swaps left and right", -answer),
        ("swaps ahead and behind", 4 - answer),
        ("faces the opposite way", answer + 4),
        ("turns the map the wrong way to face ahead", bearing + heading),
    ]
    slips = [
        (f"{error}is out by an eighth of a turn", sector + slip)
        for error, sector in [("", answer), *((f"{error} and ", at) for error, at in clear)]
        for slip in (1, -1)
        if (sector + slip) % 8
    ]
    wrong = rng.sample(clear, len(clear)) + rng.sample(slips, len(slips))
    return [Option(SECTORS[sector % 8], error) for error, sector in wrong]


def off(place: Place, direction: int, steps: int) -> Place:
    """The place so many steps away in a direction of the compass."""
    east, north = EIGHTHS[direction % 8]
    return place[0] + east * steps, place[1] + north * steps


def pictured(text: str, places: dict[str, Place]) -> str:
    """The map with its places."""
    spots = [middle(place, SIDE, UNIT) for place in places.values()]
    marks = [disc((x, y - 7), 4.5) for x, y in spots]
    words = [label((x, y + 9), name, size=11) for name, (x, y) in zip(places, spots, strict=True)]
    return mapped("Map", text, SIDE, UNIT, *marks, *words)


def attempt(rng: Random, *, landmarks: int, deviation: int, slant: int) -> Drawn | None:
    """One map; None where a place lies off it or on another."""
    heading = rng.choice((1, -1)) * (deviation - slant)
    answer = rng.choice((1, 2, 3, 5, 6, 7))
    here = (rng.randrange(SIDE), rng.randrange(SIDE))
    spots = [
        here,
        off(here, heading, rng.randint(1, 4)),
        off(here, heading + answer, rng.randint(1, 4)),
    ]
    spots += [(rng.randrange(SIDE), rng.randrange(SIDE)) for _ in range(landmarks - 3)]
    if len(set(spots)) < landmarks or not all(on_map(place, SIDE) for place in spots):
        return None
    names = rng.sample(LANDMARKS, landmarks)
    places = dict(sorted(zip(names, spots, strict=True)))
    stand, front, target = names[:3]
    key, wrong = Option(SECTORS[answer]), errors(rng, heading, heading + answer)
    text = (
        f"{legend(SIDE)} Places: {listed(f'{name} {square(at)}' for name, at in places.items())}."
    )
    return Drawn(
        stem=rng.choice(STEMS).format(stand=stand, front=front, target=target),
        key=key,
        distractors=distinct(key, wrong),
        explanation=f"From the {stand} the {front} lies to the {COMPASS[heading % 8]} and the "
        f"{target} to the {COMPASS[(heading + answer) % 8]}. For someone who faces "
        f"{COMPASS[heading % 8]} that is {key.text}.",
        stimulus=Stimulus(text, pictured(text, places)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A map on which the three places of the question lie in clear directions."""
    return until_sound(partial(attempt, rng, **features))


def describes(words: str, ahead: int, right: int) -> bool:
    """Whether `words` say where a thing is that lies so far ahead (or behind) and to the right."""
    along = {"ahead": ahead > 0, "behind": ahead < 0}
    aside = {"right": right > 0, "left": right < 0}
    said = set(words.split())
    claims = [holds for word, holds in (along | aside).items() if word in said]
    level = ahead == 0 if said & set(aside) else right == 0
    return bool(claims) and all(claims) and (level if "directly" in said else ahead * right != 0)


def solve(posed: Posed) -> list[int]:
    """Measures how far ahead and how far to the right the place lies, by scalar products."""
    text = posed.stimulus.text if posed.stimulus else ""
    places = {
        name: ("ABCDEFG".index(column), int(row))
        for name, column, row in re.findall(r"\b([a-z]+) ([A-G])([1-7])\b", text)
    }
    asked = [name for name in re.findall(r"the ([a-z]+)", posed.stem) if name in places]
    if len(asked) != 3:
        return []
    (x, y), front, target = (places[name] for name in asked)
    facing, looking = (front[0] - x, front[1] - y), (target[0] - x, target[1] - y)
    ahead = facing[0] * looking[0] + facing[1] * looking[1]
    right = facing[1] * looking[0] - facing[0] * looking[1]
    return right_places(posed, lambda words: describes(words, ahead, right))


MODEL = ItemModel(
    name="spatial.viewpoint",
    asks="Take another viewpoint on a map and say in which direction a place lies.",
    levels={
        "easy": {"landmarks": 3, "deviation": 2, "slant": 0},
        "medium": {"landmarks": 4, "deviation": 4, "slant": 0},
        "hard": {"landmarks": 6, "deviation": 4, "slant": 1},
    },
    draw=draw,
    solve=solve,
)
