"""Blind solving: the key and nothing else, whatever order the options come in."""

import json
import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import RIGHT, a_draft

from itemwell.bank import LETTERS, Slot
from itemwell.errors import Rejected
from itemwell.generate import solve
from itemwell.generate.solve import Solution, Vote

DRAFT = a_draft()
SLOT = Slot(7, DRAFT.stratum, 3, "seed")


def shown(ask):
    """The question that a solver is shown."""
    return json.loads(re.search(r"<data-(\w+)>\n(.*)\n</data-\1>", ask.prompt, re.DOTALL)[2])


def asking(draft=DRAFT, slot=SLOT, seat=0):
    return solve.asking(draft, slot, seat=seat, subject="it")


def test_each_id_leads_to_the_letter_of_its_option():
    ask, letters = asking()

    options = {each["id"]: each["text"] for each in shown(ask)["options"]}

    assert {letters[code]: text for code, text in options.items()} == dict(
        zip(LETTERS, (each.text for each in DRAFT.options), strict=False)
    )


def test_a_solver_sees_neither_key_nor_explanation_nor_misconceptions():
    ask, _ = asking()

    assert set(shown(ask)) == {"stimulus", "stem", "options"}
    assert {name for each in shown(ask)["options"] for name in each} == {"id", "text"}
    assert DRAFT.explanation not in ask.prompt


def test_seats_see_different_orders_and_the_same_seat_the_same():
    orders = [tuple(asking(seat=seat)[1].values()) for seat in range(12)]

    assert len(set(orders)) > 6
    assert asking(seat=3)[0] == asking(seat=3)[0]


def test_the_place_of_the_key_tells_nothing_over_many_questions():
    places = [0] * 5
    for number in range(500):
        _, letters = asking(slot=Slot(number, DRAFT.stratum, number, "seed"))
        places[list(letters.values()).index(DRAFT.key)] += 1

    assert all(70 <= place <= 130 for place in places)


@given(seat=st.integers(0, 11), key=st.sampled_from("ABCDE"))
def test_who_names_the_keys_id_has_found_the_key(seat, key):
    draft = a_draft(key=key)
    ask, letters = asking(draft, seat=seat)
    [code] = [each["id"] for each in shown(ask)["options"] if each["text"] == RIGHT]

    found = solve.read(Solution(working="", right=[f" {code} "]), letters)

    assert solve.agreed(draft, [Vote("it", found)]) == f"it found {key}"


@given(st.lists(st.text(max_size=4), max_size=6))
def test_whatever_ids_a_solver_makes_up_are_letters_or_unknown(codes):
    _, letters = asking()

    assert set(solve.read(Solution(working="", right=codes), letters)) <= {*LETTERS, "?"}


def test_an_id_that_no_option_has_is_not_passed_over():
    _, letters = asking()
    mine = next(code for code, letter in letters.items() if letter == DRAFT.key)

    found = solve.read(Solution(working="", right=[mine, "zz"]), letters)

    assert found == ("?", "B")
    with pytest.raises(Rejected, match=r"it found \? and B, the key is B"):
        solve.agreed(DRAFT, [Vote("it", found)])


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ((), "second found no right option"),
        (("A",), "second found A"),
        (("A", "B"), "second found A and B"),
    ],
)
def test_one_solver_who_differs_is_enough_to_refuse(found, told):
    votes = [Vote("first", ("B",)), Vote("second", found)]

    with pytest.raises(Rejected, match=told):
        solve.agreed(DRAFT, votes)


def test_all_who_found_the_key_are_named():
    votes = [Vote("first", ("B",)), Vote("second", ("B",))]

    assert solve.agreed(DRAFT, votes) == "first, second found B"


def test_the_ask_says_which_draft_it_is_about():
    ask, _ = asking(seat=2)

    assert ask.place == ("7", 0, "solve", 2, "it")
    assert ask.prompt_version.startswith("solve@")


def test_ids_are_never_letters_of_options():
    chance = Random(1)
    for _ in range(50):
        _, letters = asking(slot=Slot(1, DRAFT.stratum, chance.randrange(10**6), "s"))
        assert all(len(code) == 2 and code.islower() for code in letters)
