"""How able those are who answered a flagged question, by their other answers. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from itemwell import irt
from itemwell.abreast import batched
from itemwell.report.figures.curves import Seen
from itemwell.store.report_items import Codes, Given, ItemInForce

BATCH = 10_000
"""Learners whose abilities are found at once."""

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
    told: dict[int, list[Seen]] = {question: [] for question in given}
    for some in batched(list(_able(given, numbered, known)), BATCH):
        theta = _abilities([codes for _, codes in some], a, b, population)
        for one, (each, _) in zip(theta, some, strict=True):
            told[each.question_id].append(Seen(round(one, 4), each.right, each.letter))
    return told


def _able(
    given: Mapping[int, Sequence[Given]], numbered: Mapping[str, Codes], known: Codes
) -> Iterator[tuple[Given, Codes]]:
    """Each answer beside its learner's others, where he has any."""
    for question, answers in given.items():
        place = _place(known, question)
        for each in answers:
            codes = _but(numbered.get(each.user_id, NOBODY), place)
            if len(codes):
                yield each, codes


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
    starts = np.concatenate(([0], np.cumsum([len(mine) for mine in codes])))
    answers = irt.Responses.packed(np.concatenate(codes).astype(np.uint32), starts, len(a))
    theta: list[float] = irt.abilities(answers, a, b, population=population).theta.tolist()
    return theta
