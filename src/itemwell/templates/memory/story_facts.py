"""Who got a thing from whom, where and when, in a short story of a thing that changes hands.

Hard: more handovers, and two things whose ways are told in turns. Typical errors: turning the
giving round, recalling another step of the story, mixing up the two things, and adding a fitting
detail that was not told (a schema intrusion; Bartlett 1932).
"""

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import LANDMARKS, THINGS
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.people import NAMES

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DETAILS = {
    "giver": NAMES,
    "taker": NAMES,
    "place": tuple(f"at the {place}" for place in LANDMARKS),
    "time": tuple(f"on {day} {part}" for day in DAYS for part in ("morning", "evening")),
}
QUESTIONS = {
    "giver": "who did {taker} get the {thing} from",
    "taker": "who got the {thing} from {giver}",
    "place": "where did {taker} get the {thing}",
    "time": "when did {taker} get the {thing}",
}


class Event(NamedTuple):
    """A handover, or the finding of a thing, which has no giver."""

    thing: str
    giver: str
    taker: str
    place: str
    time: str


def draw(rng: Random, features: Features) -> Drawn:
    story = events(rng, features["handovers"], features["things"])
    sentences = {event: told(rng, event) for event in story}
    asked = rng.choice([event for event in story if event.giver])
    kind = rng.choice(list(QUESTIONS))
    key = asked._asdict()[kind]
    wrong = [*slips(story, asked, kind)][:3]
    return Drawn(
        stem=f"In the story you studied, {QUESTIONS[kind].format(**asked._asdict())}?",
        key=Option(key),
        distractors=distinct(
            Option(key),
            [*wrong, intrusion(rng, story, kind, [key, *(slip.text for slip in wrong)])],
        ),
        explanation=f"The story says: {sentences[asked]}",
        stimulus=Stimulus("\n".join(sentences.values())),
    )


def events(rng: Random, handovers: int, things: int) -> list[Event]:
    """The ways of all things in the order of time; no person, place or time comes twice."""
    chosen = rng.sample(sorted(THINGS), things)
    turns = [*chosen, *rng.sample(chosen * (handovers // things), handovers)]
    spots = rng.sample(DETAILS["place"], len(turns))
    times = sorted(rng.sample(DETAILS["time"], len(turns)), key=DETAILS["time"].index)
    holder = dict.fromkeys(chosen, "")
    story = []
    for details in zip(turns, rng.sample(NAMES, len(turns)), spots, times, strict=True):
        thing, taker, place, time = details
        story.append(Event(thing, holder[thing], taker, place, time))
        holder[thing] = taker
    return story


def told(rng: Random, event: Event) -> str:
    """One sentence, with the time at its beginning or at its end."""
    what = f"{event.taker} found {THINGS[event.thing]}"
    if event.giver:
        verb = rng.choice(("gave", "handed", "passed"))
        what = f"{event.giver} {verb} the {event.thing} to {event.taker}"
    if rng.random() < 0.5:
        return f"O{event.time[1:]}, {what} {event.place}."
    return f"{what} {event.place} {event.time}."


def slips(story: list[Event], asked: Event, kind: str) -> Iterator[Option]:
    """Details of the other events: of a giving turned round first, then the nearer the sooner."""
    cue = {"giver": asked.taker, "taker": asked.giver}.get(kind, "")
    turned = [e.taker for e in story if kind == "giver" and e.giver == asked.taker]
    turned += [e.giver for e in story if kind == "taker" and e.taker == asked.giver]
    yield from (Option(name, "turns the giving round") for name in turned if name)
    at = story.index(asked)
    for event in sorted(story, key=lambda event: abs(story.index(event) - at)):
        detail = event.taker if cue else event._asdict()[kind]
        if detail not in (cue, asked._asdict()[kind], *turned):
            yield Option(detail, why(event, asked))


def why(event: Event, asked: Event) -> str:
    if event.thing == asked.thing:
        return "recalls another step of the story"
    return f"mixes the {asked.thing} up with the {event.thing}"


def intrusion(rng: Random, story: list[Event], kind: str, options: list[str]) -> Option:
    """A detail that would fit but was not told; a time of the same day as any of the options has."""
    known = {detail for event in story for detail in event}
    free = [detail for detail in DETAILS[kind] if detail not in known]
    day = rng.choice(options).split()[:2]
    same_day = [detail for detail in free if detail.split()[:2] == day]
    if kind == "time" and same_day:
        free = same_day
    return Option(rng.choice(free), "adds a fitting detail that was not told")


HANDOVER = re.compile(
    r"(?:On (?P<early>\w+ \w+), )?(?P<giver>\w+) (?:gave|handed|passed) the (?P<thing>\w+) to "
    r"(?P<taker>\w+) at the (?P<place>[\w ]+?)(?: on (?P<late>\w+ \w+))?\."
)
ASKED = {
    kind: question.format(giver=r"(?P<giver>\w+)", taker=r"(?P<taker>\w+)", thing=r"(?P<thing>\w+)")
    for kind, question in QUESTIONS.items()
}


def solve(posed: Posed) -> list[int]:
    """The options that are the detail asked for of any handover that the stem fits."""
    facts = [
        fact.groupdict() for line in lines(posed) for fact in [HANDOVER.fullmatch(line)] if fact
    ]
    for fact in facts:
        fact.update(place=f"at the {fact['place']}", time=f"on {fact['early'] or fact['late']}")
    found = {
        fact[kind]
        for kind, pattern in ASKED.items()
        if (asked := re.search(rf"{pattern}\?$", posed.stem))
        for fact in facts
        if all(fact[name] == text for name, text in asked.groupdict().items())
    }
    return right_places(posed, found.__contains__)


MODEL = ItemModel(
    name="memory.story_facts",
    asks="Recall who did what, where and when in a short story.",
    levels={
        "easy": {"handovers": 4, "things": 1},
        "medium": {"handovers": 5, "things": 1},
        "hard": {"handovers": 6, "things": 2},
    },
    draw=draw,
    solve=solve,
)
