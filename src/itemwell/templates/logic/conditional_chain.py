"""What must be true, given a chain of rules "if this, then that" and one fact from its middle.

Hard because of the number of rules between the fact and the answer, of rules out of order, and of
rules that must be turned round (used from "not that" to "not this"). Typical errors: a rule used
backwards, a rule taken to say what happens if its condition fails, a state mixed up.
"""

from itertools import pairwise
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.logic.states import Claim, claim, claims, worlds
from itemwell.templates.logic.wording import capital, read_any, sentences
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places

BEYOND = 2  # how many claims stand before the fact, about which nothing follows
RULES = ("If {x}, then {y}.", "Whenever {x}, {y}.")
QUESTION = "Which of these must be true as well?"
TURNED = "Where the result of a rule fails, its condition fails too. "


def draw(rng: Random, features: Features) -> Drawn:
    steps = features["steps"]
    chain = claims(rng, BEYOND + 1 + steps)
    far, near, fact, *_, key = chain
    slips = {
        key.denied: f"gets the state of the {key.thing} the wrong way round",
        near: "uses a rule backwards, from its result to its condition",
        far: "uses two rules backwards, from result to condition",
        near.denied: "takes a condition to fail wherever nothing says that it holds",
    }
    return Drawn(
        stem=" ".join([*rules(rng, chain, features), f"{capital(str(fact))}.", QUESTION]),
        key=Option(sentence(key)),
        distractors=tuple(Option(sentence(slip), why) for slip, why in slips.items()),
        explanation=f"{TURNED if features['turned'] else ''}It is given that {', so '.join(map(str, chain[BEYOND:]))}. "
        f"Nothing follows about the {near.thing} or the {far.thing}.",
    )


def rules(rng: Random, chain: list[Claim], features: Features) -> list[str]:
    """A rule for each link, as many of those after the fact turned round as the level wants."""
    wording = rng.choice(RULES)
    turned = rng.sample(range(BEYOND, len(chain) - 1), features["turned"])
    links = list(enumerate(pairwise(chain)))
    if features["shuffled"]:
        rng.shuffle(links)
    return [
        wording.format(x=y.denied, y=x.denied) if at in turned else wording.format(x=x, y=y)
        for at, (x, y) in links
    ]


def sentence(found: Claim) -> str:
    return f"{capital(str(found))}."


def solve(posed: Posed) -> list[int]:
    *told, question = sentences(posed.stem)
    said = [reading(text) for text in told]
    if question != QUESTION or not said or any(None in claims for claims in said):
        return []
    premises = [tuple(found for found in claims if found) for claims in said]
    things = sorted({found.thing for claims in premises for found in claims})
    possible = [
        world for world in worlds(things) if all(allows(premise, world) for premise in premises)
    ]
    return right_places(posed, lambda text: must(claim(text.removesuffix(".")), possible))


def reading(text: str) -> tuple[Claim | None, ...]:
    """Condition and result of a rule, or the one claim of a fact; None for what can't be read."""
    if found := read_any(RULES, text):
        return claim(found[1]["x"]), claim(found[1]["y"])
    return (claim(text.removesuffix(".")),)


def allows(premise: tuple[Claim, ...], world: dict[str, bool]) -> bool:
    *condition, result = premise
    return not all(holds(found, world) for found in condition) or holds(result, world)


def holds(found: Claim, world: dict[str, bool]) -> bool:
    return world.get(found.thing) == found.holds


def must(found: Claim | None, possible: list[dict[str, bool]]) -> bool:
    return bool(found and possible) and all(found and holds(found, world) for world in possible)


MODEL = ItemModel(
    name="logic.conditional_chain",
    asks="Follow a chain of rules from one fact, turning rules round where that is needed.",
    levels={
        "easy": {"steps": 2, "turned": 0, "shuffled": 0},
        "medium": {"steps": 2, "turned": 1, "shuffled": 1},
        "hard": {"steps": 3, "turned": 3, "shuffled": 1},
    },
    draw=draw,
    solve=solve,
)
