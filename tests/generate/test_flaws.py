"""Each rule trips over its bad examples, and those alone; its good ones are near misses."""

import re
import time
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import RIGHT, WRONG, a_draft

from itemwell.bank import Draft, Option, Stimulus, Stratum
from itemwell.generate.check import check
from itemwell.generate.flaws import RULES

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>t</title><path d="M{} 1h7v7z"/></svg>'


def pictured(inside="", *, root='xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'):
    return a_draft(stimulus=Stimulus("A square.", svg=f"<svg {root}>{inside}</svg>"))


def drawn(number, text=None, misconception="m"):
    shown = f"Square {number}" if text is None else text
    return Option(shown, misconception=misconception, svg=SQUARE.format(number))


def drawn_key(number, text=None):
    return drawn(number, text, misconception=None)


def asked(stem, right, *wrong, **changes):
    return a_draft(
        stem=stem, right=right, wrong=wrong, explanation="It follows from what is told.", **changes
    )


def explained(explanation, **changes):
    return a_draft(explanation=explanation, **changes)


class Examples(NamedTuple):
    bad: tuple[Draft, ...]
    good: tuple[Draft, ...]


COLOURS = ("crimson", "purple", "orange", "indigo")
OPTIONS = tuple(Option(text, misconception="m") for text in WRONG)

