"""`itemwell questions why`: the whole path of one question, from its slot to the bank."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from itemwell.cli.answer import Answer
from itemwell.cli.money import dollars
from itemwell.cli.options import Command, Common
from itemwell.cli.table import width
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from itemwell.bank import Call, ItemParameters, Question
    from itemwell.generate.path import Attempt
    from itemwell.store.items import Found

CALIBRATIONS_SHOWN = 5

GATES = ("draft", "check", "solve", "judge", "dedup")
SCORES = ("clarity", "validity", "formatting", "creativity")


class Path(NamedTuple):
    """A question, the slot it fills and what was tried for it."""

    question: "Question"
    slot: dict[str, Any] | None
    attempts: "Sequence[Attempt]"
    calibrations: "Sequence[Found]" = ()  # newest first

    @property
    def calls(self) -> "list[Call]":
        """Every call to a model that was made for it."""
        return [call for attempt in self.attempts for call in attempt.calls]


@click.command(cls=Command)
@click.argument("question_id", type=click.IntRange(1, 2**62), metavar="ID")
@click.option("--prompts", is_flag=True, help="Print prompts and raw answers, too.")
def why(common: Common, question_id: int, prompts: bool) -> Answer:
    """Tell one question's whole path: each attempt, who wrote and refused it, votes, scores, costs.

    --json tells everything, prompts and raw answers with it.
    """
    path = _path(common, question_id)
    lines = [*_head(path), *(line for each in path.attempts for line in _told(each, prompts))]
    lines += _foot(path)
    return Answer({"question": _as_json(path)}, "\n".join(lines))


def _path(common: Common, question_id: int) -> Path:
    from itemwell.generate.path import attempts
    from itemwell.store import calls, items, questions, slots
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        question = questions.one(db, question_id)
        if question is None:
            raise ConfigError(f"there is no question {question_id}", "see: itemwell questions list")
        slot = slots.behind(db, question_id)
        found = items.history(db, question_id)[:CALIBRATIONS_SHOWN]
        if slot is None:
            return Path(question, None, (), found)
        made = calls.of_slot(db, slot["id"])
        refused = slots.refusals_for(db, slot["id"])
    tried = attempts(made, refused, question.draft, slot["attempts"])
    return Path(question, slot, tried, found)


def _head(path: Path) -> Iterator[str]:
    question, slot = path.question, path.slot
    reason = f" ({question.status_reason})" if question.status_reason else ""
    yield f"Question {question.id}: {question.draft.stratum}, {question.status}{reason}"
    if slot:
        source = "item models" if slot["source"] == "templates" else "models"
        where = f"slot {slot['id']}, ordinal {slot['ordinal']}, seed {slot['seed']}"
        yield f"  written   by {source} in run {slot['run_id']}: {where}"
    else:
        run = f" in run {question.run_id}" if question.run_id else ""
        yield f"  brought   in from a file{run}, or its slot is gone: no attempts are on record"
    if question.draft.family:
        yield f"  family    {question.draft.family}"
        yield f"  recipe    {question.gates.get('draft', 'none')}"
    if question.draft.citation:
        yield f"  source    {question.draft.citation.source}: {question.draft.citation.quote}"


def _told(attempt: "Attempt", prompts: bool) -> Iterator[str]:
    refusal = attempt.refusal
    lineage = "" if attempt.mends is None else f", which mends attempt {attempt.mends}"
    end = f"refused by {refusal['stage']}: {refusal['reason']}" if refusal else "kept"
    if refusal is None and attempt.draft is None:
        end = "refused, its reason is not on record"
    yield f"Attempt {attempt.number}{lineage}: {end}"
    if refusal and attempt.draft:
        yield _wrapped("stem", attempt.draft.stem)
    for call in attempt.calls:
        seat = f" {call.seat}" if call.stage == "solve" or call.seat else ""
        yield _wrapped(f"{call.stage}{seat}", _call_told(call, attempt))
        if prompts:
            yield _quoted("prompt", call.prompt)
            yield _quoted("answer", call.body or "(none)")


def _call_told(call: "Call", attempt: "Attempt") -> str:
    who = f"{call.vendor} {call.model}"
    said = _said(call, attempt)
    counts = f"{call.input_tokens} tokens in, {call.output_tokens} out"
    extra = [
        f"{number} {name}"
        for name, number in (("cached", call.cached_tokens), ("reasoning", call.reasoning_tokens))
        if number
    ]
    extra += ["estimated"] if call.usage_estimated else []
    parts = [
        call.prompt_version,
        (counts + (f" ({', '.join(extra)})" if extra else "")) if call.input_tokens else "",
        "price unknown" if call.price_usd is None else dollars(call.price_usd),
        "" if call.latency_ms is None else f"{call.latency_ms / 1000:.1f} s",
        call.finish or "",
        call.notes or "",
    ]
    return f"{who}{said}; {', '.join(filter(None, parts))}"


def _said(call: "Call", attempt: "Attempt") -> str:
    """What came of a call, in words."""
    from itemwell.generate.path import letters, verdict

    if call.state == "asked":
        return ": no outcome is known, counted at the worst"
    if call.state == "failed":
        return f": failed, {call.error_kind}: {call.error_message}"
    if call.stage == "solve":
        found = letters(call, attempt.draft)
        key = attempt.draft.key if attempt.draft else "?"
        return f": found {' and '.join(found or ()) or 'no right option'}, the key is {key}"
    if call.stage == "judge" and (said := verdict(call)):
        scores = ", ".join(f"{name} {getattr(said, name):.2f}" for name in SCORES)
        defects = f", defects: {', '.join(said.defects)}" if said.defects else ""
        return f": {scores}, placed {said.difficulty}{defects}: {said.comments}"
    return ""


def _foot(path: Path) -> Iterator[str]:
    from itemwell.generate.path import cost

    yield "Gates that its very content passed"
    passed = path.question.gates
    for gate in dict.fromkeys([*GATES, *passed]):
        if gate in passed:
            yield _wrapped(gate, passed[gate])
    yield _wrapped("identity", f"signature {path.question.signature}")
    for found in path.calibrations:
        yield _wrapped(f"fit {found.calibration_id}", _calibrated(found.parameters))
    calls = path.calls
    if not calls:
        yield "Cost: nothing, no model was asked"
        return
    failed = sum(call.state == "failed" for call in calls)
    unpriced = sum(call.price_usd is None for call in calls)
    told = f"Cost: {dollars(cost(calls))} on {len(calls)} calls"
    told += f", {failed} of them failed" if failed else ""
    yield told + (f"; {unpriced} calls without a known price come on top" if unpriced else "")


def _calibrated(found: "ItemParameters") -> str:
    """What a calibration found of the question."""
    figures = {
        "b": found.difficulty,
        "se(b)": found.se_difficulty,
        "a": found.discrimination,
        "se(a)": found.se_discrimination,
        "p": found.p_value,
        "r": found.point_biserial,
        "infit": found.infit,
        "outfit": found.outfit,
    }
    told = ", ".join(f"{name} {value:.2f}" for name, value in figures.items() if value is not None)
    flags = f"; flagged: {', '.join(found.flags)}" if found.flags else ""
    reason = "" if found.published else f"; not published: {found.reason}"
    return f"{found.responses} answers: {told}{flags}{reason}"


def _wrapped(title: str, text: str) -> str:
    line = f"  {title:<9} {' '.join(text.split())}"
    return fill(line, width(), subsequent_indent=" " * 12, break_on_hyphens=False)


def _quoted(title: str, text: str) -> str:
    return f"            {title}:\n{indent(text, ' ' * 14)}"


def _as_json(path: Path) -> dict[str, Any]:
    from itemwell.generate.path import cost
    from itemwell.interchange.row import plain

    return {
        **plain(path.question),
        "slot": path.slot,
        "recipe": path.question.gates.get("draft") if path.question.draft.family else None,
        "calibrations": [
            {"calibration_id": found.calibration_id, **asdict(found.parameters)}
            for found in path.calibrations
        ],
        "attempts": [_attempt_as_json(each) for each in path.attempts],
        "calls": len(path.calls),
        "failed_calls": sum(call.state == "failed" for call in path.calls),
        "unpriced_calls": sum(call.price_usd is None for call in path.calls),
        "cost_usd": float(cost(path.calls)),
    }


def _attempt_as_json(attempt: "Attempt") -> dict[str, Any]:
    from itemwell.generate.path import cost

    return {
        "attempt": attempt.number,
        "mends": attempt.mends,
        "refusal": attempt.refusal,
        "cost_usd": float(cost(attempt.calls)),
        "calls": [_call_as_json(call, attempt) for call in attempt.calls],
    }


def _call_as_json(call: "Call", attempt: "Attempt") -> dict[str, Any]:
    from itemwell.generate.path import letters, verdict

    fields = asdict(call)
    fields["price_usd"] = None if call.price_usd is None else float(call.price_usd)
    if call.stage == "solve":
        fields["found"] = letters(call, attempt.draft)
    if call.stage == "judge":
        said = verdict(call)
        fields["verdict"] = said and said.model_dump()
    return fields
