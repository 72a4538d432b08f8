"""A draft beside what it is compared with: words and cosine -> the rule -> a relation to each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from itemwell.bank import Draft
from itemwell.generate.dedup import Relation
from itemwell.generate.nearest import Near, cosines_of
from itemwell.generate.standing import Candidate, Standing, of_one_family
from itemwell.similar.decide import NEW, Thresholds, decide
from itemwell.similar.embed import EmbedError, Identity
from itemwell.similar.forms import side_of
from itemwell.store import questions, vectors

NEW_ONES_KEPT = 1
"""Of the neighbours that are none so many are written down: the nearest tell how far it was."""

MOST_KNOWN = 2_000
"""Neighbours whose words are kept in memory."""


@dataclass
class Comparing:
    """By the thresholds of each embedder, by its identity; by hash where the other has no vector."""

    hashed: Identity
    thresholds: Mapping[str, Thresholds]
    _known: dict[int, Draft] = field(default_factory=dict)  # what questions ask, by their ids

    def compared(self, db: Connection, standing: Standing, near: Near) -> Standing:
        """The standing with a relation to each that is `near`; those known already stay as they are."""
        known = {each.neighbour_id for each in standing.relations}
        wanted = [each for each in near if each not in known]
        found = {
            number: draft
            for number, draft in self.read(db, wanted).items()
            if not of_one_family(standing.candidate, draft)
        }
        lacking = [each for each in found if near[each] is None]
        others = self._by_hash(db, standing.candidate, lacking)
        relations = [
            self._relation(standing.candidate, number, draft, near[number], others)
            for number, draft in found.items()
        ]
        told = [each for each in relations if each.verdict != NEW]
        none = sorted(
            (each for each in relations if each.verdict == NEW),
            key=lambda each: -each.figures.cosine,
        )
        return replace(standing, relations=(*standing.relations, *told, *none[:NEW_ONES_KEPT]))

    def read(self, db: Connection, question_ids: Iterable[int]) -> dict[int, Draft]:
        """What these questions ask, oldest first. What a question asks never changes: it is read once."""
        wanted, known = sorted(question_ids), self._known
        found = {each: known[each] for each in wanted if each in known}
        missing = [each for each in wanted if each not in found]
        new = {each.id: each.draft for each in questions.some(db, missing)}
        if len(known) + len(new) > MOST_KNOWN:
            self._known = {}  # another one: a look and a keep may read at once
        self._known.update(new)
        found |= new
        return {each: found[each] for each in wanted if each in found}

    def _by_hash(
        self, db: Connection, candidate: Candidate, question_ids: Sequence[int]
    ) -> Mapping[int, float]:
        """The cosines to questions that have no vector of the candidate's embedder. All have one of hash."""
        if not question_ids:
            return {}
        identity = str(self.hashed)
        stored = vectors.of(db, identity, question_ids)
        for each in question_ids:
            if each not in stored:
                raise EmbedError(f"question {each} has no vector", "run: itemwell dedup backfill")
        mine = candidate.rows[identity]
        return {
            number: cosines_of(mine, vector.reshape(1, -1))[0] for number, vector in stored.items()
        }

    def _relation(
        self,
        candidate: Candidate,
        number: int,
        draft: Draft,
        cosine: float | None,
        by_hash: Mapping[int, float],
    ) -> Relation:
        identity = candidate.main if cosine is not None else str(self.hashed)
        value = by_hash[number] if cosine is None else cosine
        thresholds = self.thresholds[identity]
        verdict = decide(side_of(candidate.draft), side_of(draft), value, thresholds)
        return Relation(
            neighbour_id=number,
            embedder=identity,
            verdict=verdict.kind,
            reasons=verdict.reasons,
            figures=verdict.figures,
        )