EXAMPLES = {
    "stratum": Examples(
        bad=(
            a_draft(question_type=" "),
            a_draft(difficulty="very hard"),
            a_draft(question_type="x" * 65),
        ),
        good=(a_draft(question_type="chemistry"), a_draft(difficulty="hard")),
    ),
    "no-such-key": Examples(
        bad=(
            a_draft(options=OPTIONS, key="E"),
            a_draft(options=OPTIONS, key="a"),
            a_draft(options=OPTIONS, key=""),
            a_draft(options=OPTIONS, key="AB"),
        ),
        good=(a_draft(key="A"), a_draft(key="E")),
    ),
    "option-count": Examples(
        bad=(
            a_draft(key="A", wrong=WRONG[:1]),
            a_draft(wrong=(*WRONG, "7 pounds", "3 pounds")),
            a_draft(wrong=(*WRONG, *(f"{n} pounds" for n in range(40, 90)))),
        ),
        good=(a_draft(wrong=WRONG[:2]), a_draft(wrong=(*WRONG, "7 pounds"))),
    ),
    "blank": Examples(
        bad=(
            a_draft(stem=" \n"),
            a_draft(explanation="\u3000"),
            a_draft(wrong=("", *WRONG)),
            a_draft(stimulus=Stimulus("\u3000 ")),
        ),
        good=(a_draft(explanation="8"), a_draft(stimulus=Stimulus("Pens are sold in packs."))),
    ),
    "oversized": Examples(
        bad=(
            a_draft(stem="Count on. " + "x" * 3_000 + "?"),
            a_draft(explanation="x" * 3_001),
            a_draft(wrong=("x" * 501, *WRONG)),
            a_draft(stimulus=Stimulus("x" * 100_000)),
            pictured("<g></g>" * 5_000),
        ),
        good=(
            a_draft(stem="of a word " * 299 + "?"),
            a_draft(wrong=(Option("x" * 500, misconception="m"), *WRONG)),
            a_draft(stimulus=Stimulus("x" * 20_000)),
        ),
    ),
    "no-misconception": Examples(
        bad=(
            a_draft(wrong=(Option("5 pounds"), *WRONG)),
            a_draft(wrong=(Option("5 pounds", misconception=" "), *WRONG)),
        ),
        good=(a_draft(), a_draft(wrong=(Option("5 pounds", misconception="pays for ten"), *WRONG))),
    ),
    "misconceived-key": Examples(
        bad=(
            a_draft(right=Option(RIGHT, misconception="counts pens")),
            a_draft(right=Option(RIGHT, misconception="")),
        ),
        good=(a_draft(right=Option(RIGHT)), a_draft(key="D")),
    ),
    "picture-undescribed": Examples(
        bad=(
            a_draft(stimulus=Stimulus(" ", svg=SQUARE.format(1))),
            a_draft(right=drawn_key(1), wrong=(drawn(2), drawn(3, ""), drawn(4))),
        ),
        good=(
            a_draft(stimulus=Stimulus("A square.", svg=SQUARE.format(1))),
            a_draft(right=drawn_key(1), wrong=(drawn(2), drawn(3), drawn(4))),
        ),
    ),
    "partly-pictured": Examples(
        bad=(
            a_draft(right=drawn_key(1)),
            a_draft(right=drawn_key(1), wrong=(drawn(2), drawn(3), "Square 4")),
        ),
        good=(a_draft(right=drawn_key(1), wrong=(drawn(2), drawn(3))), pictured("<g/>")),
    ),
    "no-question": Examples(
        bad=(
            a_draft(stem="The price of a dozen pens is"),
            a_draft(stem="What a dozen pens cost, where three cost 2,"),
            a_draft(stem="Столица большой страны на востоке"),
        ),
        good=(
            a_draft(stem="A dozen pens cost ___"),
            a_draft(stem="A dozen pens cost …"),
            a_draft(stem="Which number goes on with this?\n2, 4, 8, 16"),
            a_draft(stem="Was kostet ein Dutzend Stifte? (ohne Steuern)"),
            a_draft(stem="ดินสอหนึ่งโหลราคาเท่าไร"),
            a_draft(stem="12 本のペンはいくらですか。"),
            a_draft(stem="كم ثمن اثني عشر قلما؟"),
            a_draft(stem="4 × 3 ="),
        ),
    ),
    "too-short": Examples(
        bad=(
            a_draft(stem="Pens?"),
            a_draft(stem="Which one?"),
            a_draft(stem="?"),
            a_draft(stem="The price:"),
        ),
        good=(a_draft(stem="4 × 2 = ?"), a_draft(stem="首都は？"), a_draft(stem="Name the price.")),
    ),
    "unfocused": Examples(
        bad=(
            asked("Which of the following is true?", *COLOURS),
            asked("Which of these statements are correct?", *COLOURS),
        ),
        good=(
            asked("Which of the following is true of a paint that reflects all light?", *COLOURS),
            asked(
                "Which of the following is true?",
                *COLOURS,
                stimulus=Stimulus("The door is crimson."),
            ),
        ),
    ),
    "hidden-negative": Examples(
        bad=(
            asked("Which of the following is not a mammal?", "trout", "horse", "whale", "mouse"),
            asked("All of the following are mammals except:", "trout", "horse", "whale", "mouse"),
            asked(
                "Which word does not belong with the others?", "trout", "horse", "whale", "mouse"
            ),
            asked(
                "Which of these animals can a fence not stop?", "trout", "horse", "sheep", "mouse"
            ),
            asked("Which animal isn’t a mammal?", "trout", "horse", "whale", "mouse"),
            asked("Choose the word that does not rhyme.", "trout", "mouse", "house", "louse"),
            asked("Which of these is least likely to swim?", "horse", "trout", "whale", "otter"),
        ),
        good=(
            asked("Which of the following is NOT a mammal?", "trout", "horse", "whale", "mouse"),
            asked(
                "Which of the following is **not** a mammal?", "trout", "horse", "whale", "mouse"
            ),
            asked("All of the following are mammals EXCEPT:", "trout", "horse", "whale", "mouse"),
            asked(
                "No cats are dogs. If it does not rain, Rex is out. What follows on a dry day?",
                *COLOURS,
            ),
            asked("What will Rex do if it is not raining?", *COLOURS),
            asked(
                "Everyone except Rex is in. Who is out when nobody else is not at home?", *COLOURS
            ),
            asked("What is the least number of socks that must be taken?", "3", "2", "6", "12"),
            asked(
                "Which of the cards must be turned over to show that the rule is not broken?",
                *COLOURS,
            ),
            asked("What share of the guests were not late?", "1/2", "1/3", "1/4", "1/5"),
            asked(
                "If 3 of the players who bat left do not bat right, how many bat both?",
                "1",
                "2",
                "4",
            ),
            asked("How many of these numbers are prime and not odd?", "1", "2", "3", "4"),
            asked("Which of these is the least common multiple of 4 and 6?", "12", "2", "24", "10"),
        ),
    ),
    "double-negative": Examples(
        bad=(
            asked(
                "Which is NOT a good habit of a driver?",
                "Speeding in fog",
                "Not drinking",
                "Braking early",
                "Resting",
            ),
            asked(
                "All of these help sleep EXCEPT:",
                "Strong coffee",
                "A dark room",
                "Never napping",
                "A quiet room",
            ),
        ),
        good=(
            asked(
                "Which is a good habit of a driver?",
                "Not drinking wine",
                "Speeding in fog",
                "Dozing",
                "Texting",
            ),
            asked(
                "Some cats are not black. Which of these can NOT be true?",
                "All cats are black",
                "Some cats are not brown",
                "Many cats are brown",
                "Some cats are grey",
            ),
            asked("Which is NOT a mammal?", "trout", "horse", "notary", "mouse"),
        ),
    ),
    "opinion": Examples(
        bad=(
            asked("Which colour do you think is the warmest?", *COLOURS),
            asked("In your opinion, which colour suits a door?", *COLOURS),
        ),
        good=(
            asked("Which reply fits the question “Do you like tea?” best?", *COLOURS),
            asked("Which colour does Anna think is the warmest?", *COLOURS),
        ),
    ),
    "repeats-itself": Examples(
        bad=(
            a_draft(
                stem="A pack of pens costs 2 pounds. A pack of pens costs 2 pounds. What do four packs cost?"
            ),
            a_draft(stem="What is the the price of 12 pens?"),
        ),
        good=(
            a_draft(stem="A pack costs 2 pounds. A box costs 2 pounds. What do four packs cost?"),
            a_draft(stem="Turn left. Turn left. Turn left. Where do you face?"),
            a_draft(stem="What does the other shop ask?"),
        ),
    ),
    "no-stimulus": Examples(
        bad=(
            asked("What is the man in the picture wearing?", *COLOURS),
            asked("According to the passage, why did the farmer leave?", *COLOURS),
            asked("What does the table below show?", *COLOURS),
            asked("Which colour was on it?", *COLOURS, question_type="memory"),
            asked("Read the following text. What is it about?", *COLOURS),
        ),
        good=(
            asked(
                "What is the man in the picture wearing?",
                *COLOURS,
                stimulus=Stimulus("A man in a hat."),
            ),
            asked("Read the following text: “Rex is out.” What is it about?", *COLOURS),
            asked("What completes the list below? red, blue, red, blue, ...", *COLOURS),
            asked("Who sits at the table next to Rex?", *COLOURS),
            asked("What is the slope of the graph of y = 2x?", "2", "1", "0", "4"),
        ),
    ),
    "same-option": Examples(
        bad=(
            asked("Which city is the largest?", "Cairo", "Paris", "paris", "Rome"),
            asked("Which city is the largest?", "Cairo", "Paris", " Pa\u00adris.", "Rome"),
            asked("Which city is the largest?", "Cairo", "Ｒｏｍｅ", "Rome", "Oslo"),
            a_draft(right=drawn_key(1), wrong=(drawn(2), drawn(2, "Another text"), drawn(3))),
        ),
        good=(
            asked("How strong is the lamp?", "5 mW", "5 MW", "5 kW", "5 W"),
            asked("What is the area?", "3² cm", "32 cm", "3₂ cm", "23 cm"),
            asked("Which row follows?", "ABab", "abAB", "AbaB", "aBAb"),
            a_draft(
                right=drawn_key(1, "A square"), wrong=(drawn(2, "A square"), drawn(3), drawn(4))
            ),
        ),
    ),
    "same-number": Examples(
        bad=(
            asked("How much is left?", "0.25", "0.5", "1/2", "0.75"),
            asked("How much is left?", "0.25", "50%", ".50", "0.75"),
            asked("How much is left?", "1,000 m", "1000 m", "100 m", "10 m"),
            asked("How much is left?", "7", "7.0", "6", "8"),
            asked("How much is left?", "£1½", "£1.50", "£6", "£8"),
            asked("How much is left?", "\u22125", "-5.0", "5", "6"),
        ),
        good=(
            asked("What is 50% in its simplest form?", "1/2", "2/4", "50/100", "5/10"),
            asked("How much is left?", "5 cm", "5 mm", "5 m", "5 km"),
            asked("How much is left?", "50%", "50", "0.05", "500%"),
            asked("Which code was used?", "007", "07", "7", "70"),
            asked("How much is left?", "$5", "£5", "€5", "¥5"),
            asked("How much is left?", "3²", "32", "3/2", "2/3"),
        ),
    ),
    "overlap": Examples(
        bad=(
            asked("How many litres are there?", "5-10", "8\u201312", "13-20", "21-30"),
            asked("How old are most owners?", "more than 30", "over 50", "under 20", "20 to 29"),
            asked("Who took the cake?", "Anna", "Anna or Ben", "Carl", "Dora"),
        ),
        good=(
            asked("How many litres are there?", "5-10", "10-15", "15-20", "20-25"),
            asked(
                "What is the narrowest range that tells how many there are?",
                "5-10",
                "4-12",
                "2-20",
                "0-30",
            ),
            asked("When did the war last?", "1914-1918", "1912-1916", "1915-1919", "1939-1945"),
            asked("Which row was shown?", "5-10", "8-12", "4-11", "5-12"),
            asked("Which x solves it?", "x = 2 or x = 3", "x = 2", "x = 3", "x = 5"),
            asked("Which statement is equivalent?", "rain or snow", "rain", "snow", "hail"),
        ),
    ),
    "all-or-none": Examples(
        bad=(
            asked("Which paint is dark?", "crimson", "purple", "indigo", "All of the above"),
            asked("Which paint is dark?", "crimson", "purple", "indigo", "None of the above."),
            asked("Which paint is dark?", "crimson", "purple", "indigo", "None of these"),
        ),
        good=(
            asked(
                "How many of the boys are tall?",
                "All of them",
                "None of them",
                "Two of them",
                "One of them",
            ),
            asked(
                "What holds of them?",
                "All of the cats sleep",
                "None of the dogs sleep",
                "Some of the cats sleep",
                "Most of the dogs sleep",
            ),
            asked(
                "What can be said of them?",
                "It cannot be determined",
                "Anna won the race",
                "Ben won",
                "Carl won",
            ),
        ),
    ),
    "refers-to-options": Examples(
        bad=(
            asked("Which paint is dark?", "crimson", "purple", "indigo", "Both A and B"),
            asked("Which paint is dark?", "crimson", "purple", "indigo", "A and C only"),
            asked(
                "Which statements are Anna's?", "I and II only", "I and III", "II only", "III only"
            ),
            asked("Which paint is dark?", "crimson", "the same as option A", "purple", "indigo"),
        ),
        good=(
            asked(
                "A, B and C are points on a line. Which lie left?",
                "A and B",
                "B and C",
                "A and C",
                "only C",
            ),
            asked("Which vitamin is it?", "vitamin A", "vitamin B", "vitamin C", "vitamin D"),
            asked("Which king was it?", "Henry I", "Henry II", "Henry III", "Henry IV"),
        ),
    ),
    "carries-letters": Examples(
        bad=(
            asked("Which paint is dark?", "A) navy", "B) lime", "C) rose", key="A"),
            asked("Which paint is dark?", "b. navy", "a. lime", "c. rose", "d. pink"),
        ),
        good=(
            asked("Who wrote it?", "A. Einstein", "B. Pascal", "M. Curie", key="A"),
            asked("Which row is it?", "A, B", "B, C", "C, D", key="A"),
        ),
    ),
    "filler": Examples(
        bad=(
            asked("Which paint is dark?", "crimson", "purple", "indigo", "I don’t know"),
            asked("Which paint is dark?", "crimson", "purple", "indigo", "N/A"),
        ),
        good=(
            asked("What did Rex say?", "I don't know her", "I know her", "I like her", "I saw her"),
            asked("Which is a logical gate?", "NAND", "NA", "NOW", "NEW"),
        ),
    ),
    "verdicts-only": Examples(
        bad=(
            asked("Rex is a dog. Is this right?", "Yes", "No", "Maybe"),
            asked("Rex is a dog. Is this right?", "True", "False", "Both"),
        ),
        good=(
            asked("Rex is a dog. Does it follow?", "True", "False", "Cannot say"),
            asked("What does the program print?", "True", "False", "1", "None"),
            asked(
                "Is Rex in?",
                "Yes, since the door is shut",
                "No, since the car is gone",
                "Yes, he barks loudly now",
            ),
        ),
    ),
    "same-beginning": Examples(
        bad=(
            asked(
                "What happens to ice?",
                "It turns into water",
                "It turns into air",
                "It turns into salt",
            ),
            asked(
                "Why is Rex out?",
                "Because he is hungry",
                "because he is tired",
                "Because he is lost",
            ),
        ),
        good=(
            asked(
                "What happens to ice?", "It turns into water", "It turns into air", "It turns green"
            ),
            asked(
                "Which row was it?",
                "oak, ash, elm, fir",
                "oak, ash, elm, yew",
                "oak, ash, elm, box",
            ),
            asked(
                "Who hired her?", "The School of Art", "The School of Law", "The School of Music"
            ),
            asked("How far is it?", "1 2 3 4", "1 2 3 5", "1 2 3 6"),
        ),
    ),
    "longest-key": Examples(
        bad=(
            asked(
                "Why does ice float?",
                "It is less dense than the water around it",
                "It is cold",
                "It is hard",
                "It is white",
            ),
            asked("Why?" + " Ice floats.", "x" * 31, "y" * 16, "z" * 15),
        ),
        good=(
            asked(
                "Why does ice float?", "It is less dense", "It is cold", "It is hard", "It is white"
            ),
            asked(
                "Why does ice float?",
                "It is less dense than the water around it",
                "It is much colder than the water",
                "It is hard",
            ),
            asked(
                "Why does ice float?",
                "It is cold",
                "It is less dense than the water around it",
                "It is hard",
            ),
        ),
    ),
    "absolute-distractors": Examples(
        bad=(
            asked(
                "What do bears eat?",
                "Fish and berries",
                "They always eat fish",
                "They never eat fish",
                "Bark",
            ),
            asked(
                "Who sleeps in winter?",
                "Bears in the north",
                "All of the animals",
                "Only the old bears",
                "Birds",
            ),
        ),
        good=(
            asked("When is x squared positive?", "Sometimes true", "Always true", "Never true"),
            asked(
                "All cats purr. What follows?",
                "Some cats purr softly",
                "All dogs purr too",
                "Only the cats purr",
                "It rains",
            ),
            asked(
                "What can be inferred?",
                "Bears eat fish",
                "All bears eat fish",
                "Only bears eat fish",
                "Bears fast",
            ),
            asked(
                "What do bears eat?",
                "They eat nearly all fish",
                "They always eat fish",
                "They never eat fish",
                "Bark and moss",
            ),
            asked(
                "What do bears eat?",
                "Fish and berries",
                "They always eat fish",
                "They eat bark",
                "They eat moss",
            ),
        ),
    ),
    "hedged-key": Examples(
        bad=(
            asked(
                "What do bears eat?",
                "They usually eat fish",
                "They eat bark and moss",
                "They eat snow",
                "They eat sand",
            ),
            asked(
                "What do bears eat?",
                "Fish, but often also moss",
                "Bark and also some moss",
                "Snow",
                "Sand",
            ),
        ),
        good=(
            asked(
                "How often do bears eat?",
                "They usually eat daily",
                "They eat every week then",
                "They eat yearly",
                "They fast",
            ),
            asked(
                "What do bears eat?",
                "They usually eat fish",
                "They often eat bark",
                "They eat snow",
                "They eat sand",
            ),
            asked(
                "What do bears eat?",
                "They eat fish",
                "They usually eat bark",
                "They eat snow",
                "They eat sand",
            ),
        ),
    ),
    "grammatical-cue": Examples(
        bad=(
            asked("The fruit that Rex took is an ____", "Apple", "Orange", "Banana"),
            asked("Which fruit did Rex take? He took a:", "banana", "apple", "cherry"),
            asked("The animals that lay eggs are:", "birds", "a whale", "dogs"),
        ),
        good=(
            asked("The fruit that Rex took is a(n):", "Apple", "Orange", "Banana"),
            asked("The thing that Rex took is an ____", "hour", "MRI", "X-ray", "umbrella"),
            asked("Which tool is it? It is a:", "unit", "European", "one-off", "hammer"),
            asked("La ciudad pertenece a:", "Europa", "Asia", "Francia"),
            asked("The animals that lay eggs are:", "birds", "a whale and a dog", "dogs"),
        ),
    ),
    "convergence": Examples(
        bad=(
            asked(
                "What does the soup need?",
                "salt, thyme and cream",
                "salt, thyme and rum",
                "salt, mint and cream",
                "oil, thyme and cream",
            ),
            asked(
                "What does it need?",
                "salt and cream",
                "salt and rum",
                "oil and cream",
                "salt and oil",
                "rum and cream",
            ),
        ),
        good=(
            asked(
                "What does it need?",
                "salt and cream",
                "salt and rum",
                "oil and cream",
                "oil and rum",
            ),
            asked(
                "Which order is it?",
                "salt, oil, rum",
                "oil, salt, rum",
                "rum, salt, oil",
                "rum, oil, salt",
            ),
            asked("Where is it?", "(3, 4)", "(3, 5)", "(2, 4)", "(1, 1)"),
            asked("Which row follows?", "AB, CD, EF", "AB, CD, EG", "AB, CE, EF", "AC, CD, EF"),
        ),
    ),
    "key-in-stem": Examples(
        bad=(
            asked("Which planet is the red planet Mars?", "Mars", "Venus", "Saturn", "Jupiter"),
            asked(
                "A polar bear lives in the north. What is white?",
                "A polar bear",
                "A lynx",
                "A fox",
                "A wolf",
            ),
        ),
        good=(
            asked(
                "Anna is taller than Ben, and Ben than Carl. Who is the tallest?",
                "Anna",
                "Ben",
                "Carl",
            ),
            asked(
                "Emil, Ivo and Nadia sing. Emil and Ivo are late. Who is?",
                "Emil and Ivo",
                "Ivo and Nadia",
                "Emil and Nadia",
            ),
            asked(
                "Rex ate 12 pies. Max ate as many. How many did Max eat?",
                "12 pies",
                "6 pies",
                "24 pies",
            ),
            asked("Marsh plants are wet. Which planet is dry?", "Mars", "Venus", "Saturn"),
        ),
    ),
    "clang": Examples(
        bad=(
            asked("What does a barometer measure?", "Barometer readings", "Wind", "Rain", "Heat"),
            asked(
                "Why did the farmer sell his cow?",
                "The farmer was poor",
                "It was ill",
                "He was old",
                "He moved",
            ),
        ),
        good=(
            asked(
                "Why did the farmer sell his cow?",
                "The farmer was poor",
                "The farmer was old",
                "It was ill",
            ),
            asked(
                "Why did the farmer sell his cow?",
                "The farmer was poor",
                "The cow was ill",
                "He was old",
            ),
            asked(
                "Which of these could be there?",
                "Something that could be",
                "Wind",
                "Rain in the north",
            ),
        ),
    ),
    "odd-form": Examples(
        bad=(
            asked("What did Rex do?", "He ran away.", "He sat down", "He stood up", "He lay down"),
            asked(
                "What did Rex do?", "He ran away", "He sat down.", "He stood up.", "He lay down."
            ),
            asked("How heavy is it?", "5 kg", "50", "500", "0.5"),
        ),
        good=(
            asked("What did Rex do?", "He ran away.", "He sat down.", "He stood up", "He lay down"),
            asked("What is a half?", "50%", "5", "0.05", "2/10"),
            asked("Who is it?", "Rex Jr.", "Rex", "Max", "Tom"),
        ),
    ),
    "contradicts-key": Examples(
        bad=(
            explained("So the correct answer is C."),
            explained("Four packs are needed, so option (A) is correct."),
            explained("Thus the answer is 24 pounds."),
        ),
        good=(
            explained("So the correct answer is B."),
            explained("One might think the answer is C. It is not."),
            explained("Thus the answer is 8 pounds."),
            asked("A, B and C race. Who wins?", "B", "A", "C", key="A"),
            a_draft(
                right="B", wrong=("A", "C", "D"), key="A", explanation="Therefore the answer is B."
            ),
            explained("The answer is A little more than C."),
        ),
    ),
    "wrong-sum": Examples(
        bad=(
            explained("12 / 3 = 4 packs, and 4 × 2 = 9 pounds."),
            explained("The packs cost £4 + £4 = £9."),
            explained("1,000 \u2212 1 = 998."),
            explained("10 ÷ 4 = 2.6."),
        ),
        good=(
            explained("12 / 3 = 4, 2 + 3 × 4 = 14 and 10 ÷ 3 = 3.33."),
            explained("17 ÷ 5 = 3 remainder 2; 10 + 5 = 3 (mod 12)."),
            explained("It is wrong that 3 + 4 = 8."),
            explained("11:30 + 45 = 12:15, and 3 + 4 = 5 + 2, and 20 + 5 = 25%."),
            explained(
                "As before, 4 + 5 = 45.", stem="If 2 + 3 = 15 and 3 + 4 = 28, what is 4 + 5?"
            ),
            explained("1,000 + 5 = 1,005, and 0.1 + 0.2 = 0.3, and 2 + 2 = 4 = 2 × 2."),
        ),
    ),
    "markup": Examples(
        bad=(
            a_draft(stem="What do 12 <b>pens</b> cost?"),
            explained("Eight.<script>alert(1)</script>"),
            explained("Eight <img src=x onerror=alert(1)>"),
            explained("See [this](https://example.com) and ![that](x.png)"),
            explained("Eight javascript:alert(1)"),
            explained("Eight <br/>"),
            a_draft(stimulus=Stimulus("<!-- pens -->")),
        ),
        good=(
            explained("It holds if a<b and c>d, or a < b > c."),
            explained("JavaScript: The Good Parts is a book, and so is https://example.com/8."),
            explained("A List<String> and a vector<int> hold eight."),
        ),
    ),
    "control-characters": Examples(
        bad=(
            a_draft(stem="What do 12 pens\x00 cost?"),
            explained("Eight \udc80."),
            explained("Eight \u202e."),
            explained("Ei\u200bght."),
            explained("\ue200cite\ue201"),
            explained("Eight\U000e0041"),
            explained("Eight \x1b[31m"),
        ),
        good=(
            a_draft(stem="What do\n12 pens cost?\tTick."),
            explained("می\u200cخواهم"),
            explained("ภาษา\u200bไทย"),
            explained("👩\u200d💻 and 🏴\U000e0067\U000e0062\U000e007f"),
            explained("שלום\u200f"),
        ),
    ),
    "placeholder": Examples(
        bad=(
            a_draft(stem="What do {count} pens cost?"),
            a_draft(stem="What do {{ count }} pens cost?"),
            a_draft(stem="What do ${n} pens cost?"),
            explained("TODO"),
            explained("TODO: write the explanation."),
            explained("Lorem ipsum dolor sit amet."),
            explained("[insert explanation here]"),
            a_draft(wrong=("Option D", *WRONG)),
            a_draft(wrong=("...", *WRONG)),
        ),
        good=(
            a_draft(stem="A dozen pens cost ___."),
            explained(r"\frac{abc}{def} and x^{total} and {a, b} and {red, blue}."),
            explained("¡Es para TODO EL MUNDO!"),
            explained("He said [sic] eight."),
        ),
    ),
    "mixed-scripts": Examples(
        bad=(
            a_draft(stem="What do 12 p\u0435ns cost?"),
            explained("\u0410pple"),
            explained("к\u043eшкa"),
        ),
        good=(
            explained("СМС и SMS, Δx и μm."),
            explained("Она послала SMSку."),
            explained("Кошка: 5 cm."),
        ),
    ),
    "picture-unsafe": Examples(
        bad=(
            pictured("<script>alert(1)</script>"),
            pictured('<path d="M0 0" onclick="alert(1)"/>'),
            pictured('<path style="fill:red"/>'),
            pictured('<path fill="url(#a)"/>'),
            pictured('<use href="#a"/>'),
            pictured("<foreignObject/>"),
            pictured("<g>"),
            pictured("<!-- -->"),
            pictured('<text fill="&#106;avascript:x">t</text>'),
            pictured('<g xmlns="http://www.w3.org/1999/xhtml"/>'),
            a_draft(
                stimulus=Stimulus("A square.", svg='<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>')
            ),
            a_draft(stimulus=Stimulus("A square.", svg="<html/>")),
            a_draft(stimulus=Stimulus("A square.", svg="")),
        ),
        good=(
            pictured(
                '<g transform="rotate(5)"><path d="M0 0h5" fill="none"/></g><text x="1">5 &lt; 6</text>'
            ),
            pictured(
                "<title>t</title><desc>d</desc>", root='viewBox="0 0 9 9" role="img" aria-label="s"'
            ),
        ),
    ),
}

