"""What must be true of groups, given two or three statements with all, no and some.

Hard because of the mood: a chain of "all" is easy, a conclusion against the order in which the
terms stand is not (Khemlani & Johnson-Laird 2012), and a third statement puts a link between.
Typical errors: "all" turned round, "some" taken for "some but not all", the quantity of one
statement copied to the conclusion. No key and no distractor depends on whether a group is empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.logic.wording import read_any, sentences
from itemwell.templates.model import Drawn, Features, ItemModel

PHRASES = {
    "all": "All {x} are {y}",
    "no": "No {x} are {y}",
    "some not": "Some {x} are not {y}",
    "some": "Some {x} are {y}",
}
MEMBERS = (
    *("anglers", "archers", "bakers", "climbers", "cyclists", "dancers", "drummers", "gardeners"),
    *("painters", "potters", "runners", "sailors", "singers", "skaters", "swimmers", "writers"),
)
CREATURES = (
    *("blims", "daxes", "fendles", "grelks", "lurbs", "mipters", "nollies", "plonts"),
    *("ribbles", "snorbs", "tovas", "vellies", "wugs", "yorps", "zorbs"),
)
GROUPS = {
    'These statements are true of the members of a club; "some" means "at least one".': MEMBERS,
    'These statements are true of the creatures in a story; "some" means "at least one".': CREATURES,
}


class Statement(NamedTuple):
    quantity: str
    x: str
    y: str

    def __str__(self) -> str:
        return PHRASES[self.quantity].format(x=self.x, y=self.y)


QUESTIONS = (
    "Which statement must also be true?",
    "Which conclusion follows?",
    "What must therefore be true?",
)
MOODS = {  # by rank: premises about A, B and C; what follows from them about A and C
    1: ("all AB, all BC: all AC", "all AB, no BC: no AC", "some AB, all BC: some AC"),
    2: (
        "all AB, no CB: no AC",
        "no AB, all CB: no AC",
        "some BA, all BC: some AC",
        "some AB, no BC: some not AC",
        "all BA, some BC: some AC",
    ),
    3: (
        "no AB, all CB: no AC",
        "all BA, some BC: some AC",
        "some not AB, all CB: some not AC",
        "all BA, some not BC: some not AC",
        "some BA, no CB: some not AC",
    ),
}
SLIPS = {  # by the key's quantity: what it is mistaken for, and why
    "all": {
        "all CA": 'turns "all" round',
        "some not CA": "takes it that the other group must be the larger one",
        "no AC": "takes groups that are linked through a third to be separate",
        "some not AC": 'does not carry "all" through the middle group',
    },
    "no": {
        "all AC": "drops the negation when joining the statements",
        "some AC": "takes a group linked to both for an overlap",
        "all CA": "drops the negation and turns the statement round",
        "turned": "turns one of the statements round",
    },
    "some": {
        "all AC": 'lets "all" in one statement make the conclusion "all"',
        "some not AC": 'takes "some" for "some but not all"',
        "no AC": "takes groups that are linked through a third to be separate",
        "all CA": 'lets "all" in one statement make the conclusion "all", turned round',
        "some not CA": 'takes "some" for "some but not all", turned round',
    },
    "some not": {
        "some AC": 'takes "some are not" to say that others are',
        "no AC": 'makes "some are not" a statement about all',
        "some not CA": 'turns "some are not" round',
        "all CA": "takes the second group to be a part of the first",
        "all AC": "drops the negation when joining the statements",
    },
}


def draw(rng: Random, features: Features) -> Drawn:
    intro = rng.choice(list(GROUPS))
    terms = dict(zip("ABCD", rng.sample(GROUPS[intro], 4), strict=True))
    before, _, after = rng.choice(MOODS[features["mood"]]).partition(": ")
    key, premises = statement(after, terms), [statement(text, terms) for text in before.split(", ")]
    slips = mistaken(key, premises, terms)
    if features["premises"] == 3:
        premises = stretched(premises, terms["D"])
    rng.shuffle(premises)
    return Drawn(
        stem=" ".join([intro, *(f"{premise}." for premise in premises), rng.choice(QUESTIONS)]),
        key=Option(f"{key}."),
        distractors=tuple(Option(f"{text}.", why) for text, why in rng.sample(slips, 4)),
        explanation=f"The {terms['A']} and the {terms['C']} are linked through the {terms['B']}. "
        f"However the groups are drawn as circles that fit the statements, {lower(key)}.",
    )


def statement(short: str, terms: Mapping[str, str]) -> Statement:
    """What "some not AB" stands for, with these terms for its letters."""
    quantity, _, pair = short.rpartition(" ")
    return Statement(quantity, terms[pair[0]], terms[pair[1]])


def mistaken(
    key: Statement, premises: list[Statement], terms: Mapping[str, str]
) -> list[tuple[str, str]]:
    """All that the key may be mistaken for, and why."""
    turned = next((Statement("all", p.y, p.x) for p in premises if p.quantity == "all"), key)
    return [
        (str(turned if short == "turned" else statement(short, terms)), why)
        for short, why in SLIPS[key.quantity].items()
    ]


def stretched(premises: list[Statement], link: str) -> list[Statement]:
    """The same premises with one universal one made a chain of two, through a further group."""
    chosen = next(premise for premise in premises if premise.quantity in {"all", "no"})
    rest = [premise for premise in premises if premise != chosen]
    return [Statement("all", chosen.x, link), Statement(chosen.quantity, link, chosen.y), *rest]


def lower(key: Statement) -> str:
    return str(key)[0].lower() + str(key)[1:]


class Region(NamedTuple):
    """The part of the diagram where a statement wants somebody, or nobody."""

    parts: int  # a bit for each part
    inhabited: bool

    def fits(self, diagram: int) -> bool:
        return bool(diagram & self.parts) == self.inhabited


def solve(posed: Posed) -> list[int]:
    """What follows if every group has members; nothing, if all of it needs that to be assumed."""
    *told, question = sentences(posed.stem)
    premises = [read_statement(text.removesuffix(".")) for text in told if text not in GROUPS]
    conclusions = [read_statement(option.text.removesuffix(".")) for option in posed.options]
    terms = sorted({term for found in premises if found for term in (found.x, found.y)})
    if question not in QUESTIONS or None in premises or not 0 < len(terms) <= 4:
        return []
    diagrams = list(drawings([region(found, terms) for found in premises if found], len(terms)))
    full = [diagram for diagram in diagrams if all(diagram & part(at, terms) for at in terms)]
    if not any(follows(found, terms, diagrams) for found in conclusions):
        return []
    return [at for at, found in enumerate(conclusions) if follows(found, terms, full)]


def read_statement(text: str) -> Statement | None:
    found = read_any(PHRASES.values(), text)
    if found is None:
        return None
    quantity = next(name for name, phrase in PHRASES.items() if phrase == found[0])
    return Statement(quantity, found[1]["x"], found[1]["y"])


def part(term: str, terms: Sequence[str]) -> int:
    """The parts of a diagram inside the term's circle. Part 5 is inside circles 0 and 2 alone."""
    circle = 1 << terms.index(term)
    return sum(1 << parts for parts in range(1, 1 << len(terms)) if parts & circle)


