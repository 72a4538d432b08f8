"""The stage: all flaws in the order of the rules; and the rule over a whole run's keys."""

from random import Random

import pytest
from tests.builders import a_draft

from itemwell.bank import LETTERS, Option
from itemwell.generate.check import Flaw, check, chi_square_tail, key_balance
from itemwell.generate.flaws import RULES


def test_a_sound_draft_has_no_flaw():
    assert check(a_draft()) == ()


def test_a_flaw_says_its_rule_and_its_reason():
    flaw = Flaw("blank", "stem blank")

    assert str(flaw) == "blank: stem blank"


def test_all_flaws_come_in_the_order_of_the_rules():
    draft = a_draft(
        stem="Pens", right=Option("8 pounds", misconception="m"), explanation="{name} TODO: \x00"
    )
    names = [rule.name for rule in RULES]

    found = [flaw.rule for flaw in check(draft)]

    assert found == [
        "misconceived-key",
        "no-question",
        "too-short",
        "control-characters",
        "placeholder",
    ]
    assert found == sorted(found, key=names.index)


def test_keys_that_favour_a_place_are_unbalanced():
    flaw = key_balance("C" * 40 + "ABDE" * 10, [5] * 80)

    assert str(flaw).startswith(
        "key-balance: keys stand at A 10, B 10, C 40, D 10, E 10: chi-square 45.0"
    )


def test_a_small_run_is_always_balanced():
    assert key_balance("A" * 24, [5] * 24) is None
    assert key_balance("", []) is None


def test_questions_are_compared_with_those_of_as_many_options():
    keys = "ABC" * 200 + "ABCDEF" * 20

    assert key_balance(keys, [3] * 600 + [6] * 120) is None


def test_keys_that_name_no_option_are_not_counted():
    assert key_balance("Z" * 100 + "ABCD" * 25, [4] * 200) is None


@pytest.mark.parametrize("options", [3, 4, 5, 6])
def test_chance_is_hardly_ever_unbalanced(options):
    chance = Random(options)
    runs = (chance.choices(LETTERS[:options], k=options * 6) for _ in range(2_000))

    unbalanced = sum(key_balance(keys, [options] * len(keys)) is not None for keys in runs)

    assert unbalanced <= 8


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        (10.828, 1, 0.001),
        (13.816, 2, 0.001),
        (5.991, 2, 0.05),
        (11.070, 5, 0.05),
        (29.588, 10, 0.001),
    ],
)
def test_the_tail_agrees_with_the_published_tables(statistic, freedom, tail):
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=1e-3)
