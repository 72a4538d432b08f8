"""What a draft is compared with: its nearest, those of its key, and the twins that hide behind them."""

from collections.abc import Sequence
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from itemwell.generate.hidden import may_be_twins, ranked
from itemwell.generate.neighbours import Neighbourhood
from itemwell.generate.standing import Candidate
from itemwell.similar.decide import Thresholds
from itemwell.similar.embed import EmbedError
from itemwell.similar.forms import Within
from itemwell.store import forms, vectors

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

NEAREST = 10
"""Neighbours by cosine, and as many of the same key: else a family's isomorphs hide a twin."""

Near = dict[int, float | None]
"""Questions with their cosines; None for what has no vector to tell by."""


def nominated(db: Connection, place: Neighbourhood, candidate: Candidate, at: Thresholds) -> Near:
    """What `candidate` is to be compared with in this place, and what shares its forms."""
    near = _nearest(db, place, candidate, at)
    for each in forms.nominated(db, candidate.forms, candidate.skeleton, NEAREST):
        near.setdefault(each, None)
    return near


def _nearest(db: Connection, place: Neighbourhood, candidate: Candidate, at: Thresholds) -> Near:
    vector, told = candidate.rows[candidate.main], candidate.forms
    hashed = candidate.rows[str(place.hashed)]
    here, same_key = Within(told.stimulus), Within(told.stimulus, told.key_form)
    near: Near = {}
    for within in (here, same_key):
        near |= dict.fromkeys(place.nearest_unread(hashed, NEAREST, within))
    found = ranked(db, place, vector, here, at)
    near |= may_be_twins(db, candidate.draft, found[NEAREST:], at)
    near |= dict(found[:NEAREST])
    near |= place.nearest(db, vector, NEAREST, same_key)
    return near


def nearest_of(
    db: Connection, candidate: Candidate, rows: Sequence[vectors.Row], at: Thresholds
) -> Near:
    """The same of these rows alone: those that came while the draft was under way."""
    mine = candidate.forms
    here = [row for row in rows if row.stimulus == mine.stimulus]
    held = [row for row in here if row.vector]
    vector = candidate.rows[candidate.main]
    matrix = vectors.unpacked([row.vector for row in held if row.vector])
    cosines = cosines_of(vector, matrix) if held else []
    in_order = sorted(zip(cosines, held, strict=True), key=itemgetter(0), reverse=True)
    same_key = [pair for pair in in_order if pair[1].key_form == mine.key_form]
    near: Near = {row.question_id: None for row in here if not row.vector}
    near |= {row.question_id: cosine for cosine, row in (*in_order[:NEAREST], *same_key[:NEAREST])}
    near |= {row.question_id: cosine for cosine, row in in_order if row.loose == mine.loose}
    farther = [(row.question_id, cosine) for cosine, row in in_order[NEAREST:]]
    return {**may_be_twins(db, candidate.draft, farther, at), **near}


def cosines_of(vector: "Vectors", matrix: "Vectors") -> list[float]:
    """To each row of stored vectors. Raises EmbedError for other dimensions, or what is not finite."""
    if matrix.shape[1:] != vector.shape:
        told = f"a stored vector has {matrix.shape[1]} dimensions instead of {len(vector)}"
        raise EmbedError(told, "run: itemwell dedup backfill")
    cosines: list[float] = (matrix @ vector).tolist()
    if not all(map(isfinite, cosines)):
        raise EmbedError("a stored vector is not finite", "run: itemwell dedup backfill")
    return cosines
