"""Who owns the parrot? Clues rule people out until one is left, in one category or across two.

Hard because of the number of people and of a second category, whose clues tell about the first
only through "the person who drinks tea". Typical errors: a clue overlooked that rules somebody
out, and stopping before the second category rules out one more.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, permutations, product
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.logic.grid import Clue, Grid, Sheet, puzzle
from itemwell.templates.logic.wording import (
    NAMES,
    listed,
    people,
    places,
    read,
    sentences,
    unlisted,
)
from itemwell.templates.model import Drawn, Features, ItemModel


class Category(NamedTuple):
    noun: str
    does: str
    do: str
    values: tuple[str, ...]


CATEGORIES = (
    Category(
        "pet",
        "owns",
        "own",
        ("the cat", "the dog", "the parrot", "the rabbit", "the snake", "the tortoise"),
    ),
    Category("drink", "drinks", "drink", ("cocoa", "coffee", "juice", "milk", "tea", "water")),
    Category(
        "instrument",
        "plays",
        "play",
        ("the cello", "the drums", "the flute", "the harp", "the piano", "the violin"),
    ),
    Category(
        "scarf",
        "wears",
        "wear",
        (
            "the blue scarf",
            "the green scarf",
            "the grey scarf",
            "the red scarf",
            "the white scarf",
            "the yellow scarf",
        ),
    ),
    Category(
        "subject", "studies", "study", ("art", "biology", "chemistry", "history", "law", "music")
    ),
    Category(
        "sport",
        "enjoys",
        "enjoy",
        ("boxing", "cycling", "fencing", "rowing", "skating", "swimming"),
    ),
)


INTRO = "{names} each {do} a different {noun}: {values}."
SECOND_INTRO = "They also each {do} a different {noun}: {values}."
WHO = "The person who {does} {value}"
QUESTION = "Who {does} {value}?"


def draw(rng: Random, features: Features) -> Drawn:
    categories = rng.sample(CATEGORIES, features["categories"])
    names = people(rng, features["people"])
    groups = [rng.sample(category.values, len(names)) for category in categories]
    grid = Grid(names, groups)
    clues = puzzle(rng, grid)
    rng.shuffle(clues)
    intros = [
        intro.format(
            names=listed(sorted(names)), do=kind.do, noun=kind.noun, values=listed(sorted(group))
        )
        for intro, kind, group in zip((INTRO, SECOND_INTRO), categories, groups, strict=False)
    ]
    told = [sentence(clue, categories) for clue in clues]
    question = QUESTION.format(does=categories[0].does, value=grid.asked)
    return Drawn(
        stem=" ".join([*intros, *told, question]),
        key=Option(names[0]),
        distractors=tuple(Option(name, slip(name, grid.asked, clues)) for name in names[1:]),
        explanation=reasoning(grid, clues, categories),
    )


def sentence(clue: Clue, categories: Sequence[Category]) -> str:
    kind = category(clue.value, categories)
    if clue.who in NAMES:
        subject = clue.who
    else:
        subject = WHO.format(does=category(clue.who, categories).does, value=clue.who)
    return f"{subject} {kind.does if clue.holds else f'does not {kind.do}'} {clue.value}."


def category(value: str, categories: Sequence[Category]) -> Category:
    return next(category for category in categories if value in category.values)


def slip(name: str, asked: str, clues: Sequence[Clue]) -> str:
    """Why somebody would take this person for the one who has the value asked for."""
    if Clue(name, asked, holds=False) in clues:
        return f"overlooks the clue that rules {name} out"
    if any(clue.who == name for clue in clues):
        return f"does not see that something else is left to {name}"
    return f"stops before the clues about others rule {name} out"


def reasoning(grid: Grid, clues: list[Clue], categories: Sequence[Category]) -> str:
    sheet = Sheet(grid)
    sheet.tell(clues)
    settled = [
        f"{name} {category(value, categories).does} {value}"
        for value, owners in sheet.owners.items()
        for name in owners
        if len(owners) == 1 and value != grid.asked
    ]
    found = f"It follows by elimination that {listed(settled)}. " if settled else ""
    return f"{found}The clues leave nobody but {grid.names[0]} for {grid.asked}."


def solve(posed: Posed) -> list[int]:
    first, *rest = sentences(posed.stem)
    opening, second = read(INTRO, first), read(SECOND_INTRO, rest[0] if rest else "")
    *told, last = rest[1:] if second else rest or [""]
    question = read(QUESTION, last)
    if opening is None or question is None:
        return []
    names = unlisted(opening["names"])
    groups = [unlisted(found["values"]) for found in (opening, second) if found]
    clues = [clue for sentence in told if (clue := reading(sentence, [*names, *chain(*groups)]))]
    if len(clues) < len(told):
        return []
    solutions = [world.get(question["value"]) for world in worlds(names, groups, clues)]
    return places(posed, lambda text: {text} == {*solutions})


def reading(sentence: str, known: Sequence[str]) -> Clue | None:
    """The clue that a sentence gives about people and values that are known."""
    for kind, (holds, predicate) in product(
        CATEGORIES, ((False, "does not {do}"), (True, "{does}"))
    ):
        verb = predicate.format(does=kind.does, do=kind.do)
        if found := read(f"{{who}} {verb} {{value}}.", sentence):
            person = read(WHO, found["who"])
            clue = Clue(person["value"] if person else found["who"], found["value"], holds)
            if {clue.who, clue.value} <= {*known}:
                return clue
    return None


def worlds(
    names: Sequence[str], groups: Sequence[Sequence[str]], clues: Sequence[Clue]
) -> Iterator[dict[str, str]]:
    """Everybody's values by every way of giving them out that the clues allow."""
    shares = (
        [
            share
            for owners in permutations(names)
            if fits(share := dict(zip(group, owners, strict=False)), names, clues)
        ]
        for group in groups
    )
    for given in product(*shares):
        world = {value: name for share in given for value, name in share.items()}
        if fits(world, names, clues):
            yield world


def fits(world: Mapping[str, str], names: Sequence[str], clues: Sequence[Clue]) -> bool:
    """Whether a world, or the part of it that is given, agrees with the clues about it."""
    return all(
        (world[value] == (who if who in names else world[who])) == holds
        for who, value, holds in clues
        if value in world and (who in names or who in world)
    )


MODEL = ItemModel(
    name="logic.elimination_grid",
    asks="Rule people out by clues about one or two categories until one person is left.",
    levels={
        "easy": {"people": 4, "categories": 1},
        "medium": {"people": 4, "categories": 2},
        "hard": {"people": 5, "categories": 2},
    },
    draw=draw,
    solve=solve,
)
