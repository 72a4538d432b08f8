"""The solvers of the math models, on questions that were worked out by hand."""

from collections import Counter
from random import Random

import pytest

from itemwell.bank import Option, Posed
from itemwell.templates import models

SOLVED = [
    (
        "percent_change",
        "The price of a lamp was £80.00. It fell by 25%. What was the price after that?",
        ["£55.00", "£60.00", "£100.00", "£20.00"],
        [1],
    ),
    (
        "percent_change",
        (
            "The price of a desk rose by 20% and then fell by 50%. After that, it was £90.00. "
            "What was the price at first?"
        ),
        ["£117.00", "£54.00", "£150.00", "£180.00"],
        [2],
    ),
    (
        "number_puzzle",
        (
            "Nia takes a number, adds 4 to it, multiplies the result by 3 and then subtracts 6. "
            "The result is 21. What number did Nia take?"
        ),
        ["9", "5", "13", "1"],
        [1],
    ),
    (
        "number_puzzle",
        (
            "Leo takes a number, multiplies it by 5 and then subtracts 8. Uma takes the same number, "
            "multiplies it by 3 and then adds 4. Both get the same result. What is the number?"
        ),
        ["2", "12", "22", "6"],
        [3],
    ),
    (
        "missing_value",
        (
            "The mean mass of 4 parcels is 10 kg. The masses of 3 of them are 7, 8 and 12 kg. "
            "What is the mass of the other parcel?"
        ),
        ["13 kg", "10 kg", "9 kg", "3 kg"],
        [0],
    ),
    (
        "missing_value",
        (
            "The mean age of 5 players is 20 years. When one more player is counted in, the mean becomes "
            "21 years. What is the age of the added player?"
        ),
        ["21 years", "22 years", "26 years", "25 years"],
        [2],
    ),
    (
        "missing_value",
        (
            "The mean age of 6 players is 24 years. One of them, whose age is 35 years, is replaced by "
            "another, and the mean becomes 22 years. What is the age of the new player?"
        ),
        ["33 years", "23 years", "47 years", "12 years"],
        [1],
    ),
    (
        "ratio_share",
        "Ana and Ben share £84 in the ratio 3 : 4, in this order. How much does Ben get?",
        ["£36", "£63", "£42", "£48"],
        [3],
    ),
    (
        "ratio_share",
        (
            "Ana, Ben and Clara share a prize in the ratio 2 : 3 : 7, in this order. Clara gets £40 more than "
            "Ana. How much does Ben get?"
        ),
        ["£24", "£10", "£16", "£56"],
        [0],
    ),
    (
        "ratio_share",
        (
            "Ana, Ben and Clara share a bonus. The ratio of Ana's share to Ben's share is 2 : 3, and the "
            "ratio of Ben's share to Clara's share is 2 : 5. Clara gets £33 more than Ana. How much does Ben "
            "get?"
        ),
        ["£12", "£45", "£18", "£3"],
        [2],
    ),
    (
        "average_speed",
        (
            "A cyclist travels 20 km in 1 hour and then 25 km in 2 hours. What is the average speed of the "
            "whole journey?"
        ),
        ["16 km/h", "15 km/h", "45 km/h", "13 km/h"],
        [1],
    ),
    (
        "average_speed",
        (
            "A coach travels 60 km at 40 km/h, 60 km at 60 km/h and then 80 km at 80 km/h, with one stop of "
            "30 minutes on the way. What is the average speed of the whole journey, the stop included?"
        ),
        ["60 km/h", "57 km/h", "50 km/h", "45 km/h"],
        [2],
    ),
    (
        "work_together",
        (
            "To rake a lawn alone, Ana needs 60 minutes and Ben needs 30 minutes. Each of them works at a "
            "steady pace, alone or together. How long do Ana and Ben need together?"
        ),
        ["45 minutes", "15 minutes", "90 minutes", "20 minutes"],
        [3],
    ),
    (
        "work_together",
        (
            "To rake a lawn alone, Ana needs 60 minutes and Ben needs 30 minutes. Each of them works at a "
            "steady pace, alone or together. Ana starts alone; Ben joins 15 minutes after the start. How "
            "long after the start is the job done?"
        ),
        ["35 minutes", "30 minutes", "20 minutes", "15 minutes"],
        [1],
    ),
    (
        "without_replacement",
        (
            "A bag holds 3 red and 2 blue beads. Two beads are drawn at random, one after the other, and none "
            "is put back. What is the probability that both are red?"
        ),
        ["9/25", "3/10", "3/5", "6/25"],
        [1],
    ),
    (
        "without_replacement",
        (
            "A bag holds 3 red, 1 green and 1 blue beads. Three beads are drawn at random, one after the "
            "other, and none is put back. What is the probability that at least two of them are red?"
        ),
        ["3/5", "7/10", "1/10", "81/125"],
        [1],
    ),
    (
        "best_buy",
        (
            "A shop offers rice as follows: 500 g for £1.20; 750 g for £1.50; 250 g for £0.70; 900 g for "
            "£2.00. Which offer has the lowest price per kilogram?"
        ),
        ["500 g", "900 g", "250 g", "750 g"],
        [3],
    ),
    (
        "best_buy",
        (
            "A shop offers oats as follows: 2 bags of 500 g for £4.00, less 50%; 3 bags of 1 kg for £5.00, "
            "less 10%; 2 bags of 1.5 kg for £6.00, less 20%. Which offer has the lowest price per kilogram?"
        ),
        ["2 bags of 500 g", "3 bags of 1 kg", "2 bags of 1.5 kg"],
        [1],
    ),
    (
        "ground_area",
        (
            "A rectangular garden is 12 m long and 10 m wide. A rectangular pond inside it is 4 m long and "
            "3 m wide; the rest is lawn. What is the area of the lawn?"
        ),
        ["108 m²", "120 m²", "56 m²", "132 m²"],
        [0],
    ),
    (
        "ground_area",
        (
            "A rectangular pool is 10 m long and 6 m wide. A path 2 m wide runs round the outside of it, and "
            "together they form a larger rectangle. What is the area of the path?"
        ),
        ["36 m²", "64 m²", "80 m²", "140 m²"],
        [2],
    ),
    (
        "ground_area",
        (
            "A rectangular garden is 12 m long and 10 m wide. A path 1 m wide runs along the inside of all "
            "four edges. In the middle is a rectangular pond 4 m long and 3 m wide; the rest is lawn. What is "
            "the area of the lawn?"
        ),
        ["108 m²", "87 m²", "80 m²", "68 m²"],
        [3],
    ),
    (
        "smallest_number",
        "What is the smallest whole number greater than 50 that is divisible by both 6 and 8?",
        ["54", "56", "72", "96"],
        [2],
    ),
    (
        "smallest_number",
        (
            "What is the largest whole number less than 100 that leaves a remainder of 3 whether it is "
            "divided by 4, by 6 or by 9?"
        ),
        ["72", "75", "69", "39"],
        [1],
    ),
]


