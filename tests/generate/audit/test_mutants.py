"""Mutants: one defect in a question that was sound, or nothing where the question does not allow it."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import RIGHT, STEM, a_draft

from itemwell.bank import LETTERS, Option, Slot, Stimulus, Stratum
from itemwell.generate.audit.mutants import ABSURD, MUTANTS
from itemwell.generate.check import check
from itemwell.generate.draft import draft
from itemwell.similar.signature import signature
from itemwell.templates import models

SEEDS = st.integers(0, 10**9)


def mutant(name, of, seed=1):
    return MUTANTS[name](of, Random(seed))


def a_picture():
    wrong = [Option(f"picture {n}", "a slip", svg=f"<svg>{n}</svg>") for n in "2345"]
    return a_draft(right=Option("picture 1", svg="<svg>1</svg>"), wrong=wrong)


@pytest.mark.parametrize("family", models())
def test_a_mutant_of_any_item_model_differs_from_it_and_is_whole(family):
    model = models()[family]
    for name, (ordinal, difficulty) in product(MUTANTS, enumerate(model.levels)):
        question = draft(Slot(0, Stratum(model.question_type, difficulty), ordinal, "s"), model)
        changed = mutant(name, question, ordinal)
        if changed is None:
            continue
        assert changed != question
        assert len(changed.options) == len(question.options)
        assert changed.key in LETTERS[: len(changed.options)]
        assert changed.right.misconception is None


@given(st.sampled_from(sorted(MUTANTS)), SEEDS, st.sampled_from(["easy", "hard"]))
def test_the_same_chance_makes_the_same_mutant(name, seed, difficulty):
    question = a_draft(difficulty=difficulty)

    assert mutant(name, question, seed) == mutant(name, question, seed) != question


@given(SEEDS)
def test_a_swapped_key_names_a_distractor_and_the_explanation_stays(seed):
    question = a_draft()

    swapped = mutant("key_swapped", question, seed)

    assert swapped.key != question.key
    assert [option.text for option in swapped.options] == [o.text for o in question.options]
    assert swapped.explanation == question.explanation
    assert swapped.options[1].misconception
    assert swapped.right.misconception is None


@pytest.mark.parametrize(
    ("right", "equals"),
    [
        ("12", {"12.0", "twelve", "a dozen"}),
        ("12 pens", {"12.0 pens", "twelve pens", "a dozen pens"}),
        ("£230", {"£230.00"}),
        ("£210.00", {"£210"}),
        ("78 km/h", {"78.0 km/h"}),
        ("3/28", {"6/56"}),
        ("7 4 6 9", {"7, 4, 6, 9"}),
        ("harp and 5", {"5 and harp"}),
        ("caring", {"in other words, caring", "exactly caring"}),
        ("All rooks are birds.", {"It is true that all rooks are birds."}),
        ("1, 3, 2, 4", {"in other words, 1, 3, 2, 4", "exactly 1, 3, 2, 4"}),
    ],
)
def test_a_second_right_option_says_the_same_in_another_way(right, equals):
    question = a_draft(right=right, wrong=("p", "q", "r"))

    found = {
        option.text
        for seed in range(40)
        for option in mutant("two_right", question, seed).options
        if option.text not in {right, "p", "q", "r"}
    }

    assert found == equals


def test_a_twin_that_stands_there_already_is_not_put_in_again():
    question = a_draft(right="£210.00", wrong=("£210", "£220.00", "£230.00"))

    assert mutant("two_right", question) is None


@given(SEEDS)
def test_a_leaked_answer_stands_before_the_question_or_in_what_is_read(seed):
    leaked = mutant("answer_leaked", a_draft(stimulus=Stimulus("A price list.")), seed)

    said = [RIGHT in leaked.stem, RIGHT in leaked.stimulus.text]
    assert sorted(said) == [False, True]
    assert leaked.stem.endswith(STEM)


def test_a_picture_that_is_looked_at_cannot_leak_in_words():
    question = a_draft(stimulus=Stimulus("A plan.", svg="<svg/>"))

    assert all(RIGHT in mutant("answer_leaked", question, seed).stem for seed in range(10))


@pytest.mark.parametrize(("was", "becomes"), [("easy", "hard"), ("hard", "easy")])
def test_a_wrong_level_is_the_other_end(was, becomes):
    question = a_draft(difficulty=was)

    moved = mutant("wrong_level", question)

    assert moved.stratum.difficulty == becomes
    assert signature(moved) == signature(question)


def test_the_middle_has_no_other_end():
    assert mutant("wrong_level", a_draft(difficulty="medium")) is None


def test_a_grammatical_cue_is_a_key_that_alone_agrees_or_is_much_longer():
    question = a_draft(right="the pens", wrong=("the cups", "the hats", "the bags"))

    found = {
        tuple(o.text for o in mutant("grammatical_cue", question, n).options) for n in range(30)
    }

    assert found == {
        ("the cups", "the pens, all of it taken together", "the hats", "the bags"),
        ("cups", "the pens", "hats", "bags"),
        ("the cup", "the pens", "the hat", "the bag"),
    }


@given(SEEDS)
def test_a_nonsense_distractor_takes_the_place_of_one_and_leaves_the_key(seed):
    question = a_draft()

    changed = mutant("nonsense_distractor", question, seed)

    new = [o.text for o in changed.options if o not in question.options]
    assert len(new) == 1
    assert new[0] in ABSURD
    assert changed.right == question.right


@pytest.mark.parametrize("name", ["two_right", "grammatical_cue", "nonsense_distractor"])
def test_pictures_allow_no_defect_of_words(name):
    assert mutant(name, a_picture()) is None


def test_a_key_without_words_cannot_be_told():
    nameless = replace(a_draft().right, text="")

    assert mutant("answer_leaked", a_draft(right=nameless)) is None


def test_the_rules_see_a_key_that_is_much_longer():
    longer = mutant("grammatical_cue", a_draft(right="8", wrong=("6", "24", "36", "9")))

    assert "longest-key" in {flaw.rule for flaw in check(longer)}
