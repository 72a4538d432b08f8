"""Asks in which order mixed-up sentences make a story.

Harder with more sentences, and where a sentence takes up a thing by a more general word ("a robin",
then "the bird"). Typical errors: two neighbours swapped, the story begun or ended in the wrong
place, the sentences left as they stand.
"""

import re
from itertools import pairwise
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.convergence import diverging
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.stories import (
    draw_story,
    introduced_in,
    names_one_of,
    taken_up_in,
)

STEMS = (
    "In which order do these sentences make one connected story?",
    "Which order turns these sentences into one connected story?",
)


def errors(order: str) -> list[Option]:
    """The orders that typical errors lead to."""
    swaps = {
        order[:place] + order[place + 1] + order[place] + order[place + 2 :]: (
            f"speaks in sentence {order[place + 1]} of something that only {order[place]} introduces"
        )
        for place in range(len(order) - 1)
    }
    others = {
        "".join(sorted(order)): "leaves the sentences as they stand",
        order[1:]
        + order[0]: f"begins with sentence {order[1]}, which takes up something from {order[0]}",
        order[-1] + order[:-1]: f"begins with sentence {order[-1]}, which has to come last",
        order[0] + order[:0:-1]: "finds the beginning, but then goes from the end",
    }
    found = swaps | others
    return [Option(", ".join(text), why) for text, why in found.items() if text != order]


def mixed(rng: Random, count: int) -> str:
    """The numbers of the sentences in the order of the story, which is not that of counting."""
    numbers = "123456"[:count]
    orders = ("".join(rng.sample(numbers, count)) for _ in range(1000))
    return next(order for order in orders if order != numbers)


def chosen(rng: Random, order: str, wrong: list[Option]) -> tuple[Option, ...]:
    """Four of the errors, whose places do not all point to the right order."""
    reasons = {option.text: option for option in rng.sample(wrong, len(wrong))}
    right = ", ".join(order)
    texts = diverging(right, [*reasons], lambda text: frozenset(enumerate(text.split(", "))))
    return tuple(reasons[text] for text in texts)


def draw(rng: Random, features: Features) -> Drawn:
    """A story told out of order, and four wrong orders."""
    story = draw_story(rng, features["sentences"], features["general"])
    order = mixed(rng, len(story))
    lines = sorted(f"{number}. {sentence}" for number, sentence in zip(order, story, strict=True))
    reasons = [f"{after} takes up what {before} introduces" for before, after in pairwise(order)]
    return Drawn(
        stem=rng.choice(STEMS),
        key=Option(", ".join(order)),
        distractors=chosen(rng, order, errors(order)),
        explanation=f"Sentence {', '.join(reasons)}.",
        stimulus=Stimulus("\n".join(lines)),
    )


def holds_together(sentences: list[str]) -> bool:
    """Whether each thing that these sentences introduce is introduced before it is taken up."""
    ever = set().union(*map(introduced_in, sentences))
    known: set[str] = set()
    for sentence in sentences:
        needed = [word for word in taken_up_in(sentence) if names_one_of(word, ever)]
        if not all(names_one_of(word, known) for word in needed):
            return False
        known |= introduced_in(sentence)
    return True


def solve(posed: Posed) -> list[int]:
    """The options that order all sentences so that nothing is taken up before it is introduced."""
    lines: list[tuple[str, str]] = re.findall(
        r"^([1-6])\. (.+)$", posed.stimulus.text if posed.stimulus else "", re.MULTILINE
    )
    by_number = dict(lines)
    orders = [option.text.split(", ") for option in posed.options]
    return [
        place
        for place, order in enumerate(orders)
        if by_number
        and sorted(order) == sorted(by_number)
        and holds_together([by_number[number] for number in order])
    ]


MODEL = ItemModel(
    name="verbal.sentence_order",
    asks="Find the order in which sentences make a connected story.",
    levels={
        "easy": {"sentences": 4, "general": 0},
        "medium": {"sentences": 5, "general": 1},
        "hard": {"sentences": 6, "general": 2},
    },
    draw=draw,
    solve=solve,
)
