"""The arbiter's word as a decision: defects, then floors, then the mean, then the placement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.builders import a_draft

from itemwell.bank import DIFFICULTIES, Slot
from itemwell.errors import Rejected
from itemwell.generate import judge
from itemwell.generate.judge import FLOOR, WEIGHTS, Verdict

SCORES = st.fixed_dictionaries({name: st.floats(0, 1) for name in WEIGHTS})


def a_verdict(**changes):
    scores = dict.fromkeys(WEIGHTS, 0.9)
    fields = {"comments": "", "defects": [], "difficulty": "medium", **scores}
    return Verdict(**fields | changes)


def refusal(wanted="medium", least=0.7, **changes):
    """Why the verdict refuses; None where it passes."""
    try:
        judge.judge(a_verdict(**changes), wanted, least, "it")
    except Rejected as refused:
        return refused.reason if refused.stage == "judge" else str(refused)
    return None


def test_what_passes_says_who_gave_what():
    assert judge.judge(a_verdict(creativity=0.5), "easy", 0.7, "anthropic m") == (
        "anthropic m gave 0.86 (clarity 0.90, validity 0.90, formatting 0.90, creativity 0.50),"
        " placed medium"
    )


def test_the_weights_sum_to_one():
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", WEIGHTS)
def test_each_criterion_has_a_floor_that_no_mean_makes_up_for(name):
    scores = dict.fromkeys(WEIGHTS, 1.0)

    assert refusal(**scores | {name: FLOOR}) is None
    assert refusal(**scores | {name: 0.49}) == f"{name} 0.49 is below 0.50"


def test_the_mean_is_weighted_and_must_reach_the_least():
    scores = {"clarity": 0.6, "validity": 0.8, "formatting": 0.6, "creativity": 0.6}

    assert refusal(least=0.68, **scores) is None
    assert refusal(least=0.69, **scores) == "0.68 is below 0.69"


@pytest.mark.parametrize("score", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_a_mean_of_exactly_the_least_passes(score):
    assert refusal(least=score, **dict.fromkeys(WEIGHTS, score)) is None


@pytest.mark.parametrize(
    "defect",
    [
        "wrong_key",
        "two_right",
        "no_right",
        "leaked_answer",
        "grammatical_cue",
        "nonsense_distractor",
    ],
)
def test_a_named_defect_refuses_whatever_the_scores(defect):
    told = refusal(defects=["other", defect], **dict.fromkeys(WEIGHTS, 1.0))

    assert told == f"the arbiter names a defect: {defect}"


def test_another_remark_is_no_defect():
    assert refusal(defects=["other"]) is None


@pytest.mark.parametrize("wanted", DIFFICULTIES)
@pytest.mark.parametrize("placed", DIFFICULTIES)
def test_only_a_placement_at_the_other_end_refuses(wanted, placed):
    far = {wanted, placed} == {"easy", "hard"}

    told = f"placed {placed} where {wanted} was asked for" if far else None

    assert refusal(wanted, difficulty=placed) == told


@given(SCORES, st.floats(0, 1))
def test_what_passes_is_above_every_floor_and_the_least(scores, least):
    if refusal(least=least, **scores) is None:
        assert min(scores.values()) >= FLOOR
        assert sum(WEIGHTS[name] * score for name, score in scores.items()) >= least - 1e-9


@given(SCORES, st.sampled_from(sorted(WEIGHTS)), st.floats(0, 1))
def test_a_better_score_never_turns_a_pass_into_a_refusal(scores, name, better):
    if refusal(**scores) is None:
        assert refusal(**scores | {name: max(better, scores[name])}) is None


@pytest.mark.parametrize("score", [1.01, -0.01, float("nan"), float("inf")])
def test_a_score_out_of_range_is_no_verdict(score):
    with pytest.raises(ValidationError):
        a_verdict(validity=score)


def test_an_arbiter_sees_the_key_but_not_which_difficulty_was_asked_for():
    draft = a_draft(difficulty="hard")

    ask = judge.asking(draft, Slot(7, draft.stratum, 3, "seed"), seat=1, subject="it")

    assert '"key": "B"' in ask.prompt
    assert '"difficulty"' not in ask.prompt
    assert ask.place == ("7", 0, "judge", 1, "it")
