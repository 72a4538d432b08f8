"""Stage 4, solve: blind, the key must be found and nothing else.

What an item model computed is solved by that model's own solver, what a model wrote by other models.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from itemwell.bank import LETTERS, Draft, Posed, Slot
from itemwell.errors import Rejected
from itemwell.generate.prompts import fenced, load, mark_of
from itemwell.llm.door import Ask
from itemwell.templates.model import ItemModel

STAGE = "solve"
LONGEST_ANSWER = 8_192


class Solution(BaseModel):
    """What a solver hands in."""

    model_config = ConfigDict(extra="forbid")

    working: str = Field(max_length=40_000, description="The way to the answer, step by step.")
    right: list[str] = Field(max_length=20, description="The id of each option that is right.")


class Vote(NamedTuple):
    """Who found which options right, by their letters in the draft."""

    solver: str
    letters: tuple[str, ...]


def solve(draft: Draft, model: ItemModel) -> str:
    """Who found the key. Raises Rejected where another option is right, or several, or none.

    The solver sees what a learner sees: it reads stem, stimulus and options, not how they were made.
    """
    found = tuple(LETTERS[place] for place in model.solve(Posed.blind(draft)))
    return agreed(draft, [Vote(model.name, found)])


def agreed(draft: Draft, votes: Sequence[Vote]) -> str:
    """That every solver found the key and nothing else. Raises Rejected where one did not."""
    for vote in votes:
        if vote.letters != (draft.key,):
            found = " and ".join(vote.letters) or "no right option"
            raise Rejected(STAGE, f"{vote.solver} found {found}, the key is {draft.key}")
    return f"{', '.join(vote.solver for vote in votes)} found {draft.key}"


def asking(draft: Draft, slot: Slot, *, seat: int, subject: str) -> tuple[Ask, Mapping[str, str]]:
    """The ask for the solver in `seat`, and the letter of each option by the id it has there.

    Each seat sees the options in an order of its own, under ids that tell nothing.
    """
    chance = Random(f"{slot.seed}:{slot.ordinal}:{slot.attempts}:{STAGE}:{seat}")
    posed = Posed.blind(draft)
    letters = chance.sample(LETTERS[: len(posed.options)], len(posed.options))
    ids = chance.sample([f"{a}{b}" for a in "bcdfghjk" for b in "npqrstvz"], len(letters))
    mark = mark_of(slot.seed, slot.ordinal, slot.attempts, STAGE, seat)
    prompt = load("solve")
    question = {
        "stimulus": posed.stimulus and posed.stimulus.text,
        "stem": posed.stem,
        "options": [
            {"id": code, "text": posed.options[LETTERS.index(letter)].text}
            for code, letter in zip(ids, letters, strict=True)
        ],
    }
    system, user = prompt.filled(mark=mark, question=fenced(question, mark))
    ask = Ask(
        STAGE,
        system,
        user,
        Solution,
        prompt_version=prompt.version,
        slot_id=str(slot.id or ""),
        attempt=slot.attempts,
        seat=seat,
        subject=subject,
        max_output_tokens=LONGEST_ANSWER,
    )
    return ask, dict(zip(ids, letters, strict=True))


def read(solution: Solution, letter_by_id: Mapping[str, str]) -> tuple[str, ...]:
    """The letters that a solver means, in order. An id that no option has counts as a letter of none."""
    return tuple(sorted({letter_by_id.get(code.strip(), "?") for code in solution.right}))
