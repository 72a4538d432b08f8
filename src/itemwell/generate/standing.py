"""Where a draft stands among its neighbours, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itemwell.bank import Draft
from itemwell.errors import Rejected
from itemwell.generate.dedup import Relation
from itemwell.similar.decide import DUPLICATE, GREY, ISOMORPH, NEW, VARIANT
from itemwell.similar.forms import Forms, forms_of

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

ENEMIES = (ISOMORPH, VARIANT)

MOST_TOLD = 8
"""Relations of one draft that are written down. Enemies all are, as such."""


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


class Writing(Rejected):
    """Another draft under way is its twin: that one goes on."""


class Unclear(Exception):
    """Neighbours came that only an arbiter can tell from the candidate."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.candidate.signature)
        self.standing = standing


def of_one_family(candidate: Candidate, other: Draft) -> bool:
    """Whether one item model computed both: it has a cap of its own, and words that may be alike.

    Of the same loose form they are compared all the same.
    """
    family = candidate.draft.family
    return (
        bool(family) and family == other.family and forms_of(other).loose != candidate.forms.loose
    )
