"""Who is the second tallest: clues compare two at a time and make one chain.

Hard because of the number of people, of clues out of order, and of clues worded from the other end
("shorter", "not as tall as") that have to be turned round. Typical errors: a clue read the wrong
way round, places counted from the wrong end, the end of the chain taken for the place asked for.
"""

from itertools import pairwise
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.logic.orders import Rule, before, orders
from itemwell.templates.logic.states import COLOURS
from itemwell.templates.logic.wording import ORDINALS, capital, read_any, sentences
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.people import people


class Scale(NamedTuple):
    plain: str
    more: str
    less: str
    most: str
    least: str
    noun: str | None = None  # the things compared; people where there is none

    def clues(self) -> dict[str, bool]:
        """Templates of a clue, and whether the first named is the one that has more."""
        return {
            f"{{x}} is {self.more} than {{y}}.": True,
            f"{{x}} is {self.less} than {{y}}.": False,
            f"{{x}} is not as {self.plain} as {{y}}.": False,
        }

    def questions(self, count: int) -> dict[str, int]:
        """What can be asked of `count`, from the nearer end, and the place in the order that it means."""
        who = f"Which {self.noun}" if self.noun else "Who"
        ordinals = ("", *(f"{ordinal} " for ordinal in ORDINALS[1 : (count + 1) // 2]))
        from_top = {f"{self.most}?": 1, f"{self.least}?": -1}
        return {
            f"{who} is the {ordinal}{end}": place if step > 0 else count - 1 - place
            for end, step in from_top.items()
            for place, ordinal in enumerate(ordinals)
        }


SCALES = (
    Scale("tall", "taller", "shorter", "tallest", "shortest"),
    Scale("old", "older", "younger", "oldest", "youngest"),
    Scale("fast", "faster", "slower", "fastest", "slowest"),
    Scale("heavy", "heavier", "lighter", "heaviest", "lightest", "box"),
    Scale("large", "larger", "smaller", "largest", "smallest", "vase"),
    Scale("long", "longer", "shorter", "longest", "shortest", "ribbon"),
)


def draw(rng: Random, features: Features) -> Drawn:
    scale, count = rng.choice(SCALES), features["people"]
    order = compared(rng, scale, count)
    question, place = rng.choice(list(scale.questions(count).items()))
    slips = sorted((slip(order, place, at), name) for at, name in enumerate(order) if at != place)
    return Drawn(
        stem=" ".join([*clues(rng, scale, order, features), question]),
        key=Option(order[place]),
        distractors=tuple(Option(name, why) for (_, why), name in slips[:4]),
        explanation=f"From {scale.most} to {scale.least} the clues give: {', '.join(order)}. "
        f"So the answer is {order[place]}.",
    )


def compared(rng: Random, scale: Scale, count: int) -> list[str]:
    """Whom or what the clues compare, the one that has most first."""
    if scale.noun is None:
        return people(rng, count)
    return [f"the {colour} {scale.noun}" for colour in rng.sample(COLOURS, count)]


def clues(rng: Random, scale: Scale, order: list[str], features: Features) -> list[str]:
    """A clue for each pair of neighbours, as many worded from the other end as the level wants."""
    count, upward = len(order) - 1, rng.random() < 0.5
    turned = rng.sample(range(count), features["turned"])
    told = [
        clue(rng, scale, pair, more=upward != (at in turned))
        for at, pair in enumerate(pairwise(order))
    ]
    if features["shuffled"]:
        rng.shuffle(told)
    return told if upward or features["shuffled"] else told[::-1]


def clue(rng: Random, scale: Scale, pair: tuple[str, str], *, more: bool) -> str:
    templates = [
        template for template, first_has_more in scale.clues().items() if first_has_more == more
    ]
    x, y = pair if more else pair[::-1]
    return capital(rng.choice(templates).format(x=x, y=y))


def slip(order: list[str], place: int, other: int) -> tuple[int, str]:
    """Why somebody would answer with the other place, after how likely that is."""
    if place + other == len(order) - 1:
        return 0, "counts the places from the wrong end"
    if abs(place - other) == 1:
        return 1, f"reads the clue about {order[place]} and {order[other]} the wrong way round"
    if other in (0, len(order) - 1):
        return 2, "gives an end of the order instead of the place asked for"
    return 3, "joins two of the clues at the wrong name"


def solve(posed: Posed) -> list[int]:
    *told, question = sentences(posed.stem)
    found = {name for scale in SCALES for name in meant(scale, told, question)}
    return right_places(posed, lambda text: {text.casefold()} == found)


def meant(scale: Scale, told: list[str], question: str) -> set[str]:
    """All who may be meant by the question; nobody if it or a clue isn't about this scale."""
    above = [rule for sentence in told if (rule := comparison(scale, sentence))]
    names = sorted({name for rule in above for name in (rule.x, rule.y)})
    place = scale.questions(len(names)).get(question)
    if place is None or len(above) < len(told):
        return set()
    return {name for order in orders(names, above) for name in names if order[name] == place + 1}


def comparison(scale: Scale, sentence: str) -> Rule | None:
    """Who has more and so comes before whom by this clue; None if it isn't about this scale."""
    found = read_any(scale.clues(), sentence)
    if found is None:
        return None
    template, names = found
    x, y = names["x"].casefold(), names["y"].casefold()
    return before(x, y) if scale.clues()[template] else before(y, x)


MODEL = ItemModel(
    name="logic.ordering",
    asks="Join comparisons of two into one order and say who has a given place in it.",
    levels={
        "easy": {"people": 4, "shuffled": 0, "turned": 0},
        "medium": {"people": 5, "shuffled": 1, "turned": 1},
        "hard": {"people": 6, "shuffled": 1, "turned": 2},
    },
    draw=draw,
    solve=solve,
)
