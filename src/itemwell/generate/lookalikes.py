"""What in the bank looks like a question or a text: its vector -> its neighbours -> a verdict on each.

The same that a run does with a draft, but for any question, with every neighbour told.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from itemwell.bank import Draft, Option, Question, Stratum
from itemwell.errors import ConfigError
from itemwell.generate.embedding import Chosen
from itemwell.generate.neighbours import Neighbourhood
from itemwell.generate.twins import Twins
from itemwell.similar.decide import NEW, Side, Thresholds, Verdict, decide
from itemwell.similar.embed import EmbedError, text_of
from itemwell.similar.forms import Within, forms_of, side_of
from itemwell.similar.signature import skeleton
from itemwell.similar.tokens import tokens
from itemwell.store import forms, questions, vectors
from itemwell.store.connect import transact

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

Rows = Mapping[str, "Vectors"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the bank, or a text (id 0) whose type is any."""

    draft: Draft
    id: int = 0

    def beside(self, other: Question) -> Side:
        """As it is compared with `other`."""
        mine = side_of(self.draft)
        return mine if self.id else mine._replace(type=other.draft.stratum.question_type)


class Lookalike(NamedTuple):
    """A neighbour, the rule's verdict, and whose cosine it rests on."""

    question: Question
    verdict: Verdict
    embedder: str


def text(stem: str, key: str) -> Asked:
    """What a text is compared as. Raises ConfigError for one that says nothing."""
    if not stem.strip():
        raise ConfigError("the text is empty", 'give one: --text "What is 2 + 2?"')
    if not tokens(text_of(stem, key)):
        raise ConfigError("the text holds no word or sign", "give one that does")
    options = (Option(key), Option(""))
    draft = Draft(stratum=Stratum("", ""), stem=stem, options=options, key="A", explanation="")
    return Asked(draft)


async def find(twins: Twins, asked: Asked, limit: int) -> list[Lookalike]:
    """At most `limit` neighbours, those that are more than neighbours first, then by their cosines."""
    rows = await _rows(twins, asked)
    look = partial(_found, chosen=twins.chosen, at=twins.thresholds, asked=asked, rows=rows)
    found = await asyncio.to_thread(transact, twins.bank, partial(look, limit=limit))
    found.sort(key=lambda each: (each.verdict.kind == NEW, -each.verdict.figures.cosine))
    return found[:limit]


async def _rows(twins: Twins, asked: Asked) -> Rows:
    """The vectors of what is asked about: of a question those that are stored."""
    chosen = twins.chosen
    if asked.id:
        return transact(twins.bank, partial(_stored, chosen=chosen, question_id=asked.id))
    words = text_of(asked.draft.stem, asked.draft.right.text)
    made = [*await chosen.hashes([words]), *await chosen.vectors([words])]
    return {str(each.identity): each.vector for each in made}


def _stored(db: Connection, chosen: Chosen, question_id: int) -> Rows:
    mine = {str(chosen.hashed.identity), str(chosen.identity)}
    found = {each: vectors.of(db, each, [question_id]) for each in mine}
    return {each: rows[question_id] for each, rows in found.items() if rows}


def _found(  # noqa: PLR0913
    db: Connection,
    chosen: Chosen,
    at: Mapping[str, Thresholds],
    asked: Asked,
    rows: Rows,
    limit: int,
) -> list[Lookalike]:
    identity = chosen.identity if str(chosen.identity) in rows else chosen.hashed.identity
    hashed = chosen.hashed.identity
    place = Neighbourhood(identity, hashed)
    place.refresh(db)
    mine = forms_of(asked.draft)
    near: set[int] = set(forms.nominated(db, mine, skeleton(asked.draft), limit + 1))
    for within in (Within(mine.stimulus), Within(mine.stimulus, mine.key_form)):
        found = place.nearest(db, rows[str(identity)], limit + 1, within)
        near |= {number for number, _ in found}
        near |= set(place.nearest_unread(rows[str(hashed)], limit + 1, within))
    cosines = _cosines(db, rows, near - {asked.id}, [identity, chosen.hashed.identity])
    held = questions.some(db, list(cosines))
    return [_compared(asked, each, *cosines[each.id], at) for each in held]


def _cosines(
    db: Connection, rows: Rows, ids: Iterable[int], identities: Iterable[object]
) -> dict[int, tuple[str, float]]:
    """To each question the first embedder that has a vector of both, and their cosine."""
    found: dict[int, tuple[str, float]] = {}
    left = set(ids)
    for name in map(str, identities):
        for number, vector in vectors.of(db, name, left).items():
            found[number] = name, float(rows[name] @ vector)
        left -= set(found)
    if left:
        raise EmbedError(f"question {min(left)} has no vector", "run: itemwell dedup backfill")
    return found


def _compared(
    asked: Asked, question: Question, name: str, cosine: float, at: Mapping[str, Thresholds]
) -> Lookalike:
    verdict = decide(asked.beside(question), side_of(question.draft), cosine, at[name])
    return Lookalike(question, verdict, name)
