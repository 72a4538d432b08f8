"""What is planned for a day and hour in a studied diary, once its changes are made.

Hard: more appointments, and changes that must be applied to them. Typical errors: ignoring a
change, the right hour of another day, the right day at another hour.
"""

import re
from collections.abc import Iterator
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import APPOINTMENTS
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
HOURS = ("09:00", "11:00", "14:00", "16:00")
SLOTS = [(day, hour) for day in DAYS for hour in HOURS]

MOSTLY = 0.75
"""How often a changed hour is asked for: not always, or only the changes would need study."""

Slot = tuple[str, str]
Diary = dict[Slot, str]


def draw(rng: Random, features: Features) -> Drawn:
    names = rng.sample(APPOINTMENTS, features["appointments"])
    before = dict(zip(rng.sample(SLOTS, len(names)), names, strict=True))
    after, changes = changed(rng, before, rng.sample(names, 2 * features["changes"]))
    moved = [slot for slot in after if after[slot] != before.get(slot)]
    slot = rng.choice(moved if moved and rng.random() < MOSTLY else list(after))
    key, when = after[slot], " at ".join(slot)
    entries = [f"{' '.join(slot)} - {before[slot]}" for slot in SLOTS if slot in before]
    text = ["Diary", *entries, *(["", "Changes", *changes] if changes else [])]
    return Drawn(
        stem=stem(when, changes),
        key=Option(key),
        distractors=distinct(Option(key), slips(rng, before, after, slot)),
        explanation=explanation(before, key, when, changes),
        stimulus=Stimulus("\n".join(text)),
    )


def changed(rng: Random, diary: Diary, movers: list[str]) -> tuple[Diary, list[str]]:
    """The diary after one change for each two movers, and the changes: a swap, or a move to a free hour."""
    after, changes = dict(diary), []
    for one, two in zip(movers[::2], movers[1::2], strict=True):
        place = {name: slot for slot, name in after.items()}
        if rng.random() < 0.5:
            after[place[one]], after[place[two]] = two, one
            changes.append(f"The {one} and the {two} change places.")
        else:
            free = rng.choice([slot for slot in SLOTS if slot not in after])
            after[free] = after.pop(place[one])
            changes.append(f"The {one} moves to {' at '.join(free)}.")
    return after, changes


def stem(when: str, changes: list[str]) -> str:
    if changes:
        return f"After all the changes to the diary you studied, what is planned for {when}?"
    return f"In the diary you studied, what is planned for {when}?"


def slips(rng: Random, before: Diary, after: Diary, slot: Slot) -> Iterator[Option]:
    """What was there before the changes, then the other appointments, the nearer the sooner."""
    if slot in before:
        yield Option(before[slot], "ignores a change that was made later")
    for other in sorted(after, key=lambda other: (distance(other, slot), rng.random())):
        yield Option(after[other], why(other, slot))


def distance(one: Slot, two: Slot) -> int:
    days = abs(DAYS.index(one[0]) - DAYS.index(two[0]))
    return days + abs(HOURS.index(one[1]) - HOURS.index(two[1]))


def why(other: Slot, slot: Slot) -> str:
    if other[0] == slot[0]:
        return "recalls the right day at a wrong hour"
    if other[1] == slot[1]:
        return "recalls the right hour on a wrong day"
    return "mixes up both the day and the hour"


def explanation(before: Diary, key: str, when: str, changes: list[str]) -> str:
    for change in changes:
        if f"he {key} " in change:
            first = next(" at ".join(slot) for slot, name in before.items() if name == key)
            end = "" if when in change else f" So it is now on {when}."
            return f"At first the {key} was on {first}. {change}{end}"
    return f"The entry for {when} was: {key}."


def solve(posed: Posed) -> list[int]:
    """The options that end at the slot asked for when each is followed through all the changes."""
    asked = re.search(r"planned for (\w+) at ([0-9:]+)\?$", posed.stem)
    if not asked:
        return []
    return right_places(posed, lambda name: followed(name, lines(posed)) == asked.groups())


def followed(name: str, text: list[str]) -> tuple[str, ...]:
    """The slot of one appointment in the end; () where the diary has none or several of that name."""
    entry = re.compile(r"(\w+) ([0-9:]+) - (.+)")
    swap = re.compile(r"The (.+) and the (.+) change places\.")
    move = re.compile(r"The (.+) moves to (\w+) at ([0-9:]+)\.")
    where: dict[str, tuple[str, ...]] = {}
    for line in text:
        if match := entry.fullmatch(line):
            where[match[3]] = () if match[3] in where else (match[1], match[2])
        elif match := swap.fullmatch(line):
            where[match[1]], where[match[2]] = where.get(match[2], ()), where.get(match[1], ())
        elif match := move.fullmatch(line):
            where[match[1]] = (match[2], match[3])
    return where.get(name, ())


MODEL = ItemModel(
    name="memory.diary",
    asks="Recall what is planned for a day and hour, with the changes made.",
    levels={
        "easy": {"appointments": 5, "changes": 0},
        "medium": {"appointments": 7, "changes": 1},
        "hard": {"appointments": 9, "changes": 2},
    },
    draw=draw,
    solve=solve,
)
