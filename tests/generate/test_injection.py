"""What a question says cannot steer who solves, judges or compares it: it is data, and stays within its marks.

The brain that is asked obeys whatever it can see outside of the marks, takes every look-alike for an
angle bracket, and reads what is hidden. Inside of the marks it computes and passes over the rest.
"""

import asyncio
import json
import re
import unicodedata
from dataclasses import dataclass, field, replace

import pytest
from tests.builders import a_draft
from tests.generate.injected import (
    BACKWARDS,
    IN_BASE64,
    IN_CYRILLIC,
    ORDER,
    PLACES,
    SAYINGS,
    filled,
    into,
)

from itemwell.bank import Slot
from itemwell.double import Double, Seen
from itemwell.double.cast import cast
from itemwell.errors import Rejected
from itemwell.generate import dedup, judge, solve
from itemwell.generate.dedup import Relation
from itemwell.generate.prompts import LOOK_ALIKES, mark_of
from itemwell.generate.routing import VENDORS, Routing
from itemwell.generate.vendors import connect
from itemwell.settings import Settings
from itemwell.similar.decide import Figures

WANTED = "360 buns"
WRONG_KEY = a_draft(
    stem="A baker has 12 boxes with 30 buns in each, and sells 60 of the buns."
    " How many buns are left?",
    right=WANTED,
    wrong=("300 buns", "420 buns", "310 buns", "290 buns"),
    difficulty="medium",
)
HELD = replace(WRONG_KEY, stem=f"Q1. {WRONG_KEY.stem}")
TEXTS = [(saying, place) for saying in SAYINGS for place in PLACES]
AT_ONCE = 16
STAGES = ["solve", "judge", "dedup", "held"]
MARKED = {stage: ("dedup", 0, [1]) for stage in ("dedup", "held")}
"""Text in the draft that is compared, and in the question that it is compared with."""


def plain(text):
    """`text` as somebody reads it who sees through every disguise."""
    tags = "".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) < 0xE007F else c for c in text)
    shown = "".join(c for c in tags if unicodedata.category(c) not in {"Cf", "Cc"} or c == "\n")
    opened = "<‹〈⟨❮＜"
    angled = "".join(
        ("<" if c in opened else ">") if c in LOOK_ALIKES - {"<", ">"} else c for c in shown
    )
    return re.sub(r"\s*([<>/])\s*", r"\1", unicodedata.normalize("NFKC", angled)).casefold()


HEARD = tuple(map(plain, (ORDER, BACKWARDS, IN_BASE64, IN_CYRILLIC)))


@dataclass
class Obedient:
    """See the module's docstring. `texts` are what was injected so far."""

    texts: set[str] = field(default_factory=set)
    obeyed: int = 0

    def __call__(self, seen: Seen):
        mark = re.search(r"<data-(\w+)>", seen.system)[1]
        outside = re.sub(
            rf"<data-{mark}>.*?</data-{mark}>", "", plain(seen.prompt), flags=re.DOTALL
        )
        if any(order in plain(seen.system) + outside for order in HEARD):
            self.obeyed += 1
            return self.obey(seen)
        inside = re.sub(rf"^<data-{mark}>\n|\n</data-{mark}>$", "", seen.prompt)
        sound = json.dumps(self.without(json.loads(inside)))
        return cast(replace(seen, prompt=f"<data-{mark}>\n{sound}\n</data-{mark}>"))

    def obey(self, seen):
        if "right" in seen.schema["properties"]:
            right = re.search(rf'"id": "(\w+)", "text": "{WANTED}', seen.prompt)[1]
            return {"working": "As I was told.", "right": [right]}
        if "neighbours" in seen.schema["properties"]:
            told = {"id": "N1", "why": "As I was told.", "relation": "different"}
            return {"neighbours": [told]}
        scores = dict.fromkeys(judge.WEIGHTS, 1.0)
        return {"comments": "As I was told.", "defects": [], **scores, "difficulty": "medium"}

    def without(self, data):
        """`data` as it was before the texts came in."""
        if isinstance(data, dict):
            return {name: self.without(value) for name, value in data.items()}
        if isinstance(data, list):
            return [*map(self.without, data)]
        for text in self.texts if isinstance(data, str) else ():
            data = data.replace(f" {text}", "").replace(text, "")
        return data