BAD = [(name, draft) for name, examples in EXAMPLES.items() for draft in examples.bad]
GOOD = [(name, draft) for name, examples in EXAMPLES.items() for draft in examples.good]


def ids(cases):
    return [f"{name}-{number}" for number, (name, _) in enumerate(cases)]


@pytest.mark.parametrize(("name", "draft"), BAD, ids=ids(BAD))
def test_a_bad_example_trips_its_rule_and_no_other(name, draft):
    assert [flaw.rule for flaw in check(draft)] == [name], list(map(str, check(draft)))


@pytest.mark.parametrize(("name", "draft"), GOOD, ids=ids(GOOD))
def test_a_near_miss_is_sound(name, draft):
    assert check(draft) == ()


def test_every_rule_has_a_name_of_its_own_a_source_and_examples():
    names = [rule.name for rule in RULES]

    assert set(EXAMPLES) == set(names)
    assert len(set(names)) == len(names) >= 28
    assert all(re.match(r"Haladyna 2002, \d|NBME: |ours: ", rule.source) for rule in RULES)
    assert all(len(bad) >= 2 and len(good) >= 2 for bad, good in EXAMPLES.values())


def test_a_reason_is_one_short_printable_line():
    reasons = [flaw.reason for _, draft in BAD for flaw in check(draft)]

    assert all(reason.isprintable() and len(reason) < 160 for reason in reasons)


