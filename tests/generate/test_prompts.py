"""Prompts: every name filled, a version for each content, data that cannot leave its marks."""

import json
import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_draft

from itemwell.bank import QUESTION_TYPES, Option, Slot, Stimulus, Stratum
from itemwell.generate import author, judge, solve
from itemwell.generate.material import Passage
from itemwell.generate.prompts import LOOK_ALIKES, Prompt, fenced, load, mark_of, subtype

NAMES = ("draft", "repair", "solve", "judge")
SECRET = "an-odd-word"
DRAFT = a_draft(
    stem=f"What is {SECRET} 1?",
    right=f"{SECRET} 2",
    wrong=[Option(f"{SECRET} {n}", f"{SECRET} {n}") for n in "345"],
    explanation=f"{SECRET} 6",
    stimulus=Stimulus(f"{SECRET} 7"),
)
PASSAGE = Passage(f"{SECRET}.txt", "0" * 64, f"{SECRET} 8")
SLOT = Slot(1, DRAFT.stratum, 0, "seed")
ASKS = {
    "draft": author.asking(SLOT, turn=1, avoid=[f"{SECRET} 9"], passage=PASSAGE),
    "repair": author.mending(SLOT, DRAFT, f"{SECRET} 0", passage=PASSAGE),
    "solve": solve.asking(DRAFT, SLOT, seat=0, subject="")[0],
    "judge": judge.asking(DRAFT, SLOT, seat=0, subject=""),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_prompt_is_filled(name):
    ask = ASKS[name]

    assert re.findall(r"\$\w+|\$\{", ask.system + ask.prompt) == []
    assert ask.prompt_version == load(name).version


def test_a_name_without_a_value_is_a_mistake():
    with pytest.raises(KeyError, match="other"):
        Prompt.of("it", "System $mark\n---\n$other").filled(mark="7")


def test_a_prompts_version_changes_with_its_content_and_its_name():
    versions = {
        Prompt.of(name, text).version for name in ("a", "b") for text in ("x\n---\ny", "x\n---\nz")
    }

    assert len(versions) == 4
    assert Prompt.of("a", "x").version == Prompt.of("a", "x").version


@pytest.mark.parametrize("name", NAMES)
def test_the_system_part_tells_that_data_is_data(name):
    mark = re.search(r"<data-(\w+)> and </data-\1> is data", ASKS[name].system)[1]

    assert f"<data-{mark}>\n" in ASKS[name].prompt


@pytest.mark.parametrize("name", NAMES)
def test_what_models_and_files_wrote_stands_between_the_marks_alone(name):
    ask = ASKS[name]

    outside = re.sub(r"<data-(\w+)>\n.*?\n</data-\1>", "", ask.prompt, flags=re.DOTALL)

    assert SECRET in ask.prompt
    assert SECRET not in ask.system + outside


@given(st.text() | st.dictionaries(st.text(), st.text() | st.lists(st.text(), max_size=3)))
def test_data_comes_out_as_it_went_in_and_shows_nothing_that_could_end_it(data):
    first, inside, last = fenced(data, "7").split("\n")

    assert (first, last) == ("<data-7>", "</data-7>")
    assert json.loads(inside) == data
    assert not LOOK_ALIKES & set(inside)
    hidden = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    assert not [letter for letter in inside if unicodedata.category(letter) in hidden]


def test_every_look_alike_that_unicode_itself_folds_is_known():
    folded = {
        c for c in map(chr, range(0x110000)) if unicodedata.normalize("NFKC", c) in {"<", ">"}
    }

    assert folded <= LOOK_ALIKES


def test_marks_differ_with_the_slot_the_attempt_the_stage_and_the_seat():
    parts = [("s", 0, 0, "solve", 0), ("s", 1, 0, "solve", 0), ("s", 0, 1, "solve", 0)]
    parts += [("s", 0, 0, "judge", 0), ("s", 0, 0, "solve", 1), ("t", 0, 0, "solve", 0)]

    marks = {mark_of(*part) for part in parts}

    assert len(marks) == len(parts)
    assert all(re.fullmatch(r"[0-9a-f]{16}", mark) for mark in marks)


@pytest.mark.parametrize("kind", [*QUESTION_TYPES, "history"])
def test_sub_types_take_turns_and_no_two_neighbours_are_alike(kind):
    asks = [subtype(kind, turn) for turn in range(100)]

    assert all(one != other for one, other in pairwise(asks))
    assert len(set(asks[:10])) == 10


def test_a_type_that_is_not_named_has_sub_types_all_the_same():
    slot = Slot(1, Stratum("history", "easy"), 0, "seed")

    ask = author.asking(slot, turn=3, avoid=[], passage=None)

    assert subtype("history", 3) in ask.prompt
