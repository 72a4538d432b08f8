"""The solvers of the logic models find the answers that we found by hand, and doubt what is unclear."""

import re
from random import Random

import pytest

from itemwell.bank import DIFFICULTIES, Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.logic import MODELS
from itemwell.templates.logic.grid import Clue, Grid, Sheet
from itemwell.templates.logic.seating import SETTINGS, chain

SOLVE = {model.name.partition(".")[2]: model.solve for model in MODELS}


def solved(name, stem, *options):
    return SOLVE[name](Posed(stem=stem, options=tuple(map(Option, options))))


CHAIN = "Ben is taller than Ivo. Wei is shorter than Ivo. Ben is not as tall as Noor. "


def test_ordering_turns_clues_round():
    assert solved("ordering", CHAIN + "Who is the second tallest?", "Noor", "Ben", "Ivo") == [1]
    assert solved("ordering", CHAIN + "Who is the shortest?", "Noor", "Ben", "Wei") == [2]


def test_ordering_is_undecided_where_the_clues_leave_two():
    stem = "Ben is older than Ivo. Ben is older than Wei. Who is the youngest?"

    assert solved("ordering", stem, "Ben", "Ivo", "Wei") == []


def test_ordering_does_not_mix_scales():
    stem = "Ben is taller than Ivo. Ivo is older than Wei. Who is the tallest?"

    assert solved("ordering", stem, "Ben", "Ivo", "Wei") == []


ROW = "Ben, Ivo, Noor and Wei sit in a row of seats, numbered 1 to 4 from left to right. "


def test_seating_waits_for_the_clue_that_decides():
    clues = "Ivo sits next to Wei. Wei sits in seat 3. Wei sits directly to the left of Ben. "

    assert solved("seating", ROW + clues + "Who sits in seat 2?", "Ben", "Ivo", "Noor") == [1]
    assert solved("seating", ROW + clues + "Who sits in seat 1?", "Ben", "Ivo", "Noor") == [2]


def test_seating_is_undecided_where_a_clue_has_two_sides():
    clues = "Ivo sits next to Wei. Wei sits in seat 3. "

    assert solved("seating", ROW + clues + "Who sits in seat 2?", "Ben", "Ivo", "Noor") == []


def test_seating_always_finds_a_clue_to_go_on():
    order = ["Ben", "Ivo", "Noor", "Quinn", "Tara", "Wei"]
    for seed in range(500):
        setting = SETTINGS[seed % 3]
        settled, clues = chain(Random(seed), setting, order, two_sided=3)

        assert len(set(settled)) == 5
        assert [len(clue.steps) for clue in clues] == [1, 2, 2, 2]


TALKS = "Ben, Ivo, Noor, Tara and Wei each give one talk, one person a day from Monday to Friday. "
TALK_CLUES = "Ben speaks before Ivo. Ivo speaks after Noor. Tara speaks after Ivo. "


def test_precedence_counts_everybody_who_must_come_first():
    stem = TALKS + TALK_CLUES + "What is the earliest day on which Tara can speak?"

    assert solved("precedence", stem, "Tuesday", "Wednesday", "Thursday", "Friday") == [2]


def test_precedence_counts_from_the_end():
    stem = TALKS + TALK_CLUES + "What is the latest day on which Noor can speak?"

    assert solved("precedence", stem, "Monday", "Tuesday", "Wednesday", "Friday") == [2]


def test_precedence_has_no_answer_where_the_clues_contradict():
    circle = "Ben speaks before Ivo. Ivo speaks before Ben. "
    stem = TALKS + circle + "What is the latest day on which Noor can speak?"

    assert solved("precedence", stem, "Monday", "Wednesday", "Friday") == []


RULES = (
    "If the red lamp is on, then the blue lamp is off. "
    "If the grey lamp is on, then the blue lamp is on. The red lamp is on. "
    "Which of these must be true as well?"
)


def test_conditional_chain_turns_a_rule_round():
    options = "The grey lamp is on.", "The grey lamp is off.", "The blue lamp is on."

    assert solved("conditional_chain", RULES, *options) == [1]


def test_conditional_chain_finds_two_right_options():
    options = "The grey lamp is on.", "The grey lamp is off.", "The blue lamp is off."

    assert solved("conditional_chain", RULES, *options) == [1, 2]


def test_conditional_chain_does_not_reason_backwards():
    stem = (
        "If the tap is open, then the pump is on. The pump is on. "
        "Which of these must be true as well?"
    )

    assert solved("conditional_chain", stem, "The tap is open.", "The tap is closed.") == []


ONLY_IF = (
    "A control system keeps this rule: The fan is on only if the door is locked. "
    "Which sentence means exactly the same?"
)


def test_equivalence_reads_only_if():
    options = (
        "If the door is locked, then the fan is on.",
        "If the fan is on, then the door is locked.",
        "If the fan is off, then the door is unlocked.",
        "If the door is unlocked, then the fan is off.",
    )

    assert solved("equivalence", ONLY_IF, *options) == [1, 3]


def test_equivalence_knows_how_a_pair_is_denied():
    stem = (
        'A control system keeps this rule, in which "or" means "one or both": '
        "The fan is on unless the door is locked and the gate is open. "
        "Which sentence means exactly the same?"
    )
    options = (
        "If the door is unlocked and the gate is closed, then the fan is on.",
        "If the door is unlocked or the gate is closed, then the fan is on.",
        "If the fan is on, then the door is unlocked or the gate is closed.",
    )

    assert solved("equivalence", stem, *options) == [1]


CLUB = 'These statements are true of the members of a club; "some" means "at least one". '


def test_syllogism_follows_a_denial():
    stem = CLUB + "All potters are bakers. No anglers are bakers. Which conclusion follows?"
    options = "No potters are anglers", "No anglers are potters", "All bakers are potters"

    assert solved("syllogism", stem, *options) == [0, 1]


