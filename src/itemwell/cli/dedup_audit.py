"""`itemwell dedup audit`: what slipped through, found exactly."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome
from itemwell.similar.embed import EmbedError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.generate.twin_audit import Eyes, Findings, Found
    from itemwell.settings import Settings

COLUMNS = {
    "kind": "verdict",
    "one_id": "id",
    "other_id": "id ",
    "cosine_told": "cosine",
    "key_relation": "key",
    "embedder": "embedder",
    "why": "reasons",
    "stems": "stems",
}
SHOWN = 20


@click.command(cls=Command)
@click.option("--fix", is_flag=True, help="Store the enemies that are not stored.")
@click.option(
    "--sample",
    type=click.IntRange(0, 10_000),
    default=200,
    show_default=True,
    help="Look so many questions up by the index, where it is in use.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
def audit(common: Common, fix: bool, sample: int, seed: int) -> Answer:
    """Compare all questions in use again: every pair -> duplicates, grey pairs, enemies not stored.

    Exactly, without the index, of which it tells how much it misses. Nothing is asked of anybody.
    It ends 0 whatever it finds, for the reason "found" or "clean"; where questions have no vector
    to be compared by it ends 1, and 2 where none has.
    """
    from itemwell.cli.progress import counting
    from itemwell.generate import twin_audit
    from itemwell.store.connect import open_bank

    settings = common.settings()
    shown = sys.stderr.isatty() and not (common.as_json or common.quiet or common.no_console)
    with open_bank(settings) as bank:
        eyes = _eyes(bank, settings)
        with counting("Comparing questions", shown=shown) as tell:
            findings = twin_audit.look(bank, eyes, sample=sample, seed=seed, fix=fix, tell=tell)
        if not findings.questions:
            raise ConfigError("the bank has no question in use", "write some: itemwell generate")
    return Answer(_as_json(findings), "\n".join(_told(findings)), _outcome(findings, fix))


def _eyes(bank: "Engine", settings: "Settings") -> "Eyes":
    from itemwell.generate.embedding import open_stored, thresholds_of
    from itemwell.generate.twin_audit import Eyes
    from itemwell.store import thresholds

    chosen = open_stored(settings)
    with bank.connect() as db:
        own = thresholds.own(db)
    return Eyes(chosen.identity, chosen.hashed.identity, thresholds_of(chosen, own))


def _counts(findings: "Findings", fix: bool) -> dict[str, int]:
    return {
        "duplicates": findings.count("duplicates"),
        "grey pairs": findings.count("grey"),
        "enemies not stored": 0 if fix else findings.count("apart"),
    }


def _outcome(findings: "Findings", fix: bool) -> Outcome:
    """All that was asked is done, whatever was found; what has no vector was not compared."""
    found = [f"{count} {what}" for what, count in _counts(findings, fix).items() if count]
    lacking = max(findings.lacking.values(), default=0)
    if lacking:
        exit_status = Exit.PARTIAL if findings.compared else Exit.FAILED
        told = ", ".join([*found, f"{lacking} questions without a vector"])
        return Outcome(exit_status, EmbedError.reason, told, "run: itemwell dedup backfill")
    if not found:
        return Outcome(Exit.OK, "clean", f"no twins among {findings.questions} questions")
    return Outcome(Exit.OK, "found", ", ".join(found), _next_step(findings))


def _next_step(findings: "Findings") -> str:
    if findings.duplicates or findings.grey:
        return "retire one of two, or tell them apart: itemwell dedup mark ID ID new"
    return "run: itemwell dedup audit --fix"


def _as_json(findings: "Findings") -> dict[str, Any]:
    return {
        "questions": findings.questions,
        "decided": findings.decided,
        "by_embedder": _by_embedder(findings),
        "duplicates": list(map(_row, findings.duplicates)),
        "grey": list(map(_row, findings.grey)),
        "enemies_not_stored": list(map(_row, findings.apart)),
        "enemies_stored": findings.stored,
        "without_vector": findings.lacking,
        "index": _recall(findings),
    }


def _by_embedder(findings: "Findings") -> dict[str, dict[str, int]]:
    """How many of each kind by whose cosine."""
    told: dict[str, dict[str, int]] = {}
    for (embedder, name), count in sorted(findings.counts.items()):
        told.setdefault(embedder, {})[name] = count
    return told


def _recall(findings: "Findings") -> dict[str, Any] | None:
    from itemwell.interval import wilson

    if not findings.recall:
        return None
    found, of = findings.recall
    low, high = wilson(found, of)
    return {"found": found, "of": of, "recall": found / of if of else None, "sure": [low, high]}


def _told(findings: "Findings") -> Iterator[str]:
    from itemwell.generate.twin_audit import MOST_HELD

    pairs: Sequence[Found] = [*findings.duplicates, *findings.grey, *findings.apart]
    if pairs:
        yield table(COLUMNS, list(map(_row, pairs[:SHOWN])))
        if findings.counts.total() > SHOWN:
            yield f"and {findings.counts.total() - SHOWN} more: --json tells them, up to {MOST_HELD:,} of a kind"
        yield ""
    yield f"{findings.questions} questions in use, {findings.decided} pairs looked at closely"
    for embedder, counted in _by_embedder(findings).items():
        parts = ", ".join(f"{count} {TITLES[name]}" for name, count in counted.items())
        yield f"By {embedder}: {parts}"
    for embedder, count in findings.lacking.items():
        yield f"{count} questions without a vector of {embedder}: they were not compared by it"
    if findings.stored:
        yield f"{findings.stored} pairs of enemies stored"
    recall = _recall(findings)
    if recall and recall["of"]:
        low, high = recall["sure"]
        share = f"{recall['recall']:.1%} ({low:.1%} to {high:.1%})"
        yield f"The index finds {recall['found']} of {recall['of']} nearest neighbours: {share}"


TITLES = {"duplicates": "duplicates", "grey": "grey pairs", "apart": "enemies that nobody stored"}


def _row(found: "Found") -> dict[str, Any]:
    figures = found.verdict.figures
    return {
        "kind": found.kind,
        "one_id": found.one.id,
        "other_id": found.other.id,
        "cosine": figures.cosine,
        "cosine_told": f"{figures.cosine:.2f}",
        "key_relation": figures.key,
        "embedder": found.embedder,
        "reasons": list(found.verdict.reasons),
        "why": ", ".join(found.verdict.reasons),
        "stems": f"{found.one.stem} | {found.other.stem}",
    }
