"""`itemwell generate`."""

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itemwell.bank import QUESTION_TYPES, Stratum
from itemwell.cli.answer import Answer, how_called
from itemwell.cli.options import (
    Command,
    Common,
    Duration,
    among,
    difficulties,
    names,
    several,
)
from itemwell.cli.progress import progress
from itemwell.cli.run_due import seconds_of
from itemwell.errors import Busy, ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.generate.material import Passage
    from itemwell.generate.order import Order
    from itemwell.generate.report import Report
    from itemwell.generate.work import Bounds
    from itemwell.settings import Settings
    from itemwell.store.runs import Run

MOST = 10_000


@click.command(cls=Command, short_help="Write questions, verify them, keep the bank stocked.")
@click.option(
    "--count", type=click.IntRange(0, MOST), help="Write exactly so many. [what targets lack]"
)
@click.option(
    "--types",
    multiple=True,
    callback=names,
    help="Only these question types: math,logic, or types of your own that TARGETS names. [all]",
)
@click.option(
    "--difficulty",
    multiple=True,
    callback=several(difficulties, "difficulty"),
    help="Only these. [all]",
)
@click.option(
    "--source",
    type=click.Choice(["models", "templates"]),
    help="Vendors' models, or item models. [models where there is a key]",
)
@click.option(
    "--from",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask about this material: Markdown, text, PDF. Repeatable.",
)
@click.option(
    "--for-shortage", is_flag=True, help="Write what the last run of exams lacked, by stratum."
)
@click.option("--seed", help="Draw the same questions again from the same bank.")
@click.option("--min-score", type=click.FloatRange(0, 1), help="MIN_ARBITER_SCORE for this run.")
@click.option("--deadline", type=Duration(), help="Stop cleanly after 90s, 10m, 1h. [45m]")
@click.option(
    "--plan",
    is_flag=True,
    help="Show what would be written, and what it would cost; ask and write nothing.",
)
@click.option(
    "--dry-run", is_flag=True, help="Do all but write to the bank; save drafts to a file."
)
@click.option(
    "--batch",
    is_flag=True,
    help="Ask by the vendors' batches, at half the price: hand in and end; go on within a day.",
)
@click.option(
    "--collect", is_flag=True, help="Take what batches brought, hand in what comes next, and end."
)
@click.option("--lease", metavar="NAME", help="Run beside other runs, under a lease of this name.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def generate(common: Common, **asked: Any) -> Answer:
    """Keep the bank stocked: plan -> draft -> check -> solve -> judge -> dedup -> keep.

    Without --count a run tops the bank up towards its targets, by QUESTIONS_PER_RUN at the most;
    a full bank is status 0. An order that ended early is continued by the same order within a day.
    With --batch a question takes three rounds: draft, solve, judge. Each --collect goes on.
    """
    _refuse_contradictions(asked)
    settings = common.settings(min_arbiter_score=asked["min_score"])
    source, passages = _source(settings, asked)
    order = _order(settings, asked, source)
    if asked["for_shortage"] and not order.count:
        told = "nothing was due: the last run of exams lacked no question"
        return Answer(outcome=Outcome(Exit.OK, "not_due", told))
    if asked["plan"]:
        from itemwell.cli.generate_plan import plan

        return plan(settings, order, _lease(asked), passages)
    from itemwell.generate.work import Bounds

    deadline = time.monotonic() + seconds_of(settings, "generate", asked["deadline"])
    shown = sys.stderr.isatty() and not (common.as_json or common.quiet or common.no_console)
    last: list[Report] = []
    try:
        with progress(shown=shown) as (show, last):
            bounds = Bounds(_attempts(settings, order), deadline, show)
            answer = _way(asked)(settings, order, asked, bounds, passages)
    finally:
        for report in last:
            _tell_source(settings, order, asked)
            _log(report)
    return replace(answer, text="") if common.no_console else answer


def _refuse_contradictions(asked: dict[str, Any]) -> None:
    """Raise ConfigError where a way of asking goes with another option ill."""
    way = "--collect" if asked["collect"] else "--batch" if asked["batch"] else None
    if way and asked["source"] == "templates":
        raise ConfigError(f"item models need no {way}", f"leave out --source templates or {way}")
    if asked["for_shortage"] and (
        asked["count"] is not None or asked["types"] or way == "--collect"
    ):
        raise ConfigError(
            "--for-shortage knows what to write", "leave out --count, --types, --collect"
        )
    for name in ("plan", "dry_run"):
        if way and asked[name]:
            flag = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{way} and {flag} exclude each other", "leave out one of them")
    if asked["collect"] and (asked["count"] is not None or asked["seed"] or asked["types"]):
        step = "leave out --count, --seed, --types"
        raise ConfigError("--collect goes on with orders as they are", step)


def _way(asked: dict[str, Any]) -> "Callable[..., Answer]":
    if asked["collect"]:
        from itemwell.cli.generate_collect import collect

        return collect
    return _dry_run if asked["dry_run"] else _run


def _lease(asked: dict[str, Any]) -> str:
    return f"generate:{asked['lease']}" if asked["lease"] else "generate"


def _order(settings: "Settings", asked: dict[str, Any], source: str) -> "Order":
    from itemwell.generate.order import Order

    if asked["for_shortage"]:
        return Order.for_shortage(_shortage(settings), source, asked["seed"])
    own = () if source == "templates" else settings.own_types
    types = among((*QUESTION_TYPES, *own), asked["types"], "type", "'--types'")
    return Order(asked["count"], types, asked["difficulty"], asked["seed"], source)


def _shortage(settings: "Settings") -> dict[str, int]:
    """What the last run of exams lacked, by stratum; nothing where there was none."""
    from itemwell.store import records
    from itemwell.store.connect import peek

    last = peek(settings, lambda db: records.listed(db, job="exams", limit=1)) or []
    found: dict[str, int] = last[0]["metadata"].get("shortage", {}) if last else {}
    return found


def _attempts(settings: "Settings", order: "Order") -> int:
    computed = order.source == "templates"
    return settings.attempts_per_question if computed else settings.drafts_per_question


def _source(settings: "Settings", asked: dict[str, Any]) -> tuple[str, "list[Passage]"]:
    """Who writes, and about which material. Raises ConfigError where that cannot be."""
    from itemwell.generate import material
    from itemwell.generate.routing import Routing

    able = bool(Routing.of(settings).models)
    models_only = asked["files"] or asked["batch"] or asked["collect"]
    wanted = asked["source"] or ("models" if able or models_only else "templates")
    if wanted == "templates" and asked["files"]:
        raise ConfigError("item models cannot ask about material", "leave out --source templates")
    if wanted == "models" and not able:
        step = "set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_API_KEY in .env"
        raise ConfigError("No LLM API keys configured", step)
    passages = material.read(asked["files"])
    return (f"models:{material.digest(passages)}" if passages else wanted), passages


def _tell_source(settings: "Settings", order: "Order", asked: dict[str, Any]) -> None:
    """Say it where item models write only because there is no key."""
    import structlog

    if asked["source"] or order.source != "templates":
        return

    log = structlog.get_logger()
    log.info("No LLM API keys configured: item models wrote the questions")
    if settings.own_types:
        left = ", ".join(settings.own_types)
        log.warning(f"no item model writes {left}: left out without a key")


def _run(
    settings: "Settings",
    order: "Order",
    asked: dict[str, Any],
    bounds: "Bounds",
    passages: "list[Passage]",
) -> Answer:
    from itemwell.generate import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    name = _lease(asked)
    skip = asked["skip_if_busy"]
    with open_bank(settings) as bank:
        try:
            with runs.begin(bank, "generate", lease=name, skip_if_busy=skip) as run:
                mode: job.Mode = "batch" if asked["batch"] else "live"
                report = job.run(bank, run, order, settings, bounds, material=passages, mode=mode)
        except Busy as busy:
            if busy.exit is not Exit.OK:
                raise
            return Answer(outcome=busy.outcome)
    return answer_of(report, run, settings)


def answer_of(report: "Report", run: "Run", settings: "Settings") -> Answer:
    """What a run of the job answers."""
    from itemwell.store.connect import name_of

    where = name_of(settings)
    lines = [*_told(report), f"Bank: {where}", _next(report, run.id)]
    document = {"run_id": run.id, "bank": where, **report.as_json()}
    return Answer(document, "\n".join(lines), run.outcome)


def _dry_run(
    settings: "Settings",
    order: "Order",
    _asked: dict[str, Any],
    bounds: "Bounds",
    passages: "list[Passage]",
) -> Answer:
    from itemwell.generate import job
    from itemwell.store.connect import open_bank

    path = _drafts_path(settings)
    with open_bank(settings) as bank:
        report = job.dry_run(bank, path, order, settings, bounds, material=passages)
    lines = [*_told(report), f"Nothing was written to the bank. The drafts are in {path}"]
    lines.append(f"Next: {how_called()} questions import {shlex.quote(str(path))}")
    return Answer({"drafts": str(path), **report.as_json()}, "\n".join(lines), report.outcome)


def _drafts_path(settings: "Settings") -> "Path":
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return settings.itemwell_home / "drafts" / f"{stamp}-{time.monotonic_ns() % 10**6:06}.jsonl"


def _log(report: "Report") -> None:
    """The phrases that people's greps and dashboards rely on."""
    import structlog

    log = structlog.get_logger()
    if report.continued:
        before = report.continued
        log.info(
            f"Continued run {before.run_id} ({before.status}): {before.kept} of {report.ordered} were in the bank"
        )
    rate = report.approval_rate
    told = (
        "nothing drafted"
        if rate is None
        else f"{rate:.1%} ({report.total} of {report.drafted} drafts)"
    )
    log.info(f"Approval rate: {told}")
    log.info(f"Duplicates removed: {report.duplicates}")
    if report.calls:
        each = f", ${report.cost_usd / report.total:.4f} a question" if report.total else ""
        log.info(f"Spent: ${report.cost_usd:.4f} on {report.calls} calls{each}")
    for reason, number in report.refused.most_common(5):
        log.info(f"Refused: {number} x {reason}")
    for note in report.notes:
        log.warning(note)
    log.info(f"Total duration: {report.seconds:.1f} s")


def _told(report: "Report") -> list[str]:
    lines = [report.outcome.message[0].upper() + report.outcome.message[1:] + ":"]
    kinds = dict.fromkeys(stratum.question_type for stratum in report.kept)
    for kind in sorted(kinds):
        parts = [
            f"{name} {number}"
            for name in difficulties()
            if (number := report.kept.get(Stratum(kind, name), 0))
        ]
        lines.append(f"  {kind:<8} {', '.join(parts)}")
    return lines if kinds else [lines[0].rstrip(":")]


def _next(report: "Report", run_id: int) -> str:
    me = how_called()
    looks = [f"{me} questions list --run {run_id}"] if report.total else []
    return "Next: " + " · ".join([*looks, f"{me} runs show {run_id}", f"{me} doctor"])
