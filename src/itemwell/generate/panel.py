"""Where models write a draft and verify it: author -> check -> twins -> solvers -> arbiter -> dedup.

Author, solvers and arbiter never speak with each other: a panel without debate is better than one
with it. Every effect is behind `door`; asked again after a kill, a door answers from the journal.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from itemwell.bank import Draft, Slot, Stratum, Verified
from itemwell.errors import Rejected
from itemwell.generate import author
from itemwell.generate.check import check
from itemwell.generate.dedup import MOST_NEIGHBOURS, identify
from itemwell.generate.desk import Drafted, sound
from itemwell.generate.flaws import RULES
from itemwell.generate.jury import UNUSABLE, Door, Jury
from itemwell.generate.material import Passage, require_quotation
from itemwell.generate.routing import Routing
from itemwell.generate.standing import Standing, Unclear
from itemwell.generate.twins import Twins
from itemwell.llm.door import LLMError
from itemwell.similar.decide import GREY

AVOIDED = 8
"""How many recent stems of its stratum an author is shown, so as to write another."""


@dataclass
class Panel:
    """The models at work, and what this run has written with them."""

    door: Door
    routing: Routing
    twins: Twins
    solvers: int
    least_score: float
    passages: Sequence[Passage] = ()
    seen: set[str] = field(default_factory=set)
    recent: dict[Stratum, deque[str]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=AVOIDED))
    )
    refused: dict[int, tuple[Draft, str]] = field(default_factory=dict)  # by slot: to be mended
    turns: dict[str, int] = field(default_factory=dict)  # by question type: of its sub-types

    @property
    def jury(self) -> Jury:
        """Those of the models that solve and judge."""
        return Jury(self.door, self.routing, self.solvers, self.least_score)

    async def draft(self, slot: Slot) -> Drafted:
        """What an author wrote for this attempt. Raises Rejected where it wrote nothing to go by.

        Every other attempt mends the draft before, where there was one.
        """
        passage = self._passage(slot)
        last = self.refused.get(slot.id) if slot.attempts % 2 else None
        if last:
            ask = author.mending(slot, *last, passage=passage)
        else:
            recent = list(self.recent[slot.stratum])
            ask = author.asking(slot, turn=self._turn(slot), avoid=recent, passage=passage)
        door = self.door(self.routing.authors(slot))
        try:
            reply = await door(ask)
        except LLMError as error:
            if error.kind in UNUSABLE:
                raise Rejected("draft", f"{error.kind}: {error}") from error
            raise
        assert isinstance(reply.answer, author.Written)
        lineage = f", mends attempt {slot.attempts - 1}: {last[1]}" if last else ""
        evidence = f"{reply.vendor} {reply.model}, {ask.prompt_version}{lineage}"
        return Drafted(author.laid_out(reply.answer, slot, passage), evidence, reply.vendor)

    async def verify(self, drafted: Drafted, slot: Slot) -> Verified:
        """`drafted` with the evidence of every gate, each for this very content.

        Raises Rejected at the first gate that refuses it, LLMError where a gate could not be asked.
        """
        draft = drafted.draft
        sound(draft)
        require_quotation(draft, self._passage(slot))
        identity = identify(draft, self.seen)
        standing = await self.twins.look(draft)  # what is certain, before anything is paid for
        solved = await self.jury.solve(drafted, slot, identity.signature)
        judged = await self.jury.judge(drafted, slot, identity.signature)
        told = await self._told_apart(drafted, slot, standing)
        gates = {
            "draft": drafted.evidence,
            "check": f"{len(RULES)} rules",
            "solve": solved,
            "judge": judged,
            "dedup": told,
        }
        return Verified(
            draft=draft, signature=identity.signature, skeleton=identity.skeleton, gates=gates
        )

    async def settle(
        self, verified: Verified, drafted: Drafted, slot: Slot, unclear: Unclear
    ) -> Verified:
        """`verified`, told apart from what came to the bank meanwhile.

        Raises Rejected where it is no question of its own, LLMError where no arbiter could be asked.
        """
        told = await self._told_apart(drafted, slot, unclear.standing)
        return replace(verified, gates={**verified.gates, "dedup": told})

    async def _told_apart(self, drafted: Drafted, slot: Slot, standing: Standing) -> str:
        """What the gate says, once an arbiter has seen the nearest of those that the rule left grey."""
        if grey := standing.of(GREY)[:MOST_NEIGHBOURS]:
            others = await self.twins.drafts(grey)
            subject = standing.candidate.signature
            told = await self.jury.compare(drafted, slot, grey, others, subject)
            standing = self.twins.settled(standing, told)
        return self.twins.told(standing)

    def recall(
        self, refused: Mapping[int, tuple[Draft, Rejected]], stems: Iterable[tuple[Stratum, str]]
    ) -> None:
        """Know what an earlier run had refused for these slots, and which stems the bank got last."""
        for slot_id, (draft, refusal) in refused.items():
            if refusal.stage not in {"dedup", "keep"}:
                self.refused[slot_id] = (draft, _all_reasons(draft, refusal))
        for stratum, stem in stems:
            self.recent[stratum].append(stem)

    def count(self, verified: Verified) -> None:
        """Remember a question that was kept."""
        self.seen.add(verified.signature)
        self.recent[verified.draft.stratum].append(verified.draft.stem)

    def refuse(self, slot: Slot, draft: Draft | None, refusal: Rejected) -> None:
        """Remember what was refused, and why: the next attempt may mend it."""
        if draft is None or refusal.stage in {"dedup", "keep"}:
            self.refused.pop(slot.id, None)
        else:
            self.refused[slot.id] = (draft, _all_reasons(draft, refusal))

    def leave(self, draft: Draft) -> None:
        """Forget a draft that has to wait: the next run compares it anew."""
        self.twins.leave(identify(draft).signature)

    def _turn(self, slot: Slot) -> int:
        """The next one of the slot's type: by ordinals each type would meet a few of its sub-types only."""
        kind = slot.stratum.question_type
        first = Random(f"{slot.seed}:subtype").randrange(1_000) + slot.ordinal
        self.turns[kind] = self.turns.get(kind, first) + 1
        return self.turns[kind]

    def _passage(self, slot: Slot) -> Passage | None:
        return self.passages[slot.ordinal % len(self.passages)] if self.passages else None


def _all_reasons(draft: Draft, refusal: Rejected) -> str:
    """Every flaw where the rules found some: an author mends them at one go."""
    flaws: Iterable[object] = check(draft) if refusal.stage == "check" else ()
    return "; ".join(map(str, flaws)) or str(refusal)
