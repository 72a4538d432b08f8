"""Blueprints add up, or say what does not."""

import pytest

from itemwell.bank import Stratum
from itemwell.blueprint import SHIPPED, Blueprint, blueprints_of, of_name
from itemwell.errors import ConfigError


def test_the_shipped_ones_have_the_counts_that_users_know():
    diagnostic, practice = SHIPPED

    assert (diagnostic.questions, diagnostic.scored) == (71, 71)
    assert (practice.questions, practice.scored, practice.pretest) == (225, 180, 45)
    for each in SHIPPED:
        assert sum(each.cells().values()) == each.scored
        assert sum(each.pretest_by_type().values()) == each.pretest


def test_counts_may_stand_instead_of_shares():
    made = Blueprint(
        name="x", questions=71, content={"math": 50, "law": 21}, difficulty={"easy": 1}
    )

    assert made.cells() == {Stratum("math", "easy"): 50, Stratum("law", "easy"): 21}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"content": {"math": 40, "logic": 26}}, "blueprint x: content sums to 66"),
        ({"difficulty": {"easy": 0.5}}, "blueprint x: difficulty sums to 0.5"),
        ({"difficulty": {"easy": 0.5, "tough": 0.5}}, "there is no difficulty tough"),
        ({"content": {}}, "blueprint x: content has no parts"),
        ({"pretest": 71}, "71 of 71 questions cannot be pretest"),
        ({"exposure": 0.0}, "exposure"),
        ({"valid_days": 0}, "valid_days"),
        ({"kept_days": 1e12}, "both at most 36500"),
    ],
)
def test_what_does_not_add_up_is_told_with_its_figures(parts, told):
    with pytest.raises(ConfigError, match=told):
        Blueprint(**({"name": "x", "questions": 71} | parts))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"questions": "ten"}, "blueprint x: questions is 'ten'"),
        ({"questions": 2.5}, "questions is 2.5"),
        ({"questions": 10, "pretest": True}, "pretest is True"),
        ({"questions": 10, "content": 7}, "content is 7"),
        ({"questions": 10, "content": {"math": "x"}}, "content is {'math': 'x'}"),
        ({"questions": 10, "abilities": ["x"]}, r"abilities is \['x'\]"),
        ({"questions": 10, "abilities": 0}, "abilities is 0"),
        ({"questions": 10, "exposure": "x"}, "exposure is 'x'"),
        ({"questions": 10, "exposure": float("nan")}, "exposure is nan"),
        ({"questions": 10, "colour": 1}, "there is no colour"),
        ({"pretest": 1}, "questions is missing"),
    ],
)
def test_what_a_user_wrote_of_a_wrong_kind_is_told(parts, told):
    with pytest.raises(ConfigError, match=told):
        blueprints_of({"x": parts})


def test_an_unknown_type_is_told_with_those_that_there_are():
    with pytest.raises(ConfigError, match="there is no exam type final") as found:
        of_name(SHIPPED, "final")

    assert found.value.next_step == "there are: diagnostic, practice"
