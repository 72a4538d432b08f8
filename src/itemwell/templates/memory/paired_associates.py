"""What belongs to whom in a studied table of people.

Hard: more people, and more columns, so that any of them may be asked for and any other be the cue.
Typical errors: the value of a neighbouring row or of some other person (swapped pairs), and a
value of the right kind that was not in the table (an intrusion).
"""

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import CITIES, JOBS, THEMES
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.people import NAMES


class Column(NamedTuple):
    """A kind of value: how a person is called by it, and how it is asked for."""

    values: tuple[str, ...]
    cue: str
    question: str


COLUMNS = {
    "Name": Column(NAMES, "{}", "what is the name of {}"),
    "Job": Column(JOBS, "the {}", "which job does {} have"),
    "City": Column(CITIES, "the person from {}", "which city does {} come from"),
    "Instrument": Column(
        THEMES["instruments"], "the person who plays the {}", "which instrument does {} play"
    ),
}


def draw(rng: Random, features: Features) -> Drawn:
    people, width = features["people"], features["columns"]
    kinds = ["Name", *rng.sample(list(COLUMNS)[1:], width - 1)]
    table = {kind: rng.sample(COLUMNS[kind].values, people + 1) for kind in kinds}
    strangers = {kind: values.pop() for kind, values in table.items()}
    cued, asked = rng.sample(kinds, 2)
    row = rng.randrange(people)
    key = table[asked][row]
    cue = COLUMNS[cued].cue.format(table[cued][row])
    intrusion = Option(strangers[asked], "brings in one that was not in the table")
    swaps = list(swapped(rng, table[asked], row))
    rows = [" | ".join(cells) for cells in zip(*table.values(), strict=True)]
    return Drawn(
        stem=f"In the table you studied, {COLUMNS[asked].question.format(cue)}?",
        key=Option(key),
        distractors=distinct(Option(key), [*swaps[:3], intrusion]),
        explanation=f'The row of {cue} read "{rows[row]}".',
        stimulus=Stimulus("\n".join([" | ".join(kinds), *rows])),
    )


def swapped(rng: Random, values: list[str], row: int) -> Iterator[Option]:
    """The other values of the column: the neighbouring rows' first, the rest in any order."""
    others = [other for other in range(len(values)) if other != row]
    rng.shuffle(others)
    for other in sorted(others, key=lambda other: abs(other - row) != 1):
        near = {-1: "slips into the row above", 1: "slips into the row below"}
        yield Option(values[other], near.get(other - row, "swaps it with another person's"))


def solve(posed: Posed) -> list[int]:
    """The options that stand, in the column asked for, in a row with a value named in the stem."""
    header, *rows = [line.split(" | ") for line in lines(posed)] or [[]]
    asked = [
        i for i, kind in enumerate(header) if re.search(rf"(?i)\b{re.escape(kind)}\b", posed.stem)
    ]
    words = set(re.findall(r"\w+", posed.stem))
    cued = [row for row in rows if len(row) == len(header) and words & set(row)]
    return right_places(posed, lambda text: any(row[i] == text for row in cued for i in asked))


MODEL = ItemModel(
    name="memory.paired_associates",
    asks="Recall what belongs together in a table of people.",
    levels={
        "easy": {"people": 5, "columns": 2},
        "medium": {"people": 6, "columns": 3},
        "hard": {"people": 8, "columns": 4},
    },
    draw=draw,
    solve=solve,
)
