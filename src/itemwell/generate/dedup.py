"""Stage 6, dedup: what tells the draft from every other question. Where the rule cannot, an arbiter does.

What is certain is refused before anybody is paid to solve and judge it; what is grey is asked about
after that. The bank's index, and a last look under the lock of twins, have the last word.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from itemwell.bank import Draft, Slot
from itemwell.errors import Rejected
from itemwell.generate.prompts import fenced, load, mark_of
from itemwell.llm.door import Ask
from itemwell.similar.decide import DUPLICATE, NEW, VARIANT, Figures
from itemwell.similar.signature import signature, skeleton

STAGE = "dedup"
TWIN = "the bank holds it already"
MOST_NEIGHBOURS = 3
"""So many grey neighbours an arbiter is shown, the nearest."""

LONGEST_ANSWER = 2_048
MEANS = {"same": DUPLICATE, "variant": VARIANT, "different": NEW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a draft is to a question of the bank, why, and who says so."""

    neighbour_id: int
    embedder: str
    verdict: str  # one of similar.decide.KINDS
    reasons: tuple[str, ...]
    figures: Figures
    decided_by: str = "rule"


class Told(BaseModel):
    """What the new question is to one of its neighbours."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=10)
    why: str = Field(max_length=2_000)
    relation: Literal["same", "variant", "different"]


class Comparison(BaseModel):
    """An arbiter's word on each neighbour."""

    model_config = ConfigDict(extra="forbid")

    neighbours: list[Told] = Field(max_length=20)


@dataclass(frozen=True, slots=True)
class Identity:
    """`signature` is unique in the bank; questions of one `skeleton` never meet in one exam."""

    signature: str
    skeleton: str


def identify(draft: Draft, seen: Container[str] = ()) -> Identity:
    """The identity of `draft`. Raises Rejected where this run has `seen` its signature already."""
    mine = Identity(signature(draft), skeleton(draft))
    if mine.signature in seen:
        raise Rejected(STAGE, "this run wrote it already")
    return mine


def asking(
    draft: Draft, neighbours: Mapping[int, Draft], slot: Slot, *, seat: int, subject: str
) -> Ask:
    """The ask for the arbiter in `seat`; the neighbours are shown by numbers of their own."""
    mark = mark_of(slot.seed, slot.ordinal, slot.attempts, STAGE, seat, list(neighbours))
    others = [
        {"id": f"N{place}", **_shown(each)} for place, each in enumerate(neighbours.values(), 1)
    ]
    prompt = load(STAGE)
    data = fenced({"new": _shown(draft), "held": others}, mark)
    system, user = prompt.filled(mark=mark, questions=data)
    return Ask(
        STAGE,
        system,
        user,
        Comparison,
        prompt_version=prompt.version,
        slot_id=str(slot.id or ""),
        attempt=slot.attempts,
        seat=seat,
        subject=f"{subject} beside {', '.join(map(str, neighbours))}",
        max_output_tokens=LONGEST_ANSWER,
    )


def read(said: Comparison, grey: Sequence[Relation], arbiter: str) -> list[Relation]:
    """The relations as the arbiter sees them. Raises ValueError where it left one out or said two things."""
    told = {each.id: each.relation for each in said.neighbours}
    wanted = {f"N{place}" for place in range(1, len(grey) + 1)}
    if set(told) != wanted or len(said.neighbours) != len(wanted):
        raise ValueError(f"it answered for {sorted(told)}, not for {sorted(wanted)}")
    return [
        replace(each, verdict=MEANS[told[f"N{place}"]], decided_by=arbiter)
        for place, each in enumerate(grey, 1)
    ]


def _shown(draft: Draft) -> dict[str, str | None]:
    stimulus = draft.stimulus.text if draft.stimulus else None
    return {"stimulus": stimulus, "stem": draft.stem, "right_answer": draft.right.text}