def solved(name, stem, options):
    posed = Posed(stem=stem, options=tuple(Option(text) for text in options))
    return models()[f"math.{name}"].solve(posed)


@pytest.mark.parametrize(("name", "stem", "options", "places"), SOLVED)
def test_a_question_worked_out_by_hand(name, stem, options, places):
    assert solved(name, stem, options) == places


@pytest.mark.parametrize(("name", "stem", "options", "places"), SOLVED)
def test_two_right_options_are_both_found(name, stem, options, places):
    twice = [*options, options[places[0]]]

    assert solved(name, stem, twice) == [*places, len(options)]


@pytest.mark.parametrize(("name", "stem", "options", "places"), SOLVED)
def test_half_a_question_has_no_answer(name, stem, options, places):
    assert solved(name, stem[: len(stem) // 4], options) == []


def test_the_same_amount_written_otherwise_is_right_too():
    stem = SOLVED[14][1]

    assert solved("without_replacement", stem, ["3/10", "6/20", "0.3", "30%", "1/3"]) == [
        0,
        1,
        2,
        3,
    ]


def test_an_amount_in_another_unit_is_not_right():
    stem = SOLVED[4][1]

    assert solved("missing_value", stem, ["13 g", "13 kg", "£13"]) == [1]


def test_offers_at_the_same_price_per_kilogram_are_both_best():
    stem = (
        "A shop offers rice as follows: 500 g for £1.00; 750 g for £1.50; 250 g for £0.70. "
        "Which offer has the lowest price per kilogram?"
    )

    assert solved("best_buy", stem, ["500 g", "750 g", "250 g"]) == [0, 1]


@pytest.mark.parametrize("name", ["number_puzzle", "ratio_share", "work_together"])
def test_the_place_of_the_key_by_size_tells_nothing(name):
    model = models()[f"math.{name}"]
    lower = Counter()
    for seed in range(200):
        item = model.draw(Random(seed), model.levels["easy"])
        key, *others = (
            int("".join(filter(str.isdigit, option.text)))
            for option in (item.key, *item.distractors)
        )
        lower[sum(other < key for other in others)] += 1

    assert max(lower.values()) < 0.35 * 200, lower
