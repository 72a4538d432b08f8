"""What a question from outside must look like, whatever the file's format. pydantic says what is wrong."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from itemwell.bank import Draft, Question, as_dict, from_dict

MOST_BYTES = 1_000_000
"""A longer line is no question."""

_Text = Annotated[str, Field(max_length=100_000)]
_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.\- ]+$")]


class Row(NamedTuple):
    """One line of a file: the draft with the status it had, or what is wrong with it."""

    line: int
    draft: Draft | None = None
    problem: str = ""
    status: str = ""
    recipe: str = ""  # by which an item model draws it again


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Option(_Form):
    text: _Text
    misconception: _Text | None = None
    svg: _Text | None = None


class _Stimulus(_Form):
    text: _Text
    svg: _Text | None = None


class _Citation(_Form):
    source: _Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    quote: _Text


class _Question(_Form):
    question_type: _Name
    difficulty: _Name
    stem: _Text
    options: Annotated[list[_Option], Field(max_length=6)]
    key: Annotated[str, Field(max_length=1)]
    explanation: _Text = ""
    citation: _Citation | None = None
    stimulus: _Stimulus | None = None
    family: _Name | None = None
    features: dict[_Name, int] = Field(default_factory=dict)
    status: _Name | None = None
    verified: dict[str, str] = Field(default_factory=dict)


def parsed(line: int, fields: Any) -> Row:
    """The row of these fields. Fields of an export that the bank gives itself are passed over."""
    try:
        question = _Question.model_validate(fields)
        recipe = question.verified.get("draft", "")
        return Row(
            line, from_dict(question.model_dump()), status=question.status or "", recipe=recipe
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the row"
        return Row(line, problem=f"{place}: {first['msg']}")


def plain(question: Question) -> Mapping[str, Any]:
    """A question of the bank as the fields of a file."""
    own = {
        "id": question.id,
        "status": question.status,
        "created_at": question.created_at.isoformat(),
    }
    return (
        own
        | as_dict(question.draft)
        | {"skeleton": question.skeleton, "verified": dict(question.gates)}
    )
