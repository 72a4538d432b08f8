"""Continue a series of letters, or of pairs of letters, that move through the alphabet.

Hard by `tracks` (letters that move side by side) and by `steps` (1 the same step each time, 2 a step
that grows or two that take turns). The alphabet is never left. Typical errors: the last step is
repeated, a letter is counted twice or skipped, the step is taken backwards, one track stands still.
"""

import re
from collections.abc import Sequence
from itertools import accumulate, cycle, islice, product
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.alphabet import LETTERS, places, spelt
from itemwell.templates.pattern.drawing import (
    Slip,
    chosen,
    crossed,
    texts_placed,
    until_sound,
)
from itemwell.templates.pattern.sequences import continuations

STEMS = {
    1: (
        "Which letter comes next in the series {}, ...?",
        "The letters {} follow a rule. Which letter comes next?",
        "A series of letters begins with {}, and continues by the same rule. What is its next letter?",
    ),
    2: (
        "Which pair of letters comes next in the series {}, ...?",
        "The pairs of letters {} follow a rule. Which pair comes next?",
        "A series of pairs begins with {}, and continues by the same rule. What is its next pair?",
    ),
}


def track(rng: Random, steps: int, count: int) -> list[int] | None:
    """Draw `count` places in the alphabet; None where they leave it."""
    first = rng.choice([-5, -4, -3, -2, 2, 3, 4, 5])
    if steps == 1:
        moves = [first] * (count - 1)
    elif rng.random() < 0.4:
        sign = rng.choice([-1, 1])
        moves = [sign * (abs(first) // 2 + n) for n in range(count - 1)]
    else:
        second = rng.choice([step for step in (-2, -1, 1, 2, 3, 4) if abs(step) != abs(first)])
        moves = list(islice(cycle([first, second]), count - 1))
    low, *_, high = sorted(accumulate(moves, initial=0))
    if high - low > 25:
        return None
    return list(accumulate(moves, initial=rng.randint(1 - low, 26 - high)))


def following(row: Sequence[int]) -> set[int]:
    """Each place in the alphabet that comes next by a rule for number series."""
    return continuations(row) & set(LETTERS)


def doubtful(row: Sequence[int], key: int) -> bool:
    return following(row) != {key}


def slips(shown: Sequence[int], key: int) -> dict[int, str]:
    """Where typical errors lead in one track, the likeliest first."""
    before, last = shown[-2:]
    ahead = 1 if key > last else -1
    wrong = {
        "repeats the last step": 2 * last - before,
        "counts one letter too many": key + ahead,
        "counts one letter too few": key - ahead,
        "takes the step twice": 2 * key - last,
        "counts two letters too many": key + 2 * ahead,
        "counts two letters too few": key - 2 * ahead,
        "takes the step twice and counts one letter too few": 2 * key - last - ahead,
        "takes the step in the wrong direction": 2 * last - key,
        "repeats the last letter": last,
    }
    reasons: dict[int, str] = {}
    for why, place in wrong.items():
        if place in LETTERS and place != key:
            reasons.setdefault(place, why)
    return reasons


def distractors(
    rng: Random, rows: Sequence[Sequence[int]], key: Sequence[int]
) -> tuple[Option, ...] | None:
    """Letters on both sides of the key, or pairs in which one letter or both are wrong."""
    wrong = [slips(row, place) for row, place in zip(rows, key, strict=True)]
    if len(wrong) > 1:
        parts = [[Slip(spelt([n]), why) for n, why in row.items()][:4] for row in wrong]
        return crossed(rng, spelt(key), parts, "".join)
    picked = chosen(rng, key[0], {why: n for n, why in wrong[0].items()})
    return tuple(Option(spelt([n]), why) for n, why in picked.items()) if picked else None


def told(shown: Sequence[int], key: int) -> str:
    """Tell how a track moves, up to the step that leads to the key."""
    steps = [b - a for a, b in zip(shown, [*shown[1:], key], strict=True)]
    moves = [f"{abs(step)} {'on' if step > 0 else 'back'}" for step in steps]
    how = f"{moves[0]} each time" if len(set(moves)) == 1 else listed(moves)
    return f"the letters from {spelt(shown[:1])} to {spelt([key])} move {how}"


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    tracks, count = features["tracks"], features["terms"] + 1
    kinds = rng.sample([features["steps"], *[1] * (tracks - 1)], tracks)
    drawn = [track(rng, kind, count) for kind in kinds]
    rows = [row for row in drawn if row]
    if len(rows) < tracks:
        return None
    key = [row.pop() for row in rows]
    wrong = distractors(rng, rows, key)
    if wrong is None or any(map(doubtful, rows, key)):
        return None
    return Drawn(
        stem=rng.choice(STEMS[tracks]).format(", ".join(map(spelt, zip(*rows, strict=True)))),
        key=Option(spelt(key)),
        distractors=wrong,
        explanation=f"In the alphabet, {'; and '.join(map(told, rows, key))}. So the next is {spelt(key)}.",
    )


def solve(posed: Posed) -> list[int]:
    found = re.search(r"\b[A-Z]{1,2}(?:, [A-Z]{1,2}){3,}\b", posed.stem)
    terms = found[0].split(", ") if found else []
    if len({len(term) for term in terms}) != 1:
        return []
    letters = [following(row) for row in zip(*map(places, terms), strict=True)]
    return texts_placed(posed, {spelt(term) for term in product(*letters)})


MODEL = ItemModel(
    name="pattern.letter_series",
    asks="Find the next letter, or pair of letters, of a series that moves through the alphabet.",
    levels={
        "easy": {"tracks": 1, "steps": 1, "terms": 4},
        "medium": {"tracks": 1, "steps": 2, "terms": 6},
        "hard": {"tracks": 2, "steps": 2, "terms": 6},
    },
    draw=draw,
    solve=solve,
)
