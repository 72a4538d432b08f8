"""Key and guard decide; vectors alone never refuse."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.similar.decide import KINDS, Side, Thresholds, decide

CELL = Side("What is the powerhouse of the cell?", "Mitochondrion")
ORGANELLE = Side("Which organelle is known as the cell's powerhouse?", "The mitochondrion")


def kind(one, other, cosine, thresholds=None):
    return decide(one, other, cosine, thresholds or Thresholds()).kind


def test_a_paraphrase_with_the_same_key_is_a_duplicate():
    assert kind(CELL, ORGANELLE, 0.80) == "duplicate"


def test_without_a_key_even_a_high_cosine_is_grey():
    assert kind(CELL, ORGANELLE._replace(key=None), 0.99) == "grey"


def test_equal_canonical_tokens_are_a_duplicate_whatever_the_vectors_say():
    one = Side("Q1. What is twelve percent of 250?")

    assert decide(one, Side("What is 12% of 250"), 0.1).kind == "duplicate"


def test_a_stem_that_points_at_its_options_says_nothing_without_keys():
    stem = "Which of the following statements is true?"

    assert kind(Side(stem), Side(stem), 1.0) == "grey"
    assert kind(Side(stem, "Iron rusts."), Side(stem, "Iron rusts."), 1.0) == "duplicate"
    assert kind(Side(stem, "Iron rusts."), Side(stem, "Gold floats."), 0.6) == "new"


def test_other_numbers_are_an_isomorph():
    one, other = Side("What is 12% of 250?", "30"), Side("What is 15% of 340?", "51")

    verdict = decide(one, other, 0.96)

    assert verdict.kind == "isomorph"
    assert "num" in verdict.reasons


def test_another_key_is_a_variant_a_grey_or_a_new_question():
    other = ORGANELLE._replace(key="Ribosome")

    assert [kind(CELL, other, cosine) for cosine in (0.95, 0.85, 0.7)] == ["variant", "grey", "new"]


def test_questions_after_other_passages_are_never_twins():
    stem = "What is the main idea of the passage?"

    assert kind(Side(stem, "Thrift", "p1"), Side(stem, "Thrift", "p2"), 1.0) == "new"
    assert kind(Side(stem, "Thrift", "p1"), Side(stem, "Thrift", "p1"), 1.0) == "duplicate"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which of these is a mammal?", "Which of these is not a mammal?"),
        ("Which planet is the largest in space?", "Which planet is the smallest in space?"),
        ("How did Rome conquer Carthage?", "How did Carthage conquer Rome?"),
        ("Is x-1 even for all x?", "Is x+1 even for all x?"),
    ],
)
def test_a_changed_meaning_is_not_refused_even_with_the_same_key(one, other):
    assert kind(Side(one, "Whale"), Side(other, "Whale"), 0.99) in {"grey", "isomorph"}


def test_yes_is_no_key_to_go_by():
    one, other = Side("Do cats purr when glad?", "Yes"), Side("When glad, will a cat purr?", "Yes")

    assert kind(one, other, 0.97) == "grey"


@pytest.mark.parametrize("stem", ["", "?", " \u200f\u202e "])
def test_an_empty_stem_waits(stem):
    assert decide(Side(stem), CELL, 0.3).reasons == ("empty",)
    assert kind(Side(stem, "a b"), Side(stem, "a b"), 1.0) == "grey"


def test_a_cosine_that_is_none_waits():
    assert decide(CELL, ORGANELLE, float("nan")).kind == "grey"


STEMS = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from("Tom Ann has 3 5 km pens not most least is What the".split()), max_size=8
    ).map(" ".join),
)
SIDES = st.builds(
    Side,
    STEMS,
    st.one_of(st.none(), st.sampled_from(["3", "5 km", "5000 m", "Tom", "Yes", "not Tom"])),
    st.sampled_from([None, "p1"]),
    st.sampled_from([None, "math"]),
)


@given(SIDES, SIDES, st.floats(-1, 1))
def test_the_verdict_is_the_same_from_both_sides(one, other, cosine):
    verdict = decide(one, other, cosine)

    assert verdict == decide(other, one, cosine)
    assert verdict.kind in KINDS
    assert verdict.reasons or verdict.kind in {"grey", "new"}


@given(SIDES, SIDES, st.floats(-1, 1))
def test_without_keys_only_equal_tokens_are_refused(one, other, cosine):
    verdict = decide(one._replace(key=None), other._replace(key=None), cosine)

    assert verdict.kind != "duplicate" or verdict.reasons == ("canonical",)


SCRIPTS = {
    "thai": ("เมืองหลวงของประเทศไทยคือเมืองใด", "น้ำเดือดที่อุณหภูมิเท่าใด"),
    "hindi": ("भारत की राजधानी क्या है?", "पानी किस तापमान पर उबलता है?"),
    "arabic": ("ما هي عاصمة فرنسا؟", "عند أي درجة يغلي الماء؟"),
    "chinese": ("法国的首都是哪里?", "水在多少度沸腾?"),
    "emoji": ("🙂🙂🙂", "😡😡"),
    "marks": ("\u202eabc\u202c", "\u200fxyz"),
    "long": ("word " * 2000, "ก" * 10_000),
    "surrogate": ("\ud800 a", "\udfff b"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_unrelated_questions_of_any_script_are_new_where_their_vectors_are_far(script):
    one, other = SCRIPTS[script]

    assert kind(Side(one), Side(other), 0.2) == "new"
    assert kind(Side(one), Side(one), 1.0) == "duplicate"


def test_every_pair_of_scripts_gets_a_verdict():
    stems = [stem for pair in SCRIPTS.values() for stem in pair]

    for one, other in combinations(stems, 2):
        assert decide(Side(one), Side(other), 0.5).kind in KINDS
