"""Stage 5, judge: a floor for each criterion, and the weighted mean against MIN_ARBITER_SCORE.

For what models write. A question that code computed is solved instead, and needs no opinion.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from itemwell.bank import DIFFICULTIES, Draft, Slot, as_dict
from itemwell.errors import Rejected
from itemwell.generate.author import MEANING
from itemwell.generate.prompts import fenced, load, mark_of
from itemwell.llm.door import Ask

STAGE = "judge"
WEIGHTS = {"clarity": 0.30, "validity": 0.40, "formatting": 0.20, "creativity": 0.10}
FLOOR = 0.5
"""A mean alone passes a question of validity 0.4 when it is pretty."""

LONGEST_ANSWER = 6_144

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Defect = Literal[
    "wrong_key",
    "two_right",
    "no_right",
    "leaked_answer",
    "grammatical_cue",
    "nonsense_distractor",
    "other",
]


class Verdict(BaseModel):
    """An arbiter's scores, from 0 to 1 each, what it finds wrong, and where it places the question."""

    model_config = ConfigDict(extra="forbid")

    comments: str = Field(max_length=20_000)
    defects: list[Defect] = Field(max_length=20)
    clarity: Score
    validity: Score
    formatting: Score
    creativity: Score
    difficulty: Literal["easy", "medium", "hard"]


def judge(verdict: Verdict, wanted: str, least: float, arbiter: str) -> str:
    """Who passed it, with which scores. Raises Rejected where a defect, a floor or the mean says no.

    How hard the arbiter finds the question is no quality: it places it. Only a question that it
    places at the other end of the scale is refused, since it would fill the wrong stratum.
    """
    for defect in verdict.defects:
        if defect != "other":
            raise Rejected(STAGE, f"the arbiter names a defect: {defect}")
    scores = {name: float(getattr(verdict, name)) for name in WEIGHTS}
    worst = min(scores, key=lambda name: scores[name])
    if scores[worst] < FLOOR:
        raise Rejected(STAGE, f"{worst} {scores[worst]:.2f} is below {FLOOR:.2f}")
    mean = round(sum(WEIGHTS[name] * score for name, score in scores.items()), 9)  # 0.68 is 0.68
    if mean < least:
        raise Rejected(STAGE, f"{mean:.2f} is below {least:.2f}")
    if abs(DIFFICULTIES.index(verdict.difficulty) - DIFFICULTIES.index(wanted)) > 1:
        raise Rejected(STAGE, f"placed {verdict.difficulty} where {wanted} was asked for")
    each = ", ".join(f"{name} {score:.2f}" for name, score in scores.items())
    return f"{arbiter} gave {mean:.2f} ({each}), placed {verdict.difficulty}"


def asking(draft: Draft, slot: Slot, *, seat: int, subject: str) -> Ask:
    """The ask for the arbiter in `seat`."""
    mark = mark_of(slot.seed, slot.ordinal, slot.attempts, STAGE, seat)
    fields = as_dict(draft)
    names = ("question_type", "stimulus", "stem", "options", "key", "explanation", "citation")
    prompt = load(STAGE)
    question = fenced({name: fields[name] for name in names}, mark)
    system, user = prompt.filled(mark=mark, question=question, **MEANING)
    return Ask(
        STAGE,
        system,
        user,
        Verdict,
        prompt_version=prompt.version,
        slot_id=str(slot.id or ""),
        attempt=slot.attempts,
        seat=seat,
        subject=subject,
        max_output_tokens=LONGEST_ANSWER,
    )