def test_syllogism_does_not_take_some_for_not_all():
    stem = CLUB + "All potters are bakers. Some potters are anglers. What must therefore be true?"
    options = "Some bakers are not anglers", "Some bakers are anglers", "All anglers are bakers"

    assert solved("syllogism", stem, *options) == [1]


def test_syllogism_refuses_a_conclusion_that_needs_members():
    stem = CLUB + "All potters are bakers. All bakers are anglers. Which conclusion follows?"

    assert solved("syllogism", stem, "Some potters are anglers", "No potters are anglers") == []
    assert solved("syllogism", stem, "Some potters are anglers", "All potters are anglers") == [
        0,
        1,
    ]


ISLAND = (
    "Truth-tellers always tell the truth and liars always lie. "
    "Each of Ben, Ivo and Wei is one or the other. "
)
LIST = "Which list names all the truth-tellers and nobody else?"


def test_truth_tellers_starts_from_the_one_who_cannot_be_honest():
    said = 'Ivo says: "Wei is a liar." Ben says: "Ivo and I are both liars." '

    assert solved("truth_tellers", ISLAND + said + LIST, "Ben", "Ivo", "Wei", "Ivo and Wei") == [1]


def test_truth_tellers_is_undecided_where_two_lists_fit():
    said = 'Ivo says: "Wei is a liar." Ben says: "Ivo is a truth-teller." '

    assert solved("truth_tellers", ISLAND + said + LIST, "Wei", "Ben and Ivo", "Ivo") == []


def test_truth_tellers_reads_every_word_that_is_said():
    said = 'Ivo says: "Wei is a liar." Ben shrugs. Ben says: "Ivo and I are both liars." '

    assert solved("truth_tellers", ISLAND + said + LIST, "Ben", "Ivo", "Wei") == []


PETS = (
    "Ben, Ivo, Noor and Wei each own a different pet: the cat, the dog, the parrot and the snake. "
)
STUDIES = "They also each study a different subject: art, history, law and music. "


def test_elimination_grid_rules_people_out():
    clues = (
        "Ben owns neither the dog nor the parrot. Ivo owns the snake. Noor does not own the dog. "
    )

    assert solved("elimination_grid", PETS + clues + "Who owns the dog?", "Ben", "Noor", "Wei") == [
        2
    ]


def test_elimination_grid_uses_the_second_category():
    clues = (
        "The person who studies law owns the dog. Noor studies law. Wei does not own the parrot. "
        "The person who studies art does not own the parrot. Ben studies art. "
    )
    stem = PETS + STUDIES + clues + "Who owns the parrot?"

    assert solved("elimination_grid", stem, "Ben", "Noor", "Wei", "Ivo") == [3]


def test_elimination_grid_is_undecided_where_two_are_left():
    clues = "Ben owns neither the dog nor the parrot. Ivo owns the snake. "

    assert (
        solved("elimination_grid", PETS + clues + "Who owns the dog?", "Ben", "Noor", "Wei") == []
    )


def test_a_sheet_gives_the_last_value_to_whom_it_is_left():
    grid = Grid(["Ben", "Ivo", "Wei"], [["tea", "milk", "juice"]])
    sheet = Sheet(grid, [Clue("Ivo", "tea", holds=False), Clue("Wei", "tea", holds=False)])

    assert sheet.settled
    assert sheet.owners == {"tea": 0b001, "milk": 0b110, "juice": 0b110}


CARDS = (
    "Four cards each have a letter on one side and a number on the other. The sides that can be "
    "seen show E, K, 4 and 7. Rule: If the letter on a card is {}, then the number on it is even. "
    "Which list names exactly the cards that must be turned over to check that every card keeps "
    "the rule?"
)


def test_card_selection_turns_what_could_break_the_rule():
    options = "E and 4", "E", "E and 7", "7 and E", "E, 4 and 7"

    assert solved("card_selection", CARDS.format("a vowel"), *options) == [2, 3]


def test_card_selection_reads_not():
    stem = CARDS.format("not a vowel")

    assert solved("card_selection", stem, "E and 4", "K and 7", "K and 4") == [1]


LOCK = (
    "A lock has a code of three different digits from 1 to 6. The answer to a guess tells how many "
    "of its digits are in the right place (right) and how many are in the code but in another place "
    "(misplaced). 123: 1 right, 1 misplaced; 456: 0 right, 1 misplaced. "
    "Which of these codes fits all the answers?"
)


def test_code_deduction_checks_each_answer():
    assert solved("code_deduction", LOCK, "136", "134", "163", "214", "145") == [1]


def test_code_deduction_finds_two_codes_that_fit():
    assert solved("code_deduction", LOCK, "134", "142", "143", "1342", "177") == [0, 1]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_solver_trips_over_a_text_it_cannot_read(model):
    for seed in range(60):
        rng = Random(seed)
        item = model.draw(rng, model.levels[DIFFICULTIES[seed % 3]])
        words = re.findall(r"\S+", item.stem)
        del words[rng.randrange(len(words)) :: rng.randrange(3, 20)]
        options = tuple(Option(text) for text in ("", item.key.text[1:], "Ben, Ivo and 7", "?"))

        assert model.solve(Posed(stem=" ".join(words), options=options)) == []
        assert model.solve(Posed(stem="", options=options)) == []
        assert model.solve(Posed(stem=item.stem, options=options)) == []


def test_diverging_avoids_a_key_that_the_distractors_agree_on():
    slips = [frozenset(text) for text in ("abX", "aYc", "Zbc", "XYZ", "XYc")]

    assert diverging(frozenset("abc"), slips, frozenset, count=3) == (slips[0], slips[1], slips[3])
