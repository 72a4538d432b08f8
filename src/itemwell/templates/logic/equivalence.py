"""Which sentence means the same as a rule worded with if, only if or unless.

Hard because of the wording (if; then only if and unless; then two conditions joined by and or or).
Typical errors: the rule turned round, both its parts denied, one of them denied, and the joining
word kept where a denial changes it. No distractor is right if "unless" is read as "exactly if not".
"""

from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.logic.states import Claim, claim, claims, worlds
from itemwell.templates.logic.wording import capital, read, read_any
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places

IF, ONLY_IF, UNLESS = "If {x}, then {y}.", "{x} only if {y}.", "{x} unless {y}."
WORDINGS = {1: (IF,), 2: (ONLY_IF, UNLESS), 3: (IF, ONLY_IF, UNLESS)}
STEM = "A control system keeps this rule: {rule} Which sentence means exactly the same?"
STEM_WITH_OR = (
    'A control system keeps this rule, in which "or" means "one or both": {rule} '
    "Which sentence means exactly the same?"
)
OTHER = {"and": "or", "or": "and"}


class Part(NamedTuple):
    """The condition or the result of a rule: a claim, or two that are joined."""

    claims: tuple[Claim, ...]
    joint: str  # "and" or "or"

    @property
    def denied(self) -> "Part":
        return Part(tuple(found.denied for found in self.claims), OTHER[self.joint])

    @property
    def rejoined(self) -> "Part":
        return Part(self.claims, OTHER[self.joint])

    def __str__(self) -> str:
        return f" {self.joint} ".join(map(str, self.claims))


class Rule(NamedTuple):
    condition: Part
    result: Part

    @property
    def contrapositive(self) -> "Rule":
        return Rule(self.result.denied, self.condition.denied)

    @property
    def converse(self) -> "Rule":
        return Rule(self.result, self.condition)

    @property
    def rejoined(self) -> "Rule":
        return Rule(self.condition.rejoined, self.result.rejoined)

    def __str__(self) -> str:
        return IF.format(x=self.condition, y=self.result)


def draw(rng: Random, features: Features) -> Drawn:
    wording = rng.choice(WORDINGS[features["wording"]])
    x, y = parts(rng, wording, claims(rng, features["claims"]))
    meant = Rule(y.denied, x) if wording == UNLESS else Rule(x, y)
    key = rng.choice(keys(wording, meant, paired=features["claims"] > 2))
    slips = slips_of_unless(x, y) if wording == UNLESS else slips_of_if(meant, key)
    if features["claims"] > 2:
        slips = {key.rejoined: "keeps the joining word where the denial changes it", **slips}
    elif wording == UNLESS:  # all four leave the key alone in sharing a half with two of the others
        shown = diverging(key, [*slips], lambda rule: frozenset(rule._asdict().items()), count=3)
        slips = {slip: slips[slip] for slip in shown}
    stem = STEM_WITH_OR if features["claims"] > 2 else STEM
    return Drawn(
        stem=stem.format(rule=capital(wording.format(x=x, y=y))),
        key=Option(str(key)),
        distractors=tuple(Option(str(slip), why) for slip, why in [*slips.items()][:4]),
        explanation="The two sentences exclude the same case and no other: "
        f"that {meant.condition}, while {meant.result.denied}.",
    )


def keys(wording: str, meant: Rule, *, paired: bool) -> list[Rule]:
    """What may be the key: not the rule itself, and with a pair only what denies the pair."""
    if paired:
        return [meant if wording == UNLESS else meant.contrapositive]
    return [meant.contrapositive] if wording == IF else [meant, meant.contrapositive]


def parts(rng: Random, wording: str, found: list[Claim]) -> tuple[Part, Part]:
    """What stands in the places x and y of a wording; a pair in x only where commas bound it."""
    joint = rng.choice(("and", "or"))
    single, rest = Part((found[0],), "and"), Part(tuple(found[1:]), joint)
    return (rest, single) if wording == IF and rng.random() < 0.5 else (single, rest)


def slips_of_if(meant: Rule, key: Rule) -> dict[Rule, str]:
    return {
        meant.converse: "turns the rule round",
        meant.converse.contrapositive: "denies both parts of the rule without turning it round",
        Rule(key.condition, key.result.denied): "gets the result the wrong way round",
        Rule(key.condition.denied, key.result): "gets the condition the wrong way round",
    }


def slips_of_unless(x: Part, y: Part) -> dict[Rule, str]:
    as_if, as_only_if = Rule(y, x), Rule(x, y)
    return {
        as_if: 'reads "unless" as "if"',
        as_only_if: 'reads "unless" as "only if"',
        as_if.contrapositive: 'reads "unless" as "if" and then turns the rule round',
        as_only_if.contrapositive: 'reads "unless" as "only if" and then turns the rule round',
    }


def solve(posed: Posed) -> list[int]:
    found = read(STEM, posed.stem) or read(STEM_WITH_OR, posed.stem)
    rule = read_rule(found["rule"]) if found else None
    if rule is None:
        return []
    meaning = excluded(rule)
    return right_places(
        posed, lambda text: (option := read_rule(text)) is not None and excluded(option) == meaning
    )


def read_rule(text: str) -> Rule | None:
    found = read_any((IF, UNLESS, ONLY_IF), text)
    if found is None:
        return None
    wording, (x, y) = found[0], (read_part(found[1][place]) for place in "xy")
    if x is None or y is None:
        return None
    return Rule(y.denied, x) if wording == UNLESS else Rule(x, y)


def read_part(text: str) -> Part | None:
    joint = "or" if " or " in text else "and"
    found = [claim(half) for half in text.split(f" {joint} ")]
    return None if None in found else Part(tuple(half for half in found if half), joint)


def excluded(rule: Rule) -> set[frozenset[tuple[str, bool]]]:
    """Every way for the things of a rule to be that breaks it."""
    things = sorted({found.thing for part in rule for found in part.claims})
    return {
        frozenset(world.items())
        for world in worlds(things)
        if holds(rule.condition, world) and not holds(rule.result, world)
    }


def holds(part: Part, world: dict[str, bool]) -> bool:
    values = [world[found.thing] == found.holds for found in part.claims]
    return any(values) if part.joint == "or" else all(values)


MODEL = ItemModel(
    name="logic.equivalence",
    asks="Find the sentence that means the same as a rule with if, only if or unless.",
    levels={
        "easy": {"wording": 1, "claims": 2},
        "medium": {"wording": 2, "claims": 2},
        "hard": {"wording": 3, "claims": 3},
    },
    draw=draw,
    solve=solve,
)
