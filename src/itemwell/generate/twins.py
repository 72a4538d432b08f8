"""A run's view of the bank's twins: a draft -> its vectors -> its neighbours -> a verdict on each.

Vectors, forms and skeleton nominate; `similar.decide` says what a neighbour is. Drafts under way in
this run are compared with each other too. At `keep` what came since is looked at again, under the
lock of twins. Whatever cannot be compared raises EmbedError: nothing is kept unchecked.
"""

import asyncio
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from itemwell.bank import Draft
from itemwell.errors import Rejected
from itemwell.generate.dedup import STAGE, TWIN, Relation
from itemwell.generate.embedding import Chosen
from itemwell.generate.hidden import may_be_twins, ranked
from itemwell.generate.neighbours import Neighbourhood
from itemwell.generate.together import Together
from itemwell.similar import keys
from itemwell.similar.decide import (
    DUPLICATE,
    GREY,
    ISOMORPH,
    NEW,
    VARIANT,
    Thresholds,
    Verdict,
    decide,
)
from itemwell.similar.embed import EmbedError, text_of
from itemwell.similar.forms import Forms, Within, forms_of, side_of
from itemwell.similar.signature import signature, skeleton
from itemwell.similar.thresholds import DEFAULTS
from itemwell.store import decisions, enemies, forms, questions, vectors
from itemwell.store.connect import transact
from itemwell.store.decisions import Decision
from itemwell.store.enemies import Enemy

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

NEAREST = 10
"""Neighbours by cosine, and as many of the same key: else a family's isomorphs hide a twin."""

NEW_ONES_KEPT = 1
"""Of the neighbours that are none so many are written down: the nearest tell how far it was."""

MOST_TOLD = 8
"""Relations of one draft that are written down. Enemies all are, as such."""


MOST_KNOWN = 2_000
"""Neighbours whose words are kept in memory."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft with all that its neighbours are found by. `rows`: its vectors by their identity."""

    draft: Draft
    signature: str
    skeleton: str
    forms: Forms
    text: str
    rows: Mapping[str, "Vectors"]
    main: str  # the identity that it is searched by


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a candidate stands: its relations to what the bank held up to `seq`."""

    candidate: Candidate
    seq: int
    relations: tuple[Relation, ...] = ()

    def of(self, *kinds: str) -> list[Relation]:
        """The relations of these kinds, the nearest first."""
        mine = [each for each in self.relations if each.verdict in kinds]
        return sorted(mine, key=lambda each: -each.figures.cosine)

    def weightiest(self) -> list[Relation]:
        """What is written down: the nearest of each kind, duplicates before grey before the others."""
        kinds = [self.of(kind) for kind in (DUPLICATE, GREY, *ENEMIES, NEW)]
        return [each for mine in kinds for each in mine][:MOST_TOLD]

    def told(self, name: str) -> str:
        """What the gate says of it."""
        parts = [f"{each.verdict} of question {each.neighbour_id}" for each in self.of(*ENEMIES)]
        by = {each.decided_by for each in self.relations if each.decided_by != "rule"}
        nearest = max((each.figures.cosine for each in self.relations), default=None)
        near = "no neighbours" if nearest is None else f"nearest {nearest:.2f}"
        return ", ".join(
            [f"{name}: {near}", *parts, *(f"told apart by {who}" for who in sorted(by))]
        )


ENEMIES = (ISOMORPH, VARIANT)


class Writing(Rejected):
    """Another draft under way is its twin: that one goes on."""


class Unclear(Exception):
    """Neighbours came that only an arbiter can tell from the candidate."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.candidate.signature)
        self.standing = standing


