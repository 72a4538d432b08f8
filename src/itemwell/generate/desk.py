"""Where one draft is written and verified: draft -> check -> solve -> judge -> dedup, without effects."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from itemwell.bank import Draft, Slot, Verified
from itemwell.errors import Rejected
from itemwell.generate.check import check
from itemwell.generate.dedup import identify
from itemwell.generate.draft import choose, draft
from itemwell.generate.flaws import RULES
from itemwell.generate.solve import solve
from itemwell.templates.model import ItemModel


@dataclass
class Desk:
    """The item models at work, and what this run has written with them."""

    models: Mapping[str, ItemModel]
    stock: Mapping[str, int] = field(default_factory=dict)  # questions of each family in the bank
    full: set[str] = field(default_factory=set)  # families that have reached their cap
    used: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def draft(self, slot: Slot) -> Draft:
        """The draft for this attempt. Raises LookupError where no model is left to write it."""
        kind = slot.stratum.question_type
        mine = [model for model in self.models.values() if model.question_type == kind]
        able = [model for model in mine if model.name not in self.full]
        if not mine:
            raise LookupError(f"no item model writes {kind}")
        if not able:
            raise LookupError(f"every item model of {kind} has reached FAMILY_CAP")
        return draft(slot, choose(slot, able, self.used, self.stock))

    def verify(self, drafted: Draft, solved_by: str | None = None) -> Verified:
        """`drafted` with its evidence; what somebody else answers for is not solved here.

        Raises Rejected at the first stage that refuses it.
        """
        if flaws := check(drafted):
            raise Rejected("check", str(flaws[0]))
        solved_by = solved_by or solve(drafted, self.models[str(drafted.family)])
        identity = identify(drafted, self.seen)
        gates = {
            "check": f"{len(RULES)} rules",
            "solve": solved_by,
            "judge": "not asked: computed by an item model" if drafted.family else solved_by,
            "dedup": "signature",
        }
        return Verified(
            draft=drafted, signature=identity.signature, skeleton=identity.skeleton, gates=gates
        )

    def count(self, verified: Verified) -> None:
        """Remember a question that was kept."""
        self.seen.add(verified.signature)
        self.used[str(verified.draft.family)] += 1
