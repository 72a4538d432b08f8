"""How able those are who answered a flagged question, by their other answers. Pure."""

from collections.abc import Sequence

import numpy as np

from itemwell import irt
from itemwell.report.figures.curves import Seen
from itemwell.store.report_items import Flagged, Given, ItemInForce


def seen(
    item: Flagged,
    learners: Sequence[Sequence[Given]],
    items: Sequence[ItemInForce],
    population: tuple[float, float],
) -> list[Seen]:
    """Each learner's answer to `item` beside his ability; the item itself does not tell of it.

    A learner without any other answer to a question with parameters says nothing, and is left out.
    """
    place = {
        each.question_id: n for n, each in enumerate(items) if each.question_id != item.question_id
    }
    mine = [
        next((g for g in given if g.question_id == item.question_id), None) for given in learners
    ]
    others = [[g for g in given if g.question_id in place] for given in learners]
    able = [n for n, found in enumerate(mine) if found and others[n]]
    if not able:
        return []
    persons = np.repeat(np.arange(len(able)), [len(others[n]) for n in able])
    what = [place[given.question_id] for n in able for given in others[n]]
    right = [given.right for n in able for given in others[n]]
    answers = irt.Responses.of_triplets(persons, what, right, item_count=len(items))
    a, b = (np.array([getattr(each, name) for each in items]) for name in "ab")
    theta = irt.abilities(answers, a, b, population=population).theta.tolist()
    found = ((one, mine[n]) for one, n in zip(theta, able, strict=True))
    return [Seen(round(one, 4), given.right, given.letter) for one, given in found if given]
