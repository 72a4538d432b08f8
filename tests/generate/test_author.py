"""What an author wrote becomes a draft: its key in the slot's turn, its distractors all there."""

import asyncio
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.builders import EXPLANATION, RIGHT, STEM, WRONG

from itemwell.bank import LETTERS, QUESTION_TYPES, Slot, Stratum
from itemwell.generate.author import Written, laid_out
from itemwell.generate.material import Passage
from itemwell.generate.panel import Panel
from itemwell.generate.prompts import subtype
from itemwell.generate.routing import ModelName, Routing
from itemwell.llm.door import LLMError


def written(wrong=WRONG, **changes):
    distractors = [{"text": text, "misconception": f"takes {text}"} for text in wrong]
    fields = {
        "stimulus": None,
        "stem": STEM,
        "right_option": RIGHT,
        "distractors": distractors,
        "explanation": EXPLANATION,
        "quotation": None,
    }
    return Written.model_validate(fields | changes)


def a_slot(ordinal=0, attempts=0, seed="seed", kind="math"):
    return Slot(ordinal, Stratum(kind, "easy"), ordinal, seed, attempts)


@given(st.integers(2, 5), st.integers(0, 10_000), st.integers(0, 20), st.text(max_size=8))
def test_the_key_names_what_was_written_as_right_and_nothing_is_lost(
    number, ordinal, attempts, seed
):
    wrong = [f"{each} pounds" for each in range(number)]

    draft = laid_out(written(wrong), a_slot(ordinal, attempts, seed))

    assert (draft.right.text, draft.right.misconception) == (RIGHT, None)
    assert sorted((each.text, each.misconception) for each in draft.wrong) == sorted(
        (text, f"takes {text}") for text in wrong
    )


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_over_a_run_each_place_is_right_equally_often(number):
    wrong = [f"{each} pounds" for each in range(number)]

    keys = Counter(laid_out(written(wrong), a_slot(n)).key for n in range(20 * (number + 1)))

    assert keys == dict.fromkeys(LETTERS[: number + 1], 20)


def test_another_attempt_orders_the_distractors_anew_and_leaves_the_key_where_it_is():
    drafts = [laid_out(written(), a_slot(5, attempts)) for attempts in range(10)]

    assert len({draft.key for draft in drafts}) == 1
    assert len({tuple(each.text for each in draft.wrong) for draft in drafts}) > 3


def test_the_same_slot_lays_out_the_same_draft():
    assert laid_out(written(), a_slot(5)) == laid_out(written(), a_slot(5))


def test_what_is_about_a_passage_cites_it():
    passage = Passage("book.txt", "f" * 64, "A shop sells pens.")

    with_it = laid_out(written(quotation="sells pens"), a_slot(), passage)
    without = laid_out(written(quotation="sells pens"), a_slot())

    assert (with_it.citation.source, with_it.citation.quote) == ("book.txt", "sells pens")
    assert with_it.citation.sha256 == "f" * 64
    assert without.citation is None


def test_an_empty_misconception_or_stimulus_is_none():
    bare = [{"text": text, "misconception": ""} for text in WRONG]

    draft = laid_out(written(distractors=bare, stimulus=""), a_slot())

    assert draft.stimulus is None
    assert [each.misconception for each in draft.wrong] == [None] * 4


@pytest.mark.parametrize(
    "changes",
    [{"stem": ""}, {"right_option": ""}, {"distractors": []}, {"key": "B"}, {"stem": None}],
)
def test_what_lacks_a_part_or_brings_one_too_many_is_not_a_draft(changes):
    with pytest.raises(ValidationError):
        written(**changes)


def test_each_type_meets_all_its_sub_types_however_the_types_are_mixed():
    model = Overheard()
    panel = Panel(lambda _: model, Routing((ModelName("openai", "m"),), {}), None, 2, 0.7)
    for ordinal in range(72):
        with pytest.raises(LLMError):
            drafted(panel, a_slot(ordinal, kind=QUESTION_TYPES[ordinal % 6]))

    for place, kind in enumerate(QUESTION_TYPES):
        asked = [model.subtypes[n] for n in range(place, 72, 6)]
        assert len(set(asked)) == 12 <= len({subtype(kind, turn) for turn in range(20)})


class Overheard:
    """A model that is never at home; what it was asked for is on record."""

    vendor, name = "openai", "m"

    def __init__(self):
        self.subtypes = []

    async def __call__(self, ask):
        self.subtypes.append(re.search(r"What it asks for: (.*)", ask.prompt)[1])
        raise LLMError("connection", "nobody at home")


def drafted(panel, slot):
    return asyncio.run(panel.draft(slot))
