"""What an order would cost, before anything is asked: strata -> calls -> tokens -> dollars. Pure.

Expected: as many drafts as it takes when a share of them is kept, each of them solved and judged.
At the worst: every slot uses up its drafts, each goes all the way, and every answer is as long as
it may be. Calls that are made again after a broken line come on top of both.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from typing import NamedTuple

from itemwell.bank import Draft, Option, Slot, Stratum
from itemwell.generate import author, judge, solve
from itemwell.generate.material import Passage
from itemwell.generate.panel import AVOIDED
from itemwell.generate.routing import ModelName, Routing
from itemwell.llm.door import Ask, LLMError, Usage, schema_of
from itemwell.llm.prices import Prices

Able = Callable[[Sequence[ModelName]], ModelName]

CHARACTERS_PER_TOKEN = 4

ASSUMED_SHARE = 0.6
"""Of the drafts, where the bank has no record that says better."""

LEAST_KEPT = 20
"""So many questions an author must have in the bank before its record is believed."""

TYPICAL_OUTPUT = {"draft": 1_500, "solve": 800, "judge": 900}
"""Output tokens by stage. The JSON itself is 450, 200 and 250 long; models think before they write."""

TYPICAL_STEM = "A baker has 24 boxes with 18 rolls in each, and sells 150 of the rolls. " * 3
TYPICAL_OPTIONS = tuple(
    Option(f"{number} rolls are left on the shelf", None if number == 282 else TYPICAL_STEM[:90])
    for number in (282, 432, 582, 292, 306)
)
"""What solvers and arbiter are shown has about this length."""


class Record(NamedTuple):
    """What an author's drafts came to: how many, how many kept, US dollars with their solvers' and all."""

    drafts: int
    kept: int
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One model in one stage. The dollars are None where nobody knows its price, and that is allowed."""

    model: ModelName
    stage: str
    calls: float
    usd: Decimal | None
    usd_at_worst: Decimal | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `questions` questions would take. `refused` says which models are not asked, and why."""

    questions: int
    drafts_each: int  # at the most
    lines: tuple[Line, ...]
    share: float  # of the drafts that is taken to be kept
    record: Record | None  # what that share was learned from
    refused: tuple[str, ...]

    @property
    def usd(self) -> Decimal | None:
        """US dollars expected; None where a price is unknown."""
        return _total(line.usd for line in self.lines)

    @property
    def usd_at_worst(self) -> Decimal | None:
        """US dollars at the worst; None where a price is unknown."""
        return _total(line.usd_at_worst for line in self.lines)

    @property
    def unpriced(self) -> list[ModelName]:
        """The models that may be asked though nobody knows their price."""
        return list(dict.fromkeys(line.model for line in self.lines if line.usd is None))

    def usd_of(self, vendor: str | None = None) -> Decimal:
        """The dollars expected of one vendor, or of all, as far as prices are known."""
        mine = (line for line in self.lines if vendor in {None, line.model.vendor})
        return sum((line.usd or Decimal(0) for line in mine), Decimal(0))

    @property
    def calls(self) -> dict[str, int]:
        """How many calls are expected of each stage."""
        sums: dict[str, float] = defaultdict(float)
        for line in self.lines:
            sums[line.stage] += line.calls
        return {stage: round(number) for stage, number in sums.items()}

    def allowed(self, left: Decimal, vendor: str | None = None) -> int | None:
        """About how many of the questions `left` dollars pay for; None where it pays for all."""
        wanted = self.usd_of(vendor)
        return None if wanted <= left else int(self.questions * max(left, Decimal(0)) / wanted)


@dataclass(frozen=True, slots=True)
class Terms:
    """How many models see a draft, how many drafts a slot may use up, and what a model costs."""

    solvers: int
    drafts_each: int
    prices: Prices


def forecast(
    strata: Sequence[Stratum],
    routing: Routing,
    terms: Terms,
    *,
    passage: Passage | None = None,
    records: Mapping[ModelName, Record] | None = None,
) -> Forecast:
    """What it takes to write `strata`, in their order, about passages like `passage`.

    A model whose price is unknown and not allowed is passed over, as the door would. Raises the
    LLMError of kind price where nobody is left to be asked.
    """
    refused: dict[ModelName, str] = {}
    able = partial(_first_able, prices=terms.prices, refused=refused)
    turns = Counter((each, place % len(routing.models)) for place, each in enumerate(strata))
    slots = {Slot(0, each, turn, ""): number for (each, turn), number in turns.items()}
    writers = {able(routing.authors(slot)) for slot in slots}
    record = _joined([(records or {}).get(name) for name in writers])
    share = record.kept / record.drafts if record else ASSUMED_SHARE
    single = [
        _line(name, ask, terms.prices, likely=number * (1 - share) ** attempt, most=number)
        for slot, number in slots.items()
        for attempt in range(terms.drafts_each)
        for name, ask in _asked(replace(slot, attempts=attempt), routing, terms, able, passage)
    ]
    told = tuple(refused.values())
    lines = _merged(single)
    plain = Forecast(len(strata), terms.drafts_each, lines, share, record, told)
    return _as_recorded(plain) if record and not plain.unpriced else plain


def _asked(
    slot: Slot, routing: Routing, terms: Terms, able: Able, passage: Passage | None
) -> Iterator[tuple[ModelName, Ask]]:
    """Who is asked what for this attempt, when it goes all the way."""
    kind = slot.stratum.question_type
    draft, solution, verdict = _asks(slot.stratum, slot.attempts % 2 == 1, passage)
    writer = able(routing.authors(slot))
    yield writer, draft
    for seat in range(terms.solvers):
        yield able(routing.solvers(kind, writer.vendor, seat)), solution
    yield able(routing.arbiters(kind, writer.vendor)), verdict


@cache
def _asks(stratum: Stratum, mends: bool, passage: Passage | None) -> tuple[Ask, Ask, Ask]:
    """Asks of typical length: the true prompts, filled with a typical question."""
    slot = Slot(0, stratum, 0, "")
    typical = Draft(
        stratum=stratum,
        stem=TYPICAL_STEM,
        options=TYPICAL_OPTIONS,
        key="A",
        explanation=TYPICAL_STEM * 2,
    )
    avoid = [TYPICAL_STEM] * AVOIDED
    return (
        author.mending(slot, typical, TYPICAL_STEM, passage=passage)
        if mends
        else author.asking(slot, turn=0, avoid=avoid, passage=passage),
        solve.asking(typical, slot, seat=0, subject="")[0],
        judge.asking(typical, slot, seat=0, subject=""),
    )


def _line(name: ModelName, ask: Ask, prices: Prices, *, likely: float, most: int) -> Line:
    usd = prices.of(_typical_usage(ask), *name)
    worst = prices.of(_longest_usage(ask), *name)
    return Line(
        name,
        ask.stage,
        likely,
        None if usd is None else usd * Decimal(likely),
        None if worst is None else worst * most,
    )


def _typical_usage(ask: Ask) -> Usage:
    texts = (ask.system, ask.prompt, json.dumps(schema_of(ask.answer)))
    return Usage(sum(map(len, texts)) // CHARACTERS_PER_TOKEN, output=TYPICAL_OUTPUT[ask.stage])


def _longest_usage(ask: Ask) -> Usage:
    """What the door would reserve for it, were the draft that it shows as long as an author may write."""
    shown = 0 if ask.stage == "draft" else author.LONGEST_ANSWER
    worst = ask.worst_usage
    return replace(worst, input=worst.input + shown)


def _first_able(
    names: Sequence[ModelName], prices: Prices, refused: dict[ModelName, str]
) -> ModelName:
    """The first of `names` that may be asked; why the others may not goes into `refused`."""
    failures = []
    for name in names:
        try:
            prices.rate(*name)
        except LLMError as error:
            refused[name] = str(error)
            failures.append(error)
        else:
            return name
    raise failures[0]


def _merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each model and stage."""
    found: dict[tuple[ModelName, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.model, line.stage].append(line)
    return tuple(
        Line(
            model,
            stage,
            sum(line.calls for line in mine),
            _total(line.usd for line in mine),
            _total(line.usd_at_worst for line in mine),
        )
        for (model, stage), mine in sorted(found.items(), key=lambda each: _place(each[0]))
    )


def _place(each: tuple[ModelName, str]) -> tuple[ModelName, int]:
    return each[0], list(TYPICAL_OUTPUT).index(each[1])


def _joined(records: Sequence[Record | None]) -> Record | None:
    """The record of these authors together; None where one of them has none to go by."""
    known = [each for each in records if each and each.kept >= LEAST_KEPT and each.usd]
    if len(known) < len(records) or not known:
        return None
    drafts, kept, dollars = zip(*known, strict=True)
    return Record(sum(drafts), sum(kept), sum(dollars, Decimal(0)))


def _as_recorded(plain: Forecast) -> Forecast:
    """The same, its dollars scaled to what a kept question has cost so far."""
    assert plain.record is not None
    kept = plain.questions * (1 - (1 - plain.share) ** plain.drafts_each)
    usd = plain.record.usd / plain.record.kept * Decimal(kept)
    scale = usd / plain.usd_of() if plain.usd_of() else Decimal(1)
    lines = tuple(replace(line, usd=(line.usd or Decimal(0)) * scale) for line in plain.lines)
    return replace(plain, lines=lines)


def _total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where a part of it is unknown."""
    total = Decimal(0)
    for part in parts:
        if part is None:
            return None
        total += part
    return total
