"""The solvers of the memory models, tried on questions that were worked out by hand."""

import re
from itertools import chain
from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, Option, Posed, Stimulus
from itemwell.templates.memory import (
    MODELS,
    diary,
    digit_span,
    letter_number,
    paired_associates,
    route,
    serial_position,
    shape_grid,
    shopping_list,
    story_facts,
    word_source,
)
from itemwell.templates.memory.grid_picture import COLOURS, FORMS
from itemwell.templates.memory.words import THEMES


def solved(file, studied, stem, *options):
    stimulus = Stimulus("\n".join(studied))
    posed = Posed(stem=stem, options=tuple(map(Option, options)), stimulus=stimulus)
    return file.MODEL.solve(posed)


LISTS = ("List A", "- owl", "- swan", "", "List B", "- duck", "- crow", "- heron")
WORDS = ("Word list", "- owl", "- drum", "- cave", "- plum", "- sock")
PEOPLE = ("Name | Job | City", "Mei | baker | Lima", "Omar | pilot | Oslo", "Rosa | nurse | Lima")
SHOPPING = (
    "Shopping list", "- 3 eggs", "- 5 pears", "", "Changes",
    "Add 2 pears.", "Cross off 1 egg.", "Cross off 4 pears.", "Add 1 pear.",
)  # fmt: skip
STORY = (
    "Mei found an old map at the mill on Monday morning.",
    "On Monday evening, Mei gave the map to Omar at the town hall.",
    "Omar handed the map to Rosa at the bank on Friday morning.",
)
DIARY = (
    "Diary", "Monday 09:00 - haircut", "Monday 11:00 - eye test", "Friday 14:00 - book club", "",
    "Changes", "The haircut and the book club change places.", "The eye test moves to Monday at 16:00.",
)  # fmt: skip
ROUTE = (
    "Start at the school.", "Turn left at the mill.", "Turn right at the bank.",
    "Turn right at the bus stop.", "Finish at the hotel.",
)  # fmt: skip
GRID = ("Row 1: red star | empty | blue cross", "Row 2: red cross | black star | green circle")


@pytest.mark.parametrize(
    ("listed", "options", "right"),
    [("list A", ["duck", "swan", "stork"], [1]), ("list B", ["crow", "owl", "heron"], [0, 2])],
)
def test_a_word_is_right_in_its_own_list_only(listed, options, right):
    stem = f"You studied two lists of words. Which of these words was in {listed}?"

    assert solved(word_source, LISTS, stem, *options) == right


def test_a_word_of_the_only_list_is_right():
    stem = "Which of these words was in the list you studied?"

    assert solved(word_source, WORDS, stem, "cello", "plum", "cliff") == [1]
    assert solved(word_source, LISTS, stem, "owl", "duck", "stork") == []


@pytest.mark.parametrize(
    ("where", "right"),
    [
        ("directly after", 3),
        ("directly before", 1),
        ("two places after", 4),
        ("two places before", 0),
    ],
)
def test_places_are_counted_from_the_cue(where, right):
    stem = f'In the list you studied, which word came {where} "cave"?'

    assert solved(serial_position, WORDS, stem, "owl", "drum", "cave", "plum", "sock") == [right]


def test_a_word_that_is_listed_twice_has_two_successors():
    stem = 'In the list you studied, which word came directly after "owl"?'
    words = ("Word list", "- owl", "- drum", "- cave", "- owl", "- plum")

    assert solved(serial_position, words, stem, "cave", "plum", "drum") == [1, 2]


def test_pairs_are_found_from_any_column():
    job, name = "which job does {} have?", "what is the name of {}?"

    assert solved(
        paired_associates, PEOPLE, f"In the table, {job.format('Omar')}", "baker", "pilot"
    ) == [1]
    assert solved(
        paired_associates, PEOPLE, f"In the table, {name.format('the nurse')}", "Rosa", "Mei"
    ) == [0]


def test_two_people_of_one_city_make_two_names_right():
    stem = "In the table you studied, what is the name of the person from Lima?"

    assert solved(paired_associates, PEOPLE, stem, "Mei", "Omar", "Rosa") == [0, 2]


def test_digits_are_read_from_their_end():
    stem = "Which option gives the digits you studied in reverse order?"

    assert solved(digit_span, ["7 2 9 4"], stem, "7 2 9 4", "4 9 2 7", "4 9 7 2", "4 9 2") == [1]
    assert solved(digit_span, ["7 2 9 4"], "Which digits did you study?", "4 9 2 7") == []


