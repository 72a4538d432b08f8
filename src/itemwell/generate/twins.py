"""A run's view of the bank's twins: a draft -> its vectors -> its neighbours -> a verdict on each.

Vectors, forms and skeleton nominate; `similar.decide` says what a neighbour is. Drafts under way in
this run are compared with each other too. At `keep` what came since is looked at again, under the
lock of twins. Whatever cannot be compared raises EmbedError: nothing is kept unchecked.
"""

import asyncio
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from sqlalchemy import Connection, Engine

from itemwell.bank import Draft
from itemwell.errors import Rejected
from itemwell.generate.comparing import Comparing
from itemwell.generate.dedup import STAGE, TWIN, Relation
from itemwell.generate.embedding import Chosen
from itemwell.generate.nearest import NEAREST, Near, nearest_of, nominated
from itemwell.generate.neighbours import Neighbourhood
from itemwell.generate.standing import (
    ENEMIES,
    Candidate,
    Standing,
    Unclear,
    Writing,
    of_one_family,
)
from itemwell.generate.together import Together
from itemwell.similar import keys
from itemwell.similar.decide import DUPLICATE, GREY, NEW, Thresholds, Verdict, decide
from itemwell.similar.embed import EmbedError, text_of
from itemwell.similar.forms import forms_of, side_of
from itemwell.similar.signature import signature, skeleton
from itemwell.store import decisions, enemies, forms, questions, vectors
from itemwell.store.connect import transact
from itemwell.store.decisions import Decision
from itemwell.store.enemies import Enemy


@dataclass
class Twins:
    """The neighbourhood of a run's drafts. One thread at a time looks."""

    bank: Engine
    chosen: Chosen
    thresholds: Mapping[str, Thresholds]  # by the identity of the vectors
    cap: int  # of enemies of one question that models write; 0: of none, whoever writes
    under_way: dict[str, Standing] = field(default_factory=dict)  # by signature
    _places: dict[str, Neighbourhood] = field(default_factory=dict)  # by identity

    def __post_init__(self) -> None:
        self.comparing = Comparing(self.chosen.hashed.identity, self.thresholds)
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
        kin = questions.of_skeletons(db, self._skeletons(candidates))
        seq = forms.last(db)
        new = [each for each in candidates if each.signature not in held]
        near = {each.signature: self._near(db, each, seq) for each in new}
        self.comparing.read(db, set().union(*near.values()))
        found: list[Standing | Exception] = []
        for each in candidates:
            if each.signature in held:
                found.append(Rejected(STAGE, TWIN))
                continue
            if each.skeleton in kin:
                found.append(_meets_nobody(kin[each.skeleton]))
                continue
            try:
                found.append(self.comparing.compared(db, Standing(each, seq), near[each.signature]))
            except EmbedError as error:
                found.append(error)
        return found

    def _near(self, db: Connection, candidate: Candidate, seq: int) -> Near:
        """What `candidate` is to be compared with, of what came up to `seq`."""
        place = self._place(db, candidate.main, seq)
        return nominated(db, place, candidate, self.thresholds[candidate.main])

    def again(self, db: Connection, standing: Standing) -> Standing:
        """The standing with what came since, to be called under the lock of twins.

        Raises Rejected where a newer question is its twin, Unclear where an arbiter has to tell.
        """
        candidate, grey = standing.candidate, len(standing.of(GREY))
        for other in questions.of_skeletons(db, self._skeletons([candidate])).values():
            raise _meets_nobody(other)
        rows = vectors.newer(db, candidate.main, standing.seq)
        if not rows:
            return standing
        near = nearest_of(db, candidate, rows, self.thresholds[candidate.main])
        standing = self.comparing.compared(db, replace(standing, seq=rows[-1].seq), near)
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
        if held and not self.cap:
            raise _meets_nobody(held[0].neighbour_id)
        if standing.candidate.draft.family is None and len(held) >= self.cap > 0:
            first = held[0].neighbour_id
            told = f"{len(held)} variants of it are in the bank, such as question {first}"
            raise Rejected(STAGE, told)

    async def drafts(self, relations: Sequence[Relation]) -> dict[int, Draft]:
        """The neighbours of these relations, in their order."""
        ids = [each.neighbour_id for each in relations]

        def read() -> dict[int, Draft]:
            return transact(self.bank, lambda db: self.comparing.read(db, ids))

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

    def _skeletons(self, candidates: Sequence[Candidate]) -> list[str]:
        """Those that nothing in the bank may have: of all candidates, where enemies are of no use."""
        return [] if self.cap else [each.skeleton for each in candidates]

    def _place(self, db: Connection, identity: str, last: int) -> Neighbourhood:
        hashed = self.chosen.hashed.identity
        known = {str(each): each for each in (self.chosen.identity, hashed)}
        place = self._places.setdefault(identity, Neighbourhood(known[identity], hashed))
        place.refresh(db, last)
        return place

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
            and not of_one_family(candidate, each.draft)
        ]
        for cosine, each in heapq.nlargest(NEAREST, others, key=itemgetter(0)):
            verdict = decide(side, side_of(each.draft), cosine, self.thresholds[candidate.main])
            if verdict.kind == DUPLICATE:
                raise Writing(STAGE, "this run is writing it already")


def _meets_nobody(other: int) -> Rejected:
    return Rejected(STAGE, f"exams could have it only instead of question {other}, a variant of it")


def _passed_over(relation: Relation) -> Relation:
    if relation.verdict != GREY:
        return relation
    return replace(
        relation, verdict=NEW, reasons=(*relation.reasons, "farther than those asked about")
    )
