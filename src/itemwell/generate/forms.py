"""What models are asked to fill in: a question, a solution, a verdict. Vendors get these as their schema."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Score = Annotated[float, Field(ge=0, le=1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WrittenOption(_Form):
    """One option. Only a wrong one has a misconception."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    misconception: Annotated[str, Field(max_length=500)] | None


class Written(_Form):
    """A question as its author wrote it."""

    stimulus: Annotated[str, Field(max_length=20_000)] | None
    stem: Annotated[str, Field(min_length=1, max_length=3_000)]
    options: Annotated[list[WrittenOption], Field(min_length=4, max_length=6)]
    key: Literal["A", "B", "C", "D", "E", "F"]
    explanation: Annotated[str, Field(min_length=1, max_length=3_000)]


class Solution(_Form):
    """What a solver found. The reasoning comes first: it is to be worked out, not guessed."""

    reasoning: Annotated[str, Field(max_length=4_000)]
    answer: Literal["A", "B", "C", "D", "E", "F", "none", "several"]


class Verdict(_Form):
    """An arbiter's scores, from 0 to 1 each."""

    reason: Annotated[str, Field(max_length=1_000)]
    clarity: Score
    validity: Score
    formatting: Score
    creativity: Score
    difficulty: Literal["easy", "medium", "hard"]
