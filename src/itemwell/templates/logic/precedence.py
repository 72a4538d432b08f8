"""The earliest or latest day on which somebody can speak, if some must speak before others.

Hard because of the number of people, and of those who must come first without being named beside
the one asked about. Typical errors: counting only the people named together with the one asked
about, following one chain and forgetting the other, making people wait who need not.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.logic.orders import Rule, before, orders
from itemwell.templates.logic.wording import read, read_any, sentences, unlisted
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.people import people


class Calendar(NamedTuple):
    unit: str
    link: str
    slots: tuple[str, ...]


class Event(NamedTuple):
    intro: str
    does: str
    do: str


CALENDARS = (
    Calendar("day", "on", ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")),
    Calendar("month", "in", ("January", "February", "March", "April", "May", "June")),
    Calendar("month", "in", ("May", "June", "July", "August", "September", "October")),
)
EVENTS = (
    Event("{names} each give one talk", "speaks", "speak"),
    Event("{names} each play one concert", "plays", "play"),
    Event("{names} each present one book", "presents", "present"),
    Event("{names} each have one interview", "is interviewed", "be interviewed"),
)
ONE_EACH = "{intro}, one person a {unit} from {start} to {end}."
BEFORE, AFTER = "{x} {does} before {y}.", "{y} {does} after {x}."
QUESTION = "What is the {extreme} {unit} {link} which {name} can {do}?"


class Plan(NamedTuple):
    """Who must come ahead of a target, on the way from one end of the calendar."""

    target: str
    ahead: list[str]
    edges: list[tuple[str, str]]  # who is nearer to that end, who is further from it


def draw(rng: Random, features: Features) -> Drawn:
    calendar, event, latest = rng.choice(CALENDARS), rng.choice(EVENTS), rng.random() < 0.5
    names = people(rng, features["people"])
    slots = calendar.slots[: len(names)]
    plan = planned(rng, names, features)
    clues = [clue(rng, event, edge[::-1] if latest else edge) for edge in plan.edges]
    extreme, side, from_end = (
        ("latest", "after", slots[::-1]) if latest else ("earliest", "before", slots)
    )
    key = len(plan.ahead)
    wrong = sorted((*slip(plan, at, side), at) for at in range(len(slots)) if at != key)
    return Drawn(
        stem=" ".join(
            [
                introduction(calendar, event, names),
                *rng.sample(clues, len(clues)),
                question(calendar, event, extreme, plan.target),
            ]
        ),
        key=Option(from_end[key]),
        distractors=tuple(Option(from_end[at], why) for _, why, at in wrong[:4]),
        explanation=f"{listed(sorted(plan.ahead))} must come {side} {plan.target}, and nobody else "
        f"has to. That leaves {from_end[key]} as the {extreme} {calendar.unit}.",
    )


def introduction(calendar: Calendar, event: Event, names: list[str]) -> str:
    intro, last = event.intro.format(names=listed(sorted(names))), calendar.slots[len(names) - 1]
    return ONE_EACH.format(intro=intro, unit=calendar.unit, start=calendar.slots[0], end=last)


def question(calendar: Calendar, event: Event, extreme: str, name: str) -> str:
    unit, link = calendar.unit, calendar.link
    return QUESTION.format(extreme=extreme, unit=unit, link=link, name=name, do=event.do)


def planned(rng: Random, names: list[str], features: Features) -> Plan:
    """A tree of who comes ahead of whom, some of them ahead of the target through another."""
    target, *others = names
    count = rng.randint(features["ahead"] - 1, features["ahead"])
    ahead, rest = others[:count], others[count:]
    direct = max(1, count - features["indirect"])
    edges = [(name, target) for name in ahead[:direct]]
    edges += [(name, rng.choice(ahead[:at])) for at, name in enumerate(ahead) if at >= direct]
    edges += [(rng.choice([target, *ahead, *rest[:at]]), name) for at, name in enumerate(rest)]
    return Plan(target, ahead, edges)


def clue(rng: Random, event: Event, edge: tuple[str, str]) -> str:
    x, y = edge
    return rng.choice((BEFORE, AFTER)).format(x=x, y=y, does=event.does)


def slip(plan: Plan, place: int, side: str) -> tuple[int, str]:
    """Why somebody would answer with this place, after how likely that is."""
    if place == sum(further == plan.target for _, further in plan.edges):
        return 0, f"counts nobody but those named together with {plan.target}"
    if place == longest_chain(plan, plan.target):
        return 0, "follows one chain of clues and forgets the other"
    if place == len(plan.edges) - behind(plan, plan.target):
        return 0, "gives the other end of what is possible"
    if place == 0:
        return 1, f"overlooks everybody who must come {side} {plan.target}"
    if place < len(plan.ahead):
        return 1, f"overlooks somebody who must come {side} {plan.target}"
    return 1, f"keeps a place free for somebody who need not come {side} {plan.target}"


def longest_chain(plan: Plan, name: str) -> int:
    return max((1 + longest_chain(plan, x) for x, y in plan.edges if y == name), default=0)


def behind(plan: Plan, name: str) -> int:
    return sum(1 + behind(plan, y) for x, y in plan.edges if x == name)


def solve(posed: Posed) -> list[int]:
    intro, *rest = sentences(posed.stem)
    *told, question = rest or [""]
    opening, asked = read(ONE_EACH, intro), read(QUESTION, question)
    rules = [rule for sentence in told if (rule := comparison(sentence))]
    if opening is None or asked is None or len(rules) < len(told):
        return []
    names, slots = performers(opening["intro"]), between(opening["start"], opening["end"])
    mentioned = {asked["name"], *(name for rule in rules for name in (rule.x, rule.y))}
    best = {"earliest": min, "latest": max}.get(asked["extreme"])
    if best is None or len(names) != len(slots) or not mentioned <= {*names}:
        return []
    at = best((order[asked["name"]] for order in orders(names, rules)), default=0)
    return right_places(posed, lambda text: text in slots[at - 1 : at])


def performers(intro: str) -> list[str]:
    found = read_any((event.intro for event in EVENTS), intro)
    return unlisted(found[1]["names"]) if found else []


def between(start: str, end: str) -> Sequence[str]:
    """The days or months from start to end; none if no calendar has both."""
    for calendar in CALENDARS:
        if calendar.slots[0] == start and end in calendar.slots:
            return calendar.slots[: calendar.slots.index(end) + 1]
    return ()


def comparison(sentence: str) -> Rule | None:
    """Who comes before whom by this clue."""
    found = read_any((BEFORE, AFTER), sentence)
    return before(found[1]["x"], found[1]["y"]) if found else None


MODEL = ItemModel(
    name="logic.precedence",
    asks="Find the first or last place that somebody can have when some must come before others.",
    levels={
        "easy": {"people": 4, "ahead": 2, "indirect": 1},
        "medium": {"people": 5, "ahead": 3, "indirect": 1},
        "hard": {"people": 6, "ahead": 4, "indirect": 2},
    },
    draw=draw,
    solve=solve,
)