def test_symbols_are_sorted_and_none_is_strange():
    stem = f"Sort the symbols you studied: first {letter_number.SORTED}. Which option do you get?"
    options = "2 7 K T", "2 7 T K", "K T 2 7", "2 8 K T", "2 7 K"

    assert solved(letter_number, ["K 7 T 2"], stem, *options) == [0]


@pytest.mark.parametrize(("goods", "right"), [("pears", 1), ("eggs", 0)])
def test_changes_are_counted_for_their_own_thing(goods, right):
    stem = f"After all the changes, how many {goods} were on the shopping list you studied?"

    assert solved(shopping_list, SHOPPING, stem, "2", "4", "5", "8") == [right]


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("who did Omar get the map from", 0),
        ("who got the map from Omar", 1),
        ("where did Omar get the map", 2),
        ("when did Rosa get the map", 4),
    ],
)
def test_the_story_tells_who_where_and_when(question, right):
    options = "Mei", "Rosa", "at the town hall", "at the mill", "on Friday morning"

    assert solved(story_facts, STORY, f"In the story you studied, {question}?", *options) == [right]


@pytest.mark.parametrize(
    ("slot", "right"),
    [
        ("Monday at 09:00", [2]),
        ("Friday at 14:00", [0]),
        ("Monday at 16:00", [1]),
        ("Monday at 11:00", []),
    ],
)
def test_appointments_are_followed_through_the_changes(slot, right):
    stem = f"After all the changes to the diary you studied, what is planned for {slot}?"

    assert solved(diary, DIARY, stem, "haircut", "eye test", "book club", "yoga class") == right


def test_two_appointments_of_one_hour_are_both_right():
    entries = ("Diary", "Monday 09:00 - haircut", "Monday 09:00 - eye test")
    stem = "In the diary you studied, what is planned for Monday at 09:00?"

    assert solved(diary, entries, stem, "haircut", "book club", "eye test") == [0, 2]


def test_the_way_back_turns_order_and_directions_round():
    forth = "What is the first turn of the route you studied?"
    back = "You walk back along the route you studied. What is the first turn on the way back?"
    options = (
        "left at the mill",
        "right at the mill",
        "left at the bus stop",
        "right at the bus stop",
    )

    assert solved(route, ROUTE, forth, *options) == [0]
    assert solved(route, ROUTE, back, *options) == [2]


@pytest.mark.parametrize(
    ("where", "right"),
    [
        ("in row 1, column 3", 1),
        ("directly below the red star", 2),
        ("directly to the left of the green circle", 3),
    ],
)
def test_shapes_are_found_by_row_and_column_or_by_their_neighbour(where, right):
    options = "red star", "blue cross", "red cross", "black star"

    assert solved(
        shape_grid, GRID, f"In the grid you studied, which shape was {where}?", *options
    ) == [right]


def test_a_cue_that_is_in_the_grid_twice_makes_two_shapes_right():
    rows = ("Row 1: red star | blue cross", "Row 2: red star | green circle")
    stem = "In the grid you studied, which shape was directly to the right of the red star?"

    assert solved(shape_grid, rows, stem, "green circle", "red star", "blue cross") == [0, 2]


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_the_picture_shows_what_its_description_says(difficulty):
    drawn = shape_grid.draw(Random(3), shape_grid.MODEL.levels[difficulty])
    rows = [line.partition(": ")[2].split(" | ") for line in drawn.stimulus.text.splitlines()]
    path = re.compile(r'translate\((\d+) (\d+)\)" d="([^"]+)" fill="([^"]+)"')
    shown = {
        (int(y) // 60, int(x) // 60): (d, fill)
        for x, y, d, fill in path.findall(drawn.stimulus.svg)
    }

    for (row, column), (outline, fill) in shown.items():
        colour, form = rows[row][column].split()
        assert (outline, fill) == (FORMS[form], COLOURS[colour])
    assert len(shown) == sum(cell != "empty" for cell in chain(*rows))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_broken_text_has_no_right_option(model):
    drawn = model.draw(Random(1), model.levels["hard"])
    broken = Stimulus(drawn.stimulus.text[::-1])

    assert model.solve(Posed(stem=drawn.stem, options=(drawn.key,))) == []
    assert model.solve(Posed(stem="What?", options=(drawn.key,), stimulus=drawn.stimulus)) == []
    assert model.solve(Posed(stem=drawn.stem[::-1], options=(drawn.key,), stimulus=broken)) == []


def test_no_word_has_two_themes():
    words = list(chain(*THEMES.values()))

    assert len(set(words)) == len(words)
    assert {len(theme) for theme in THEMES.values()} == {18}
