"""Which code fits the answers that some guesses got: the game of Bulls and Cows.

Hard because of the number of digits and of answers to keep in mind. Typical errors: counting the
digits without looking at their places, and leaving one of the answers unchecked.
"""

from collections.abc import Mapping
from itertools import permutations, product
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.english import listed
from itemwell.templates.logic.wording import NUMERALS, read
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places

STEM = (
    "A lock has a code of {many} different digits from 1 to 6. The answer to a guess tells how many "
    "of its digits are in the right place (right) and how many are in the code but in another place "
    "(misplaced). {answers}. Which of these codes fits all the answers?"
)
ANSWER = "{guess}: {right} right, {misplaced} misplaced"
DIGITS = "123456"
PLACES_IGNORED = "counts the right digits without looking at their places"
CONSIDERED = 60  # wrong codes among which distractors are looked for


def draw(rng: Random, features: Features) -> Drawn:
    codes = ["".join(code) for code in permutations(DIGITS, features["digits"])]
    key, *others = rng.sample(codes, CONSIDERED)
    guesses = [code for code in others if set(code) & set(key)][: features["answers"]]
    answers = {guess: answer(guess, key) for guess in guesses}
    slips = {code: slip(code, answers) for code in others if code not in guesses}
    wrong = sorted((code for code in slips if slips[code][0]), key=lambda code: slips[code][0])
    shifted = [code for code in wrong if slips[code][1] == PLACES_IGNORED]
    wrong = [*shifted[:2], *(code for code in wrong if code not in shifted)]
    chosen = diverging(key, wrong[:9], lambda code: frozenset(enumerate(code)))
    told = "; ".join(
        ANSWER.format(guess=guess, right=right, misplaced=misplaced)
        for guess, (right, misplaced) in answers.items()
    )
    return Drawn(
        stem=STEM.format(many=NUMERALS[len(key)], answers=told),
        key=Option(key),
        distractors=tuple(Option(code, slips[code][1]) for code in chosen),
        explanation=f"If the code is {key}, the guesses get just these answers: {told}. "
        "Each of the other codes would change at least one of them.",
    )


def answer(guess: str, code: str) -> tuple[int, int]:
    """How many digits of the guess are right, and how many misplaced."""
    right = sum(mine == other for mine, other in zip(guess, code, strict=True))
    return right, len({*guess} & {*code}) - right


def slip(code: str, answers: Mapping[str, tuple[int, int]]) -> tuple[int, str]:
    """How many answers a code doesn't fit, and why somebody would choose it all the same."""
    failed = [guess for guess, given in answers.items() if answer(guess, code) != given]
    if failed and all(sum(answer(guess, code)) == sum(answers[guess]) for guess in failed):
        return 1, PLACES_IGNORED
    which = "answer" if len(failed) == 1 else "answers"
    return len(failed), f"leaves the {which} to {listed(failed)} unchecked" if failed else ""


def solve(posed: Posed) -> list[int]:
    found = read(STEM, posed.stem)
    answers = [read(ANSWER, text) for text in found["answers"].split("; ")] if found else []
    many = next((n for n, word in enumerate(NUMERALS) if found and word == found["many"]), 0)
    if not answers or None in answers:
        return []
    return right_places(
        posed, lambda code: is_code(code, many) and all(fits(code, a) for a in answers if a)
    )


def is_code(text: str, digits: int) -> bool:
    return len(text) == len({*text}) == digits and {*text} <= {*DIGITS}


def fits(code: str, given: Mapping[str, str]) -> bool:
    """Whether the code would get this answer, by comparing each place with each other one."""
    pairs = list(product(enumerate(given["guess"]), enumerate(code)))
    right = sum(x == y for x, y in pairs)
    misplaced = sum(a == b and i != j for (i, a), (j, b) in pairs)
    return (str(right), str(misplaced)) == (given["right"], given["misplaced"])


MODEL = ItemModel(
    name="logic.code_deduction",
    asks="Find the code that fits the answers that several guesses got.",
    levels={
        "easy": {"digits": 3, "answers": 2},
        "medium": {"digits": 3, "answers": 3},
        "hard": {"digits": 4, "answers": 4},
    },
    draw=draw,
    solve=solve,
)
