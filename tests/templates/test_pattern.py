"""The solvers of the pattern models solve questions that were worked out by hand."""

from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, Option, Posed, Stimulus
from itemwell.templates.model import Drawn
from itemwell.templates.pattern import (
    MODELS,
    growing_differences,
    interleaved,
    letter_analogy,
    letter_series,
    multiply_and_add,
    number_table,
    shape_table,
    sum_of_previous,
    symbol_cycle,
    wrong_term,
)
from itemwell.templates.pattern.sequences import continuations


def asked(stem, *options, stimulus=None):
    return Posed(
        stem=stem,
        options=tuple(Option(text) for text in options),
        stimulus=stimulus and Stimulus(stimulus),
    )


def test_differences_that_grow():
    stem = "Which number comes next in the series 2, 5, 9, 14, 20, 27, ...?"

    assert growing_differences.solve(asked(stem, "34", "35", "36", "42")) == [1]
    assert growing_differences.solve(asked(stem, "34", "33", "36", "42")) == []


def test_a_series_with_two_continuations_has_two_right_options():
    stem = "The numbers 2, 3, 5, 8 follow a rule. Which number comes next?"

    assert growing_differences.solve(asked(stem, "11", "12", "13", "16")) == [1, 2]


def test_multiplying_and_adding():
    stem = "The numbers 3, 7, 15, 31, 63 follow a rule. Which number comes next?"

    assert multiply_and_add.solve(asked(stem, "95", "126", "128", "127")) == [3]


def test_sums_of_the_two_before_with_a_constant():
    stem = "Which number comes next in the series 2, 3, 6, 10, 17, 28, ...?"

    assert sum_of_previous.solve(asked(stem, "46", "45", "39", "56")) == [0]


def test_two_series_that_take_turns():
    stem = "Which number comes next in the series 5, 40, 8, 36, 12, 32, 17, 28, ...?"

    assert interleaved.solve(asked(stem, "24", "22", "23", "39")) == [2]


def test_the_number_that_breaks_the_rule():
    stem = "One number in the series {} breaks its rule. Which one?"

    doubled = asked(stem.format("3, 6, 12, 25, 48, 96"), "12", "25", "48", "96")
    sound = asked(stem.format("3, 6, 12, 24, 48, 96"), "12", "24", "48", "96")

    assert wrong_term.solve(doubled) == [1]
    assert wrong_term.solve(sound) == []


def test_the_rule_of_the_rows_of_a_number_table():
    table = "2 | 3 | 7\n4 | 5 | 21\n3 | 6 | 19\n5 | 7 | ?"
    question = asked("Which number is missing?", "35", "12", "36", "34", stimulus=table)

    assert number_table.solve(question) == [2]


def test_a_number_table_that_two_simple_rules_explain():
    table = "2 | 2 | 4\n2 | 2 | 4\n3 | 5 | ?"
    question = asked("Which number is missing?", "8", "9", "15", "11", stimulus=table)

    assert number_table.solve(question) == [0, 2]


@pytest.mark.parametrize(
    ("series", "options", "right"),
    [
        ("A, C, F, J, O", ("T", "U", "V", "S"), [1]),
        ("AZ, CY, EX, GW", ("IU", "HV", "IV", "IW"), [2]),
        ("A, CD, F, J", ("K", "L", "M", "N"), []),
    ],
)
def test_letters_that_move_through_the_alphabet(series, options, right):
    stem = f"The letters {series} follow a rule. What comes next?"

    assert letter_series.solve(asked(stem, *options)) == right


@pytest.mark.parametrize(
    ("source", "image", "target", "right"),
    [
        ("KTRB", "BRTK", "MPWD", "DWPM"),
        ("KTRB", "LUSC", "MPWD", "NQXE"),
        ("KTRB", "UMUF", "MPWD", "QOZH"),
    ],
)
def test_groups_of_letters_changed_alike(source, image, target, right):
    stem = f"{source} is to {image} as {target} is to which group of letters?"
    question = asked(stem, "DWPM", "NQXE", "QOZH", "PMDW")

    assert [question.options[place].text for place in letter_analogy.solve(question)] == [right]


def test_cycles_of_different_length():
    row = "black circle, white square, black star, white circle, black square, white star"
    stem = f"A row of shapes begins: {row}. They repeat. Which one {{}}?"
    options = ("white circle", "black circle", "white star", "black star")

    assert symbol_cycle.solve(asked(stem.format("comes next"), *options)) == [1]
    assert symbol_cycle.solve(asked(stem.format("is in the 10th place"), *options)) == [0]


def test_attributes_with_rules_of_their_own():
    table = (
        "1 black star | 1 white cross | 1 grey arrow\n"
        "3 white stars | 3 grey crosses | 3 black arrows\n"
        "2 grey stars | 2 black crosses | ?"
    )
    options = ("2 grey arrows", "2 white arrows", "3 white arrows", "2 white stars")

    assert shape_table.solve(asked("What is missing?", *options, stimulus=table)) == [1]


def test_a_table_whose_numbers_can_be_sums_or_equal_steps():
    row = "1 star | 2 stars | 3 stars\n"
    options = ("3 stars", "4 stars", "5 stars", "1 star")
    question = asked("What is missing?", *options, stimulus=f"{row}{row}2 stars | 3 stars | ?")

    assert shape_table.solve(question) == [1, 2]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize(
    "text", ["", "?", "1, 2", "1 | 2 | 3\n4 | 5 | ?", "AB, C", "a: b.", "| |\n?"]
)
def test_a_text_that_cannot_be_read_has_no_right_option(model, text):
    question = asked(text, "1", "B", "star", "black star", stimulus=text)

    assert model.solve(question) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_four_distractors_and_a_finished_explanation(model):
    for difficulty in DIFFICULTIES:
        drawn = model.draw(Random(difficulty), model.levels[difficulty])

        assert isinstance(drawn, Drawn)
        assert len(drawn.distractors) == 4
        assert drawn.explanation.endswith(".")
        assert drawn.key.text in drawn.explanation


@pytest.mark.parametrize("terms", [[], [4], [4, 4], [1, 5, 2]])
def test_too_few_terms_show_no_rule(terms):
    assert continuations(terms) == set()
