"""How many of one thing are on a shopping list after it has been changed several times.

Hard: more things to keep track of, and more changes, mixed with those of the other things. Typical
errors: recalling the first number, missing the first or the last change, counting a change the
wrong way, and giving the number of another thing.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import GOODS
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

STEMS = (
    "You studied a shopping list and the changes made to it. How many {} were on the list in the end?",
    "After all the changes, how many {} were on the shopping list you studied?",
)

Ledger = Mapping[str, list[int]]
"""The first number of each thing, and its changes after it."""


def draw(rng: Random, features: Features) -> Drawn:
    asked, *others = rng.sample(sorted(GOODS), features["goods"])
    own = (features["changes"] + 1) // 2
    turns = [asked] * own + [others[i % len(others)] for i in range(features["changes"] - own)]
    rng.shuffle(turns)
    ledger = {name: numbers(rng, turns.count(name)) for name in sorted([asked, *others])}
    final = str(sum(ledger[asked]))
    wrong = [*slips(ledger, asked)]
    rng.shuffle(wrong)
    return Drawn(
        stem=rng.choice(STEMS).format(GOODS[asked]),
        key=Option(final),
        distractors=distinct(Option(final), [*wrong, *miscounted(int(final))]),
        explanation=f"The number of {GOODS[asked]} went from {' to '.join(running(ledger[asked]))}.",
        stimulus=Stimulus(text(ledger, turns)),
    )


def numbers(rng: Random, changes: int) -> list[int]:
    """A first number and its changes: always 1 to 12 on the list, and not the first number at the end."""
    steps = [rng.randint(3, 9)]
    for left in reversed(range(changes)):
        after = [sum(steps) + step for step in (-4, -3, -2, -1, 1, 2, 3, 4)]
        allowed = [n for n in after if 1 <= n <= 12 and (left or n != steps[0])]
        steps.append(rng.choice(allowed) - sum(steps))
    return steps


def running(steps: list[int]) -> list[str]:
    return [str(sum(steps[: i + 1])) for i in range(len(steps))]


def text(ledger: Ledger, turns: list[str]) -> str:
    left = {name: iter(steps) for name, steps in ledger.items()}
    first = [f"- {counted(next(steps), name)}" for name, steps in left.items()]
    changes = [change(next(left[name]), name) for name in turns]
    return "\n".join(["Shopping list", *first, "", "Changes", *changes])


def change(step: int, name: str) -> str:
    return f"{'Add' if step > 0 else 'Cross off'} {counted(abs(step), name)}."


def counted(number: int, name: str) -> str:
    return f"{number} {name if number == 1 else GOODS[name]}"


def slips(ledger: Ledger, asked: str) -> Iterator[Option]:
    """What is left of the list where something is forgotten, turned round or mixed up."""
    first, *changes = ledger[asked]
    final = first + sum(changes)
    errors = {
        first: "recalls the first list and none of the changes",
        final - changes[-1]: "misses the last change",
        final - changes[0]: "misses the first change",
        final - 2 * changes[-1]: "counts the last change the wrong way",
        final - 2 * changes[0]: "counts the first change the wrong way",
    }
    yield from (Option(str(number), why) for number, why in errors.items() if number > 0)
    for name, steps in ledger.items():
        if name != asked:
            yield Option(str(sum(steps)), f"gives the number of {GOODS[name]}")


def miscounted(final: int) -> list[Option]:
    near = (final + 1, final - 1, final + 2, final + 3)
    return [Option(str(number), "miscounts one of the changes") for number in near if number > 0]


def solve(posed: Posed) -> list[int]:
    """The options that equal the tally of the thing asked for, kept one stroke at a time."""
    asked = re.search(r"How many (\w+) were", posed.stem, re.IGNORECASE)
    tally: list[str] = []
    for line in lines(posed):
        entry = re.fullmatch(r"(-|Add|Cross off) ([0-9]{1,3}) (\w+)\.?", line)
        if asked and entry and asked[1] in (entry[3], GOODS.get(entry[3])):
            strokes = [entry[3]] * int(entry[2])
            tally = tally[len(strokes) :] if entry[1] == "Cross off" else tally + strokes
    return right_places(posed, lambda text: bool(tally) and text == str(len(tally)))


MODEL = ItemModel(
    name="memory.shopping_list",
    asks="Keep track of a number on a list that changes.",
    levels={
        "easy": {"goods": 2, "changes": 3},
        "medium": {"goods": 3, "changes": 5},
        "hard": {"goods": 4, "changes": 7},
    },
    draw=draw,
    solve=solve,
)