TEXTS = st.text() | st.text(
    alphabet="aA bB<>&;{}[]()\"'.,:?!/\\%$_-+=0123456789|*^\n\u200d\u0430", max_size=60
)
OPTIONAL = st.none() | TEXTS
DRAFTS = st.builds(
    Draft,
    stratum=st.builds(Stratum, TEXTS, TEXTS),
    stem=TEXTS,
    options=st.lists(st.builds(Option, TEXTS, OPTIONAL, OPTIONAL), max_size=8).map(tuple),
    key=st.sampled_from(["A", "B", "C", "", "Z"]) | TEXTS,
    explanation=TEXTS,
    stimulus=st.none() | st.builds(Stimulus, TEXTS, OPTIONAL),
)


@given(DRAFTS)
@settings(max_examples=150)
def test_any_draft_is_checked_without_an_error(draft):
    for flaw in check(draft):
        assert str(flaw) == f"{flaw.rule}: {flaw.reason}"


REPEATED = (
    *(
        "x",
        " ",
        "a ",
        "9",
        "1 ",
        "1,",
        ".",
        "<",
        "<a ",
        "<title",
        "{",
        "[",
        "not ",
        "which is ",
        "of the ",
    ),
    *(
        "all ",
        "\u0301\u0327",
        "\ufdfa",
        '"',
        "«",
        "A and ",
        " or ",
        "1-",
        "1+1=",
        "a_",
        "![",
        "<g>",
        "\ud800",
        "а a",
    ),
)


@pytest.mark.parametrize("text", REPEATED, ids=ascii)
def test_a_hundred_thousand_characters_take_no_time(text):
    long = text * (100_000 // len(text))
    options = (Option(long, long, long),) * 1_000
    began = time.process_time()

    check(
        Draft(
            stratum=Stratum(long, long),
            stem=long,
            options=options,
            key="A",
            explanation=long,
            stimulus=Stimulus(long, long),
        )
    )

    assert time.process_time() - began < 2