def region(found: Statement, terms: Sequence[str]) -> Region:
    x, y = part(found.x, terms), part(found.y, terms)
    outside = found.quantity in {"all", "some not"}
    return Region(x & ~y if outside else x & y, inhabited=found.quantity.startswith("some"))


def drawings(regions: list[Region], circles: int) -> Iterator[int]:
    """Every choice of inhabited parts that fits the statements."""
    diagram = free = sum(
        1 << at
        for at in range(1, 1 << circles)
        if all(region.inhabited or not region.parts >> at & 1 for region in regions)
    )
    while diagram:
        if all(region.fits(diagram) for region in regions):
            yield diagram
        diagram = (diagram - 1) & free


def follows(found: Statement | None, terms: Sequence[str], diagrams: list[int]) -> bool:
    """Whether a conclusion about these terms holds in every diagram; not if there is none."""
    if found is None or not diagrams or not {found.x, found.y} <= {*terms}:
        return False
    wanted = region(found, terms)
    return all(wanted.fits(diagram) for diagram in diagrams)


MODEL = ItemModel(
    name="logic.syllogism",
    asks="Say what follows about groups from statements with all, no and some.",
    levels={
        "easy": {"premises": 2, "mood": 1},
        "medium": {"premises": 2, "mood": 2},
        "hard": {"premises": 3, "mood": 3},
    },
    draw=draw,
    solve=solve,
)
