"""Only what cannot change a meaning is folded away."""

import pytest
from tests.builders import a_draft

from itemwell.bank import Option, Stimulus
from itemwell.similar.signature import masked, signature, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 5!?", "What is 5?"),
        ("Is 3-5 right?", "Is 35 right?"),
        ("Is x-1 right?", "Is x+1 right?"),
        ("Is 2.5 right?", "Is 25 right?"),
        ("Is 3<5 right?", "Is 3>5 right?"),
        ("Is Fe2+ right?", "Is Fe2- right?"),
        ("Is Co right?", "Is CO right?"),
        ("Is C++ right?", "Is C# right?"),
        ("Is -7 right?", "Is 7 right?"),
        ("Is 10^2 right?", "Is 102 right?"),
        ("Is 1/2 right?", "Is 12 right?"),
        ("Is a[i] right?", "Is a(i) right?"),
    ],
)
def test_what_differs_in_meaning_differs_in_signature(one, other):
    assert signature(a_draft(stem=one)) != signature(a_draft(stem=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 2 + 2?", "  What is\n2 + 2 ?"),
        ("Which caf\u00e9 is it?", "Which cafe\u0301 is it?"),
        ("Complete the row: 1, 2, 3", "Complete the row: 1, 2, 3."),
    ],
)
def test_white_space_composition_and_final_punctuation_do_not_count(one, other):
    assert signature(a_draft(stem=one)) == signature(a_draft(stem=other))


def test_the_order_of_the_options_does_not_count_but_the_key_does():
    first = a_draft(key="A")
    moved = a_draft(key="D")
    other_key = a_draft(right="6 pounds", wrong=("8 pounds", "24 pounds", "36 pounds", "9 pounds"))

    assert signature(first) == signature(moved)
    assert signature(first) != signature(other_key)


def test_stimulus_and_pictures_count():
    plain = a_draft()
    shown = a_draft(stimulus=Stimulus("A price list"))
    drawn = a_draft(stimulus=Stimulus("A price list", svg="<svg/>"))
    picture = a_draft(right=Option("8 pounds", svg="<svg/>"))

    assert len({signature(each) for each in (plain, shown, drawn, picture)}) == 4


def test_isomorphs_share_a_skeleton_and_others_do_not():
    one = a_draft(stem="Anna has 12 pens. How many has she after Ben takes 3?", family="math.pens")
    two = a_draft(stem="Zoe has 40 pens. How many has she after Raj takes 15?", family="math.pens")
    other = a_draft(stem="Zoe has 40 pens. How many packs of 8 are that?", family="math.pens")

    assert skeleton(one) == skeleton(two) != skeleton(other)


@pytest.mark.parametrize(
    "stem", ["", "?", "\ud800", "ก" * 10_000, "🙂" * 500, "\u202eabc", "12 34 56"]
)
def test_any_text_has_a_skeleton(stem):
    assert len(skeleton(a_draft(stem=stem))) == 32
    assert isinstance(masked(stem), str)
