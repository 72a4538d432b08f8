"""Forms are equal for what the rule could call equal, and tell stimuli apart."""

import json
from pathlib import Path

import pytest
from tests.builders import a_draft

from itemwell.bank import Stimulus
from itemwell.similar.decide import DUPLICATE, decide
from itemwell.similar.forms import LONGEST_KEY, forms_of, side_of
from itemwell.similar.tokens import canonical

PAIRS = Path(__file__).parents[2] / "src/itemwell/similar/pairs.jsonl"


@pytest.mark.parametrize(
    "stem",
    ["Q3. What is *25* percent of 80", "What is twenty-five percent of 80?", "what is 25% of 80"],
)
def test_another_format_has_the_same_loose_form(stem):
    plain = forms_of(a_draft(stem="What is 25 % of 80?"))

    assert forms_of(a_draft(stem=stem)).loose == plain.loose


def test_canonical_equality_is_always_nominated():
    stems = [
        json.loads(line)[side]
        for line in PAIRS.read_text("utf-8").splitlines()
        for side in ("a", "b")
    ]
    loose_of = {}
    for stem in stems:
        loose_of.setdefault(canonical(stem), set()).add(forms_of(a_draft(stem=stem)).loose)

    assert all(len(forms) == 1 for forms in loose_of.values())


def test_a_stimulus_sets_all_forms_of_its_questions_apart():
    alone, after, other = (
        forms_of(a_draft(stimulus=stimulus))
        for stimulus in (None, Stimulus("Anna ran."), Stimulus("Ben ran."))
    )

    assert len({alone.loose, after.loose, other.loose}) == 3
    assert alone.stimulus == ""
    assert after.stimulus != other.stimulus


def test_a_stimulus_is_told_by_its_words_and_its_picture():
    same = [Stimulus("Anna  ran."), Stimulus("Anna ran"), Stimulus("**Anna** ran.")]
    drawn = Stimulus("Anna ran.", svg="<svg/>")

    assert len({forms_of(a_draft(stimulus=each)).stimulus for each in same}) == 1
    assert (
        forms_of(a_draft(stimulus=drawn)).stimulus != forms_of(a_draft(stimulus=same[0])).stimulus
    )


def test_a_side_holds_the_right_answers_text_and_never_its_letter():
    side = side_of(a_draft(right="8 pounds", key="C"))

    assert (side.key, side.stimulus, side.type) == ("8 pounds", None, "math")
    assert decide(side, side, 1.0).kind == DUPLICATE


@pytest.mark.parametrize("stem", ["", "\u200f", "ก" * 10_000, "क्या है?", "🙂", "\ud800"])
def test_any_stem_has_forms(stem):
    forms = forms_of(a_draft(stem=stem, right=stem or "x"))

    assert len(forms.loose) == 64
    assert len(forms.key_form) <= LONGEST_KEY
