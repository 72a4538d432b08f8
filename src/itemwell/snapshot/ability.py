"""How able learners are by question type: EAP from the published parameters, many learners at once.

A learner's first answer to a question counts, as in calibration: a later one knows the question.
Each type is a scale of its own here, with the population's mean 0 and spread 1 as the prior.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Published
from itemwell.irt.ability import abilities as eap
from itemwell.irt.responses import Responses

PLACES = 4
Ability = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Items:
    """What answers are looked at by."""

    calibration_id: int | None
    ids: NDArray[np.int64]
    types: Sequence[str]
    type_of: NDArray[np.int64]
    a: NDArray[np.float64]
    b: NDArray[np.float64]

    @classmethod
    def of(cls, found: Published) -> "Items":
        """From what is published."""
        types, type_of = np.unique(np.array(found.types, dtype=np.str_), return_inverse=True)
        return cls(
            found.calibration_id,
            np.array(found.ids, np.int64),
            [str(name) for name in types],
            type_of.astype(np.int64),
            np.array(found.discriminations, float),
            np.array(found.difficulties, float),
        )


def abilities(answers: Sequence[bytes], items: Items) -> list[dict[str, Ability]]:
    """Of each learner's packed answers (see `closing.answers`): theta, se and n of each type with an answer."""
    found: list[dict[str, Ability]] = [{} for _ in answers]
    learners, places, right = _counted(answers, items)
    if not len(places):
        return found
    persons = learners * len(items.types) + items.type_of[places]
    order = np.argsort(persons, kind="stable")
    who, starts = np.unique(persons[order], return_index=True)
    starts = np.append(starts, len(order)).astype(np.int64)
    used, numbers = np.unique(places[order], return_inverse=True)
    codes = (2 * numbers + right[order]).astype(np.uint32)
    packed = Responses.packed(codes, starts, len(used))
    theta, spread = eap(packed, items.a[used], items.b[used], threads=1)
    rows: Any = zip(who.tolist(), theta.tolist(), spread.tolist(), np.diff(starts), strict=True)
    for person, mean, sd, number in rows:
        learner, kind = divmod(person, len(items.types))
        found[learner][items.types[kind]] = {
            "theta": round(mean, PLACES),
            "se": round(sd, PLACES),
            "n": int(number),
        }
    return found


def _counted(
    answers: Sequence[bytes], items: Items
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Learner, item's place and right of each answer that counts."""
    codes = np.frombuffer(b"".join(answers), ">i8").astype(np.int64)
    learners = np.repeat(np.arange(len(answers)), [len(packed) // 8 for packed in answers])
    questions = codes >> 1
    first = np.ones(len(codes), bool)
    first[1:] = (questions[1:] != questions[:-1]) | (learners[1:] != learners[:-1])
    places = np.searchsorted(items.ids, questions)
    known = places < len(items.ids)
    known[known] = items.ids[places[known]] == questions[known]
    kept = first & known
    return learners[kept], places[kept], (codes & 1)[kept]
