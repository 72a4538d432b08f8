"""The solvers of the verbal models, tried on questions whose answers are worked out by hand."""

import pytest

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.verbal import (
    MODELS,
    affix_meaning,
    analogy,
    antonym,
    compound_link,
    group_name,
    letter_code,
    odd_one_out,
    sentence_order,
    synonym,
    word_from_letters,
)


def asked(stem, *options, stimulus=None):
    return Posed(stem=stem, options=tuple(map(Option, options)), stimulus=stimulus)


def test_a_synonym_is_found_and_a_second_one_noticed():
    stem = 'Which word is closest in meaning to "brave"?'

    assert synonym.solve(asked(stem, "timid", "valiant", "eager", "broad")) == [1]
    assert synonym.solve(asked(stem, "timid", "valiant", "eager", "heroic")) == [1, 3]


def test_an_antonym_is_found_and_a_second_one_noticed():
    stem = 'Which word is most nearly opposite in meaning to "expensive"?'

    assert antonym.solve(asked(stem, "costly", "cheap", "useful", "expansive")) == [1]
    assert antonym.solve(asked(stem, "inexpensive", "cheap", "useful", "rare")) == [0, 1]


def test_an_analogy_is_read_from_either_end():
    forward = asked(
        '"dog" is to "puppy" as "sheep" is to which word?', "flock", "wool", "lamb", "foal"
    )
    back = asked(
        '"light" is to "darkness" as "food" is to which word?', "hunger", "famine", "night"
    )

    assert analogy.solve(forward) == [2]
    assert analogy.solve(back) == [1]


def test_every_animal_with_cubs_would_be_right():
    stem = '"puppy" is to "dog" as "cub" is to which word?'

    assert analogy.solve(asked(stem, "lion", "kennel", "bear", "goose")) == [0, 2]


def test_the_odd_word_may_be_odd_in_one_way_only():
    stem = odd_one_out.STEM

    assert odd_one_out.solve(asked(stem, "robin", "eagle", "trout", "duck", "owl")) == [2]
    assert odd_one_out.solve(asked(stem, "robin", "eagle", "bat", "penguin", "owl")) == [2, 3]


def test_the_narrowest_group_is_neither_too_wide_nor_too_narrow():
    stem = "Which is the narrowest group that includes all of these: robin, eagle and duck?"

    assert group_name.solve(asked(stem, "animals", "songbirds", "birds", "fish")) == [2]
    assert group_name.solve(asked(stem, "animals", "songbirds", "mammals", "fish")) == []


def test_a_form_counts_only_in_the_meaning_asked_for():
    options = ("overcoat", "oversleep", "overtake", "overseas")
    untie = ("untie", "unfair", "uncle", "unkind")

    assert affix_meaning.solve(
        asked('In which word does the beginning "over-" mean "too much"?', *options)
    ) == [1]
    assert affix_meaning.solve(
        asked('In which word does the beginning "un-" mean "not"?', *untie)
    ) == [1, 3]


def test_a_link_has_to_make_a_word_on_both_sides():
    stem = (
        'Which word can be put after "foot" and before "room" '
        "to make two whole words, each written without a space?"
    )

    assert compound_link.solve(asked(stem, "print", "class", "ball", "heart")) == [2]


def test_letters_are_not_used_more_often_than_they_are_there():
    stem = 'Using each letter of "carpenter" at most once, which word can be made?'

    assert word_from_letters.solve(asked(stem, "parrot", "recent", "carpet", "entrance")) == [1, 2]
    assert word_from_letters.solve(asked(stem, "canoe", "paper", "trace", "attic")) == [2]


@pytest.mark.parametrize(
    ("shown", "coded", "word", "right"),
    [
        ("COLD", "DPME", "MILK", "NJML"),  # one place on
        ("COLD", "EMPD", "MILK", "LMJN"),  # the same, written backwards
        ("COLD", "DQOH", "MILK", "NKOO"),  # one place, two places, three, four
        ("COLD", "DNMC", "MILK", "NHMJ"),  # one on and one back in turn
        ("COLD", "XLOW", "MILK", "NROP"),  # the mirrored alphabet
    ],
)
def test_a_code_is_broken(shown, coded, word, right):
    stem = f"In a code, {shown} is written as {coded}. How is {word} written in the same code?"

    assert letter_code.solve(asked(stem, "MILK", "LHKJ", right, "OKNM")) == [2]


def test_a_story_may_be_told_by_a_general_word():
    story = Stimulus(
        "1. The bird was carrying a letter.\n"
        "2. Omar remembers hearing about a wall.\n"
        "3. Along the top of the wall walked a pigeon."
    )
    orders = ("1, 2, 3", "2, 1, 3", "2, 3, 1", "3, 2, 1")

    assert sentence_order.solve(asked(sentence_order.STEMS[0], *orders, stimulus=story)) == [2]


def test_sentences_that_do_not_depend_on_each_other_can_be_told_in_two_orders():
    story = Stimulus("1. The lake is deep.\n2. Omar dreamt of a lake.\n3. Hana dreamt of a wall.")
    orders = ("2, 1, 3", "1, 2, 3", "2, 3, 1")

    assert sentence_order.solve(asked(sentence_order.STEMS[0], *orders, stimulus=story)) == [0, 2]


def test_a_general_word_may_mean_more_than_one_thing():
    story = Stimulus(
        "1. Omar dreamt of a cup.\n2. The cup stood on a ship.\n3. The vessel was old."
    )
    orders = ("1, 2, 3", "1, 3, 2", "3, 1, 2")

    assert sentence_order.solve(asked(sentence_order.STEMS[0], *orders, stimulus=story)) == [0, 1]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_question_that_cannot_be_read_has_no_right_option(model):
    assert model.solve(asked("What now?", "this", "that", "neither")) == []
