"""Asks how a word is written in a code that another word shows.

Harder with longer words and with codes that change from letter to letter or also turn the word
round. Typical errors: moving the wrong way, counting the letter itself as one, using the first
letter's move throughout, and forgetting to turn the word round.
"""

import re
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.letter_codes import Code, readings
from itemwell.templates.verbal.lexicon import of_length

STEMS = (
    "In a code, {0} is written as {1}. How is {2} written in the same code?",
    "A code turns {0} into {1}. What does the same code turn {2} into?",
)


def in_turn(rng: Random, start: int) -> Code:
    return Code(start, other=rng.choice([move for move in (-3, -2, -1, 1, 2, 3) if move != start]))


def draw_code(rng: Random, rules: int) -> Code:
    """One move for all letters; by a second rule moves that change, or backwards; by a third both."""
    start = rng.choice((-4, -3, -2, -1, 1, 2, 3, 4))
    growing, turned = Code(start, growth=rng.choice((-1, 1))), Code(start, backwards=True)
    match rules:
        case 1:
            return Code(start)
        case 2:
            return rng.choice((growing, turned, in_turn(rng, start)))
        case _:
            return rng.choice((growing, in_turn(rng, start)))._replace(backwards=True)


def opposite(code: Code) -> Code:
    other = None if code.other is None else -code.other
    return code._replace(start=-code.start, growth=-code.growth, other=other)


def errors(code: Code, word: str) -> list[Option]:
    """What typical errors make of the word; a way that changes nothing yields the right code."""
    right, back = code.write(word), opposite(code).write(word)
    step = 1 if code.start > 0 else -1
    turned = (
        "forgets to write the code backwards" if code.backwards else "writes the code backwards"
    )
    found = {
        back: "moves the letters the wrong way along the alphabet",
        Code(code.start, backwards=code.backwards).write(word): "moves every letter like the first",
        right[::-1]: turned,
        code._replace(start=code.start + step).write(word): "moves the letters one place too far",
        code._replace(start=code.start - step).write(word): "counts the letter itself as a place",
        right[:-2] + right[:-3:-1]: "swaps the last two letters of the code",
        right[:-1] + back[-1]: "moves the last letter the wrong way",
    }
    return [Option(text, why) for text, why in found.items() if text not in (right, word)]


def draw_words(rng: Random, code: Code, letters: int) -> tuple[str, str]:
    """A word to show the code with, and one to be written, that only one code of the family fits."""
    words = [word.upper() for word in of_length(letters)]
    tries = (rng.sample(words, 2) for _ in range(1000))
    return next(
        (shown, asked)
        for shown, asked in tries
        if readings(shown, code.write(shown), asked) == {code.write(asked)}
    )


def described(code: Code, letters: int) -> str:
    """The code in words: "In the alphabet, the letters move 2 on, 3 on, 4 on and 5 on"."""
    moves = [told(by) for by in dict.fromkeys(code.moves(letters))]
    how = (
        f"each letter moves {moves[0]}" if len(moves) == 1 else f"the letters move {listed(moves)}"
    )
    turns = " in turn" if code.other is not None else ""
    turned = ", and then the whole is written backwards" if code.backwards else ""
    return f"In the alphabet, {how}{turns}{turned}"


def told(by: int) -> str:
    """A move in words: "2 back"."""
    if by == 0:
        return "not at all"
    return f"{abs(by)} {'on' if by > 0 else 'back'}"


def chosen(rng: Random, right: str, wrong: list[Option]) -> tuple[Option, ...]:
    """Four of the errors, whose letters do not all point to the right code."""
    reasons = {option.text: option for option in rng.sample(wrong, len(wrong))}
    texts = diverging(right, [*reasons], lambda text: frozenset(enumerate(text)))
    return tuple(reasons[text] for text in texts)


def draw(rng: Random, features: Features) -> Drawn:
    """An example of the code and a word to write in it, with four codes that errors lead to."""
    code = draw_code(rng, features["rules"])
    shown, asked = draw_words(rng, code, features["letters"])
    right = code.write(asked)
    return Drawn(
        stem=rng.choice(STEMS).format(shown, code.write(shown), asked),
        key=Option(right),
        distractors=chosen(rng, right, errors(code, asked)),
        explanation=f"{described(code, len(asked))}, so {asked} becomes {right}.",
    )


def solve(posed: Posed) -> list[int]:
    """The options that some code of the family yields which fits the example."""
    match re.findall(r"\b[A-Z]{2,}\b", posed.stem):
        case [shown, coded, asked] if len(shown) == len(coded):
            found = readings(shown, coded, asked)
            return [place for place, option in enumerate(posed.options) if option.text in found]
        case _:
            return []


MODEL = ItemModel(
    name="verbal.letter_code",
    asks="Write a word in the letter code that an example shows.",
    levels={
        "easy": {"letters": 4, "rules": 1},
        "medium": {"letters": 5, "rules": 2},
        "hard": {"letters": 6, "rules": 3},
    },
    draw=draw,
    solve=solve,
)
