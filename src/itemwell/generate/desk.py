"""Where item models write a draft and verify it: draft -> check -> solve -> dedup, without effects."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from itemwell.bank import Draft, Slot, Verified
from itemwell.errors import Rejected
from itemwell.generate.check import check
from itemwell.generate.dedup import STAGE, identify
from itemwell.generate.draft import choose, draft, recipe
from itemwell.generate.flaws import RULES
from itemwell.generate.solve import solve
from itemwell.generate.standing import Standing, Unclear
from itemwell.generate.twins import Twins
from itemwell.similar.decide import GREY, NEW
from itemwell.store.questions import FamilyFull
from itemwell.templates.model import ItemModel

COMPUTED = "not asked: computed by an item model"


class NobodyLeft(Exception):
    """No author is left for a slot: this ends it, and is no bug."""


class Drafted(NamedTuple):
    """A draft, what the `draft` gate says of it, and the vendor whose model wrote it."""

    draft: Draft
    evidence: str
    vendor: str = ""


@dataclass
class Desk:
    """The item models at work, and what this run has written with them."""

    models: Mapping[str, ItemModel]
    twins: Twins
    stock: Mapping[str, int] = field(default_factory=dict)  # questions of each family in the bank
    full: set[str] = field(default_factory=set)  # families that have reached their cap
    used: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    async def draft(self, slot: Slot) -> Drafted:
        """The draft for this attempt. Raises NobodyLeft where no model is left to write it."""
        kind = slot.stratum.question_type
        mine = [model for model in self.models.values() if model.question_type == kind]
        able = [model for model in mine if model.name not in self.full]
        if not mine:
            raise NobodyLeft(f"no item model writes {kind}")
        if not able:
            raise NobodyLeft(f"every item model of {kind} has reached FAMILY_CAP")
        return Drafted(draft(slot, choose(slot, able, self.used, self.stock)), recipe(slot))

    async def verify(self, drafted: Drafted, slot: Slot) -> Verified:  # noqa: ARG002 - a panel needs it
        """What an item model drew for `slot`, with its evidence.

        Raises Rejected at the first stage that refuses it.
        """
        sound(drafted.draft)
        solved_by = solve(drafted.draft, self.models[str(drafted.draft.family)])
        gates = {"draft": drafted.evidence, "solve": solved_by, "judge": COMPUTED}
        return await self.apart(drafted.draft, gates)

    async def apart(
        self, drafted: Draft, gates: Mapping[str, str], *, decided_by: str | None = None
    ) -> Verified:
        """`drafted`, which passed `gates` and `check`, once it is told from every other question.

        Raises Rejected where that would take an arbiter, unless a person decided: `decided_by`.
        """
        identity = identify(drafted, self.seen)
        standing = self.cleared(await self.twins.look(drafted), decided_by)
        passed = {**gates, "check": f"{len(RULES)} rules", "dedup": self.twins.told(standing)}
        return Verified(
            draft=drafted, signature=identity.signature, skeleton=identity.skeleton, gates=passed
        )

    def cleared(self, standing: Standing, decided_by: str | None) -> Standing:
        """`standing` without grey: a person told those apart. Raises Rejected where nobody did."""
        if decided_by is None:
            return require_clear(standing)
        told = [replace(each, verdict=NEW, decided_by=decided_by) for each in standing.of(GREY)]
        return self.twins.settled(standing, told) if told else standing

    async def settle(
        self,
        verified: Verified,
        drafted: Drafted,  # noqa: ARG002
        slot: Slot,  # noqa: ARG002
        unclear: Unclear,
    ) -> Verified:
        """Raises Rejected: what only an arbiter can tell from it came meanwhile."""
        require_clear(unclear.standing)
        return verified

    def leave(self, draft: Draft) -> None:
        """Forget a draft that has to wait."""
        self.twins.leave(identify(draft).signature)

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:  # noqa: ARG002
        """Pass over a family that is full from now on."""
        if isinstance(refusal, FamilyFull):
            self.full.add(refusal.family)

    def count(self, verified: Verified) -> None:
        """Remember a question that was kept."""
        self.seen.add(verified.signature)
        self.used[str(verified.draft.family)] += 1


def sound(drafted: Draft) -> None:
    """Raise Rejected where a rule of `check` finds a flaw."""
    if flaws := check(drafted):
        raise Rejected("check", str(flaws[0]))


def require_clear(standing: Standing) -> Standing:
    """`standing`, where the rule alone could tell. Raises Rejected where it takes an arbiter."""
    for grey in standing.of(GREY)[:1]:
        raise Rejected(
            STAGE, f"too near to question {grey.neighbour_id} to tell without an arbiter"
        )
    return standing
