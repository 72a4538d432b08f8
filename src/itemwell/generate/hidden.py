"""Twins that hide behind a crowd of nearer neighbours: their keys are the same, and written otherwise.

    the nearest hundred, a thousand where all are near -> as near as a twin may be -> whose keys may agree

The nearest ten, and the nearest ten of the same key's form, are looked at in any case. Where a
template has a dozen questions in the bank, or an item model its hundreds, those can all be nearer to a
draft than the same question in other words with "60 kilometres per hour" for "60 km/h".
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from itemwell.bank import Draft
from itemwell.generate.neighbours import Neighbourhood
from itemwell.similar import keys
from itemwell.similar.decide import Thresholds
from itemwell.similar.forms import Within
from itemwell.store import questions

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

WIDTHS = (100, 1000)
"""So many neighbours are asked for, the more where the farthest of the fewer is near still."""

Ranked = Sequence[tuple[int, float]]
"""Ids and cosines, the nearest first."""


def ranked(
    db: Connection, place: Neighbourhood, vector: "Vectors", within: Within, at: Thresholds
) -> Ranked:
    """Neighbours as far as the grey band goes, where no more than the last of WIDTHS are so near.

    At least the first of WIDTHS, where there are as many.
    """
    found: Ranked = ()
    for width in WIDTHS:
        found = list(place.nearest(db, vector, width, within))
        if len(found) < width or found[-1][1] < at.grey:
            break
    return found


def may_be_twins(
    db: Connection, draft: Draft, found: Ranked, at: Thresholds
) -> Mapping[int, float]:
    """Those of `found` that the rule could call the same question as `draft`, by cosine and key.

    What the draft's own item model computed is none of them.
    """
    lowest = {keys.SAME: at.grey_same_key, keys.UNKNOWN: at.grey}
    near = {number: cosine for number, cosine in found if cosine >= min(lowest.values())}
    told = questions.right_answers(db, near, but_family=draft.family)
    relations = {number: keys.compare(draft.right.text, key) for number, key in told.items()}
    return {
        number: near[number]
        for number, relation in relations.items()
        if relation in lowest and near[number] >= lowest[relation]
    }
