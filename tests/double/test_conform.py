"""What the double says by itself conforms to the schema that it was asked for."""

from datetime import date
from enum import Enum
from random import Random
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter

from itemwell.double.conform import conform


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Leaf(BaseModel):
    size: Annotated[int, Field(gt=2, lt=5)]
    ratio: Annotated[float, Field(gt=0, lt=1)]


class Tree(BaseModel):
    name: str = Field(min_length=3, max_length=5)
    colour: Colour
    born: date
    leaves: list[Leaf] = Field(min_length=2, max_length=2)
    pair: tuple[int, str]
    child: "Tree | None" = None
    extra: Leaf | bool | None
    alive: bool


@given(st.integers(0, 2**32))
def test_a_value_conforms_to_any_part_of_the_schema(seed):
    Tree.model_validate(conform(Tree.model_json_schema(), Random(seed)))


@pytest.mark.parametrize("kind", [list[int], dict[str, int], str, int | None, bool])
def test_a_schema_need_not_be_an_object(kind):
    adapter = TypeAdapter(kind)

    adapter.validate_python(conform(adapter.json_schema(), Random(1)))


def test_anthropic_s_constraints_in_descriptions_are_followed():
    schema = {"type": "string", "description": "A word\n\n{maxLength: 4, minLength: 4}"}

    assert len(conform(schema, Random(1))) == 4


def test_google_s_dialect_is_followed():
    schema = {
        "type": "OBJECT",
        "properties": {"words": {"type": "ARRAY", "min_items": 3, "items": {"type": "STRING"}}},
    }

    assert len(conform(schema, Random(1))["words"]) >= 3
