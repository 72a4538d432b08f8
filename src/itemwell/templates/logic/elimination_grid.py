"""Who owns the parrot? Clues rule people out until one is left, in one category or across two.

Hard because of the number of people and of a second category, whose clues tell about the first
only through "the person who studies law". Typical errors: a clue overlooked that rules somebody
out, and stopping before the second category rules out one more.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.logic.grid import Clue, Grid, Sheet, puzzle
from itemwell.templates.logic.wording import read, sentences, unlisted
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.people import NAMES, people


class Category(NamedTuple):
    noun: str
    does: str
    do: str
    values: tuple[str, ...]


PETS = ("the cat", "the dog", "the parrot", "the rabbit", "the snake", "the tortoise")
INSTRUMENTS = ("the cello", "the drums", "the flute", "the harp", "the piano", "the violin")
LANGUAGES = ("Arabic", "Dutch", "Greek", "Hindi", "Korean", "Swahili")
CATEGORIES = (
    Category("pet", "owns", "own", PETS),
    Category("language", "speaks", "speak", LANGUAGES),
    Category("instrument", "plays", "play", INSTRUMENTS),
    Category("city", "lives in", "live in", ("Cairo", "Lima", "Oslo", "Paris", "Seoul", "Tokyo")),
    Category("subject", "studies", "study", ("art", "biology", "history", "law", "maths", "music")),
    Category(
        "sport", "enjoys", "enjoy", ("cycling", "golf", "judo", "rowing", "skating", "tennis")
    ),
)
INTRO = "{names} each {do} a different {noun}: {values}."
SECOND_INTRO = "They also each {do} a different {noun}: {values}."
WHO = "The person who {does} {value}"
QUESTION = "Who {does} {value}?"


ASKED = re.compile(rf"Who (?:{'|'.join(kind.does for kind in CATEGORIES)}) (?P<value>.+)\?")
VERB = "|".join(f"{kind.does}|does not {kind.do}" for kind in CATEGORIES)
CLUE = re.compile(
    rf"(?:The person who (?:{VERB}) )?(?P<who>.+?) (?P<verb>{VERB}) (?P<neither>neither )?(?P<values>.+)\."
)


def draw(rng: Random, features: Features) -> Drawn:
    categories = rng.sample(CATEGORIES, features["categories"])
    names = people(rng, features["people"])
    groups = [rng.sample(category.values, len(names)) for category in categories]
    grid = Grid(names, groups)
    clues = puzzle(rng, grid)
    intros = [
        intro.format(
            names=listed(sorted(names)), do=kind.do, noun=kind.noun, values=listed(sorted(group))
        )
        for intro, kind, group in zip((INTRO, SECOND_INTRO), categories, groups, strict=False)
    ]
    told = [sentence(alike) for alike in gathered(clues)]
    question = QUESTION.format(does=categories[0].does, value=grid.asked)
    return Drawn(
        stem=" ".join([*intros, *told, question]),
        key=Option(names[0]),
        distractors=tuple(Option(name, slip(name, grid.asked, clues)) for name in names[1:]),
        explanation=reasoning(grid, clues),
    )


def gathered(clues: Sequence[Clue]) -> list[list[Clue]]:
    """The clues by sentence: two that a person does not have, of one category, make one."""
    found = list[list[Clue]]()
    for clue in clues:
        for alike in found:
            if len(alike) == 1 and can_join(alike[0], clue):
                alike.append(clue)
                break
        else:
            found.append([clue])
    return found


def can_join(one: Clue, other: Clue) -> bool:
    same = category(one.value) == category(other.value) and one.who == other.who
    return same and one.who in NAMES and not one.holds and not other.holds


def sentence(alike: Sequence[Clue]) -> str:
    who, value, holds = alike[0]
    kind = category(value)
    subject = who if who in NAMES else WHO.format(does=category(who).does, value=who)
    if len(alike) == 2:
        return f"{subject} {kind.does} neither {value} nor {alike[1].value}."
    return f"{subject} {kind.does if holds else f'does not {kind.do}'} {value}."


def category(value: str) -> Category:
    return next(category for category in CATEGORIES if value in category.values)


def slip(name: str, asked: str, clues: Sequence[Clue]) -> str:
    """Why somebody would take this person for the one who has the value asked for."""
    if Clue(name, asked, holds=False) in clues:
        return f"overlooks the clue that rules {name} out"
    if any(clue.who == name for clue in clues):
        return f"does not see that something else is left for {name}"
    return f"stops before the clues about others rule {name} out"


def reasoning(grid: Grid, clues: list[Clue]) -> str:
    sheet = Sheet(grid, clues)
    found = [
        f"{name} {category(value).does} {value}"
        for name, bit in reversed(sheet.bits.items())
        for value, owners in sheet.owners.items()
        if owners == bit and value != grid.asked
    ]
    before = f"It follows by elimination that {listed(found)}. " if found else ""
    return f"{before}The clues leave nobody but {grid.names[0]} for {grid.asked}."


class Table(NamedTuple):
    """What a learner is told: whose each value may be, and which two have the same owner or not."""

    groups: Sequence[Sequence[str]]
    owners: Mapping[str, set[str]]
    links: Sequence[Clue]


def solve(posed: Posed) -> list[int]:
    first, *rest = sentences(posed.stem)
    opening, second = read(INTRO, first), read(SECOND_INTRO, rest[0] if rest else "")
    *told, last = rest[1:] if second else rest or [""]
    question = ASKED.fullmatch(last)
    if opening is None or question is None:
        return []
    names = unlisted(opening["names"])
    groups = [unlisted(found["values"]) for found in (opening, second) if found]
    clues = [reading(sentence, {*names, *chain(*groups)}) for sentence in told]
    if not all(clues) or question["value"] not in groups[0] or len(names) > 5:
        return []
    table = tabled(names, groups, [*chain(*clues)])
    owners = {name for name in names if possible({question["value"]: name}, table)}
    return right_places(posed, lambda text: {text} == owners)


def reading(sentence: str, known: set[str]) -> list[Clue]:
    """The clues that a sentence gives; none where it is about somebody or something not known."""
    found = CLUE.fullmatch(sentence)
    values = re.split(" nor ", found["values"]) if found else []
    if found is None or not {found["who"], *values} <= known:
        return []
    denied = found["neither"] or found["verb"].startswith("does not")
    return [Clue(found["who"], value, not denied) for value in values]


def tabled(names: Sequence[str], groups: Sequence[Sequence[str]], clues: Sequence[Clue]) -> Table:
    owners = {value: {*names} for group in groups for value in group}
    for who, value, holds in clues:
        if who in names:
            owners[value] = owners[value] & {who} if holds else owners[value] - {who}
    return Table(groups, owners, [clue for clue in clues if clue.who not in names])


def possible(world: Mapping[str, str], table: Table) -> bool:
    """Whether the values that nobody has yet can be given out so that all the clues hold.

    The value with the fewest owners to try comes first.
    """
    if not fits(world, table):
        return False
    free = {
        value: table.owners[value] - {world[other] for other in group if other in world}
        for group in table.groups
        for value in group
        if value not in world
    }
    if not free:
        return True
    scarce = min(free, key=lambda value: len(free[value]))
    return any(possible({**world, scarce: name}, table) for name in free[scarce])


def fits(world: Mapping[str, str], table: Table) -> bool:
    """Whether a world, as far as it is given, agrees with the clues."""
    return all(name in table.owners[value] for value, name in world.items()) and all(
        (world[one] == world[other]) == same
        for one, other, same in table.links
        if one in world and other in world
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