@dataclass
class Twins:
    """The neighbourhood of a run's drafts. One thread at a time looks."""

    bank: Engine
    chosen: Chosen
    thresholds: Mapping[str, Thresholds]  # by the identity of the vectors
    cap: int  # of enemies of one question that models write
    under_way: dict[str, Standing] = field(default_factory=dict)  # by signature
    _places: dict[str, Neighbourhood] = field(default_factory=dict)  # by identity
    _known: dict[int, Draft] = field(default_factory=dict)  # what questions ask, by their ids

    def __post_init__(self) -> None:
        self._look: Together[Candidate, Standing] = Together(self._look_together)

    async def look(self, draft: Draft) -> Standing:
        """Where `draft` stands. Raises Rejected where it is no question of its own.

        Raises EmbedError or LLMError where that cannot be told: then it has to wait.
        """
        candidate = await self.candidate(draft)
        standing = await self._look(candidate)
        self._require_alone(candidate)
        self.under_way[candidate.signature] = standing
        self.require_apart(standing)
        return standing

    async def candidate(self, draft: Draft) -> Candidate:
        """`draft` with its vectors: of the chosen embedder where that can read it, and of hash."""
        text = text_of(draft.stem, draft.right.text)
        [row] = await self.chosen.vectors([text])
        rows = {str(row.identity): row.vector}
        if row.identity != self.chosen.hashed.identity:
            [hashed] = await self.chosen.hashes([text])
            rows[str(hashed.identity)] = hashed.vector
        mine = signature(draft), skeleton(draft), forms_of(draft)
        return Candidate(draft, *mine, text, rows, str(row.identity))

    async def _look_together(self, candidates: Sequence[Candidate]) -> list[Standing | Exception]:
        return await asyncio.to_thread(transact, self.bank, lambda db: self._looked(db, candidates))

    def _looked(
        self, db: Connection, candidates: Sequence[Candidate]
    ) -> list[Standing | Exception]:
        """Each against the whole bank, whatever the verdicts; Rejected for what the bank holds to the letter."""
        held = questions.held(db, [each.signature for each in candidates])
        seq = forms.last(db)
        new = [each for each in candidates if each.signature not in held]
        near = {each.signature: self._near(db, each, seq) for each in new}
        self._read(db, set().union(*near.values()))
        found: list[Standing | Exception] = []
        for each in candidates:
            if each.signature in held:
                found.append(Rejected(STAGE, TWIN))
                continue
            try:
                found.append(self._compared(db, Standing(each, seq), near[each.signature]))
            except EmbedError as error:
                found.append(error)
        return found

    def _near(self, db: Connection, candidate: Candidate, seq: int) -> dict[int, float | None]:
        """What `candidate` is to be compared with, of what came up to `seq`."""
        place = self._place(db, candidate.main, seq)
        near = self._nearest(db, place, candidate)
        for each in forms.nominated(db, candidate.forms, candidate.skeleton, NEAREST):
            near.setdefault(each, None)
        return near

    def again(self, db: Connection, standing: Standing) -> Standing:
        """The standing with what came since, to be called under the lock of twins.

        Raises Rejected where a newer question is its twin, Unclear where an arbiter has to tell.
        """
        candidate, grey = standing.candidate, len(standing.of(GREY))
        rows = vectors.newer(db, candidate.main, standing.seq)
        if not rows:
            return standing
        near, farther = _nearest_of(candidate, rows)
        at = self.thresholds[candidate.main]
        near |= may_be_twins(db, candidate.draft, farther, at)
        standing = self._compared(db, replace(standing, seq=rows[-1].seq), near)
        if candidate.signature in self.under_way:
            self.under_way[candidate.signature] = standing
        self.require_apart(standing)
        if len(standing.of(GREY)) > grey:
            raise Unclear(standing)
        return standing

    def require_apart(self, standing: Standing) -> None:
        """Raise Rejected where the candidate is a duplicate, or one enemy too many."""
        for twin in standing.of(DUPLICATE)[:1]:
            why = ", ".join(twin.reasons) or "the rule"
            by = "" if twin.decided_by == "rule" else f", says {twin.decided_by}"
            raise Rejected(STAGE, f"a duplicate of question {twin.neighbour_id} ({why}{by})")
        held = standing.of(*ENEMIES)
        if standing.candidate.draft.family is None and len(held) >= self.cap:
            first = held[0].neighbour_id
            told = f"{len(held)} variants of it are in the bank, such as question {first}"
            raise Rejected(STAGE, told)

    async def drafts(self, relations: Sequence[Relation]) -> dict[int, Draft]:
        """The neighbours of these relations, in their order."""
        ids = [each.neighbour_id for each in relations]

        def read() -> dict[int, Draft]:
            return transact(self.bank, lambda db: self._read(db, ids))

        found = await asyncio.to_thread(read)
        return {number: found[number] for number in ids}

    def settled(self, standing: Standing, told: Sequence[Relation]) -> Standing:
        """The standing with what an arbiter told. Raises Rejected where it is no question of its own.

        It was shown the nearest: what is grey and farther from the draft is none of its twins either.
        """
        by_id = {each.neighbour_id: each for each in told}
        relations = tuple(
            by_id.get(each.neighbour_id, _passed_over(each)) for each in standing.relations
        )
        standing = replace(standing, relations=relations)
        if standing.candidate.signature in self.under_way:
            self.under_way[standing.candidate.signature] = standing
        self.require_apart(standing)
        return standing

    def told(self, standing: Standing) -> str:
        """What the gate says."""
        return standing.told(self.chosen.name)

    def write(
        self,
        db: Connection,
        question_id: int | None,
        standing: Standing,
        *,
        run_id: int | None,
        slot_id: int | None,
    ) -> None:
        """Store what was decided; of a kept question its vectors and enemies too."""
        candidate = standing.candidate
        made = [
            Decision(
                signature=candidate.signature,
                candidate=side_of(candidate.draft),
                neighbour_id=each.neighbour_id,
                verdict=Verdict(each.verdict, each.reasons, each.figures),
                embedder=each.embedder,
                run_id=run_id,
                slot_id=slot_id,
                question_id=question_id,
                decided_by=each.decided_by,
            )
            for each in standing.weightiest()
        ]
        decisions.add(db, made)
        if question_id is None:
            return
        text_hash = vectors.hash_of(candidate.text)
        mine = {
            each: candidate.rows.get(each) for each in (str(self.chosen.identity), *candidate.rows)
        }
        vectors.add_each(db, question_id, text_hash, mine)
        linked = [Enemy(each.neighbour_id, each.verdict) for each in standing.of(*ENEMIES)]
        enemies.add(db, question_id, linked)

    def standing(self, of: str) -> Standing:
        """The standing of a draft under way. Raises EmbedError where nobody has looked at it."""
        if of not in self.under_way:
            raise EmbedError("a draft was to be kept that nobody compared", "the next run goes on")
        return self.under_way[of]

    def leave(self, of: str) -> Standing | None:
        """Forget a draft that was kept or refused; its standing, where it had come so far."""
        return self.under_way.pop(of, None)

    def _place(self, db: Connection, identity: str, last: int) -> Neighbourhood:
        hashed = self.chosen.hashed.identity
        known = {str(each): each for each in (self.chosen.identity, hashed)}
        place = self._places.setdefault(identity, Neighbourhood(known[identity], hashed))
        place.refresh(db, last)
        return place

    def _nearest(
        self, db: Connection, place: Neighbourhood, candidate: Candidate
    ) -> dict[int, float | None]:
        """The nearest with their cosines; None for what has no vector to tell by."""
        vector, told = candidate.rows[candidate.main], candidate.forms
        hashed = candidate.rows[str(self.chosen.hashed.identity)]
        here, same_key = Within(told.stimulus), Within(told.stimulus, told.key_form)
        near: dict[int, float | None] = {}
        for within in (here, same_key):
            near |= dict.fromkeys(place.nearest_unread(hashed, NEAREST, within))
        at = self.thresholds[candidate.main]
        found = ranked(db, place, vector, here, at)
        near |= may_be_twins(db, candidate.draft, found[NEAREST:], at)
        near |= dict(found[:NEAREST])
        near |= place.nearest(db, vector, NEAREST, same_key)
        return near

    def _compared(
        self, db: Connection, standing: Standing, near: Mapping[int, float | None]
    ) -> Standing:
        """The standing with a relation to each that is `near`; those known already stay as they are."""
        known = {each.neighbour_id for each in standing.relations}
        wanted = [each for each in near if each not in known]
        found = {
            number: draft
            for number, draft in self._read(db, wanted).items()
            if not _of_one_family(standing.candidate, draft)
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

    def _by_hash(
        self, db: Connection, candidate: Candidate, question_ids: Sequence[int]
    ) -> Mapping[int, float]:
        """The cosines to questions that have no vector of the candidate's embedder. All have one of hash."""
        if not question_ids:
            return {}
        identity = str(self.chosen.hashed.identity)
        stored = vectors.of(db, identity, question_ids)
        for each in question_ids:
            if each not in stored:
                raise EmbedError(f"question {each} has no vector", "run: itemwell dedup backfill")
        mine = candidate.rows[identity]
        return {
            number: _cosines(mine, vector.reshape(1, -1))[0] for number, vector in stored.items()
        }

    def _read(self, db: Connection, question_ids: Iterable[int]) -> dict[int, Draft]:
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

    def _relation(
        self,
        candidate: Candidate,
        number: int,
        draft: Draft,
        cosine: float | None,
        by_hash: Mapping[int, float],
    ) -> Relation:
        identity = candidate.main if cosine is not None else str(self.chosen.hashed.identity)
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

    def _require_alone(self, candidate: Candidate) -> None:
        """Raise Writing where another draft under way is a certain duplicate."""
        if candidate.signature in self.under_way:
            raise Writing(STAGE, "this run is writing it already")
        mine, side = candidate.rows[candidate.main], side_of(candidate.draft)
        others = [
            (float(mine @ each.rows[each.main]), each)
            for each in (standing.candidate for standing in list(self.under_way.values()))
            if each.main == candidate.main
            and each.forms.stimulus == candidate.forms.stimulus
            and keys.compare(side.key, each.draft.right.text) != keys.DIFFER
            and not _of_one_family(candidate, each.draft)
        ]
        for cosine, each in heapq.nlargest(NEAREST, others, key=itemgetter(0)):
            verdict = decide(side, side_of(each.draft), cosine, self.thresholds[candidate.main])
            if verdict.kind == DUPLICATE:
                raise Writing(STAGE, "this run is writing it already")


def thresholds_of(
    chosen: Chosen, own: Mapping[str, Thresholds] | None = None
) -> dict[str, Thresholds]:
    """The thresholds of the embedders in force by identity; a bank's `own` go before."""
    usual = {
        str(chosen.hashed.identity): DEFAULTS["hash"],
        str(chosen.identity): DEFAULTS[chosen.name],
    }
    return usual | dict(own or {})


def _passed_over(relation: Relation) -> Relation:
    if relation.verdict != GREY:
        return relation
    return replace(
        relation, verdict=NEW, reasons=(*relation.reasons, "farther than those asked about")
    )


def _of_one_family(candidate: Candidate, other: Draft) -> bool:
    """Whether one item model computed both: it has a cap of its own, and words that may be alike.

    Of the same loose form they are compared all the same.
    """
    family = candidate.draft.family
    return (
        bool(family) and family == other.family and forms_of(other).loose != candidate.forms.loose
    )


def _cosines(vector: "Vectors", matrix: "Vectors") -> list[float]:
    """To each row of stored vectors. Raises EmbedError for other dimensions, or what is not finite."""
    if matrix.shape[1:] != vector.shape:
        told = f"a stored vector has {matrix.shape[1]} dimensions instead of {len(vector)}"
        raise EmbedError(told, "run: itemwell dedup backfill")
    cosines: list[float] = (matrix @ vector).tolist()
    if not all(map(isfinite, cosines)):
        raise EmbedError("a stored vector is not finite", "run: itemwell dedup backfill")
    return cosines


def _nearest_of(
    candidate: Candidate, rows: Sequence[vectors.Row]
) -> tuple[dict[int, float | None], list[tuple[int, float]]]:
    """What of `rows` is to be compared, with its cosine; None where it has no vector to tell by.

    And what lies farther, which is compared where it may be a twin.
    """
    mine = candidate.forms
    here = [row for row in rows if row.stimulus == mine.stimulus]
    held = [row for row in here if row.vector]
    vector = candidate.rows[candidate.main]
    matrix = vectors.unpacked([row.vector for row in held if row.vector])
    cosines = _cosines(vector, matrix) if held else []
    in_order = sorted(zip(cosines, held, strict=True), key=itemgetter(0), reverse=True)
    same_key = [pair for pair in in_order if pair[1].key_form == mine.key_form]
    near: dict[int, float | None] = {row.question_id: None for row in here if not row.vector}
    near |= {row.question_id: cosine for cosine, row in (*in_order[:NEAREST], *same_key[:NEAREST])}
    near |= {row.question_id: cosine for cosine, row in in_order if row.loose == mine.loose}
    return near, [(row.question_id, cosine) for cosine, row in in_order[NEAREST:]]