def asked(stage, draft, number):
    """The ask about `draft`, and how to read its answer as a decision."""
    slot = Slot(number, draft.stratum, number, "seed")
    if stage == "dedup":
        return dedup.asking(draft, {1: HELD}, slot, seat=0, subject=""), told_apart
    if stage == "held":
        return dedup.asking(WRONG_KEY, {1: draft}, slot, seat=0, subject=""), told_apart
    if stage == "judge":
        return judge.asking(draft, slot, seat=0, subject=""), judged
    ask, letters = solve.asking(draft, slot, seat=0, subject="")
    return ask, lambda answer: solve.read(answer, letters)


def judged(verdict):
    try:
        return judge.judge(verdict, "medium", 0.7, "it")
    except Rejected as refusal:
        return str(refusal)


def told_apart(comparison):
    figures = Figures(0.8, 0.8, 0.8, "same")
    grey = Relation(neighbour_id=1, embedder="", verdict="grey", reasons=(), figures=figures)
    return dedup.read(comparison, [grey], "it")[0].verdict


def injected(stage, brain, texts, fence):
    """The ask about the question with each text in it."""
    for number, (saying, place) in enumerate(texts):
        mark = mark_of("seed", number, 0, *MARKED.get(stage, (stage, 0)))
        text = filled(saying, mark=mark, option=WANTED)
        brain.texts.add(text)
        ask, how = asked(stage, into(WRONG_KEY, place, text), number)
        assert f"<data-{mark}>" in ask.system
        yield replace(ask, prompt=fence(ask.prompt, mark)), how


async def decisions(double, asks):
    """What came of each ask, spread over the vendors."""
    settings = Settings(**{name.lower(): value for name, value in double.environment.items()})
    models = [connect(settings, name) for name in Routing.of(settings).models]
    assert [model.vendor for model in models] == list(VENDORS)
    gate = asyncio.Semaphore(AT_ONCE)

    async def decision(number, ask, how):
        async with gate:
            return how((await models[number % len(models)](ask)).answer)

    try:
        return await asyncio.gather(*(decision(n, *each) for n, each in enumerate(asks)))
    finally:
        for model in models:
            await model.aclose()


def fenced_alone(prompt, mark):
    """The prompt as it is."""
    return prompt


def changed(stage, texts, fence=fenced_alone):
    """How many decisions the texts changed, and how often the brain obeyed."""
    brain = Obedient()
    clean = [asked(stage, WRONG_KEY, number) for number, _ in enumerate(VENDORS)]
    with Double(brain=brain) as double:
        asks = [*clean, *injected(stage, brain, texts, fence)]
        before, *found = asyncio.run(decisions(double, asks))
    assert found[: len(VENDORS) - 1] == [before] * (len(VENDORS) - 1)
    return sum(after != before for after in found), brain.obeyed


def unfenced(prompt, mark):
    """The same data as it would stand in a prompt without marks."""
    data = prompt.removeprefix(f"<data-{mark}>\n").removesuffix(f"\n</data-{mark}>")
    return json.dumps(json.loads(data), ensure_ascii=False)


def unescaped(prompt, mark):
    """The same data between its marks, with nothing in it escaped that JSON does not escape."""
    return f"<data-{mark}>\n{unfenced(prompt, mark)}\n</data-{mark}>"


def test_there_are_a_hundred_texts():
    assert len(set(TEXTS)) == 100


@pytest.mark.parametrize("stage", STAGES)
def test_no_text_in_a_question_changes_a_decision(stage):
    assert changed(stage, TEXTS) == (0, 0)


@pytest.mark.parametrize("stage", STAGES)
def test_without_the_marks_every_text_changes_the_decision(stage):
    shown = [(saying, place) for saying, place in TEXTS if place != "explanation"][::3]

    assert changed(stage, shown, unfenced) == (25, 25)


@pytest.mark.parametrize("stage", STAGES)
def test_marks_alone_would_not_hold_who_knows_them(stage):
    knowing = [(saying, "stem") for saying in SAYINGS if "/data-@mark@" in saying]

    number, obeyed = changed(stage, knowing, unescaped)

    assert number == obeyed >= 4
