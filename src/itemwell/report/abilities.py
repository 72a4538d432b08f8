"""How able those are who answered a flagged question, by their other answers. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from itemwell import irt
from itemwell.report.figures.curves import Seen
from itemwell.store.report_items import Codes, Given, ItemInForce

NOBODY = np.empty(0, np.int64)


def seen(
    given: Mapping[int, Sequence[Given]],
    others: Mapping[str, Codes],
    items: Sequence[ItemInForce],
    population: tuple[float, float],
) -> dict[int, list[Seen]]:
    """Each learner's answer to each question beside his ability; the question itself does not tell of it.

    `items` are by ascending id. A learner without any other answer to one of them says nothing, and is
    left out.
    """
    known = np.array([item.question_id for item in items])
    a, b = (np.array([getattr(item, name) for item in items]) for name in "ab")
    numbered = {user: _numbered(codes, known) for user, codes in others.items()}
    told = {}
    for question, answers in given.items():
        place = _place(known, question)
        codes = [_but(numbered.get(each.user_id, NOBODY), place) for each in answers]
        able = [(each, mine) for each, mine in zip(answers, codes, strict=True) if len(mine)]
        theta = _abilities([mine for _, mine in able], a, b, population)
        told[question] = [
            Seen(round(one, 4), each.right, each.letter)
            for one, (each, _) in zip(theta, able, strict=True)
        ]
    return told


def _numbered(codes: Codes, known: Codes) -> Codes:
    """Answers to the known questions, by their places there instead of their ids."""
    places = np.searchsorted(known, codes >> 1)
    places[places == len(known)] = 0
    there = known[places] == codes >> 1
    numbered: Codes = 2 * places[there] + (codes[there] & 1)
    return numbered


def _place(known: Codes, question: int) -> int:
    """Where it is; -1 where it is not, as of one that is retired."""
    place = int(np.searchsorted(known, question))
    return place if place < len(known) and known[place] == question else -1


def _but(codes: Codes, place: int) -> Codes:
    left: Codes = codes[codes >> 1 != place]
    return left


def _abilities(
    codes: Sequence[Codes],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    population: tuple[float, float],
) -> list[float]:
    if not codes:
        return []
    starts = np.concatenate(([0], np.cumsum([len(mine) for mine in codes])))
    answers = irt.Responses.packed(np.concatenate(codes).astype(np.uint32), starts, len(a))
    theta: list[float] = irt.abilities(answers, a, b, population=population).theta.tolist()
    return theta
