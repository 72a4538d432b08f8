"""`itemwell judge`: what the gates are worth."""

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, names, several
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from itemwell.bank import Question
    from itemwell.generate.audit.findings import Figure, Findings
    from itemwell.generate.audit.job import Case

COLUMNS = {
    "defect": "defect",
    "gate": "gate",
    "caught": "caught",
    "made": "made",
    "recall": "recall",
    "sure": "95 % interval",
    "precision": "precision",
}
ALARMS = {"gate": "gate", "refused": "refused", "of": "of", "share": "share"}
MOST = 10_000


def _defects() -> tuple[str, ...]:
    from itemwell.generate.audit.mutants import MUTANTS

    return tuple(MUTANTS)


@click.group()
def judge() -> None:
    """Put the gates that questions pass to the test."""


@judge.command(cls=Command)
@click.option(
    "--questions",
    "count",
    type=click.IntRange(1, MOST),
    default=20,
    show_default=True,
    help="Take so many of the bank.",
)
@click.option(
    "--types",
    multiple=True,
    callback=names,
    help="Only of these question types: math,logic. [all]",
)
@click.option(
    "--defects",
    multiple=True,
    callback=several(_defects, "defect"),
    help="Only these: key_swapped,two_right. [all]",
)
@click.option("--seed", help="Take the same questions and make the same mutants again.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1_000_000),
    metavar="USD",
    help="Spend no more. [BUDGET_PER_RUN]",
)
def audit(
    common: Common,
    count: int,
    types: tuple[str, ...],
    defects: tuple[str, ...],
    seed: str | None,
    budget: float | None,
) -> Answer:
    """Test the gates: accepted questions -> mutants -> check, solve, judge -> what each caught.

    A mutant is a question with one defect put in. Every gate sees every one, and the questions as
    they are. Without a vendor's key only the free gates run.
    """
    import structlog

    from itemwell.generate.audit import job as auditing
    from itemwell.generate.routing import Routing
    from itemwell.store import questions, runs
    from itemwell.store.connect import open_bank

    settings = common.settings(budget_per_run=None if budget is None else Decimal(str(budget)))
    seed = seed or secrets.token_hex(4)
    with open_bank(settings) as bank:
        with bank.connect() as db:
            accepted = questions.sample(db, types, count, seed)
        to_see = _cases(accepted, types, defects, seed)
        if not Routing.of(settings).models:
            log = structlog.get_logger()
            log.info("No LLM API keys configured: only the free gates run, rules and item models")
        about = {"seed": seed, "defects": list(defects)}
        with runs.begin(bank, auditing.JOB, metadata=about) as run:
            findings = auditing.run(bank, run, to_see, settings, seed)
    document = {"run_id": run.id, **findings.as_json(defects)}
    return Answer(document, _told(findings, defects), run.outcome)


def _cases(
    accepted: "list[Question]", types: tuple[str, ...], defects: tuple[str, ...], seed: str
) -> "list[Case]":
    """What the gates are to see. Raises ConfigError where there is nothing."""
    from itemwell.generate.audit.job import cases

    if not accepted:
        of = f" of {', '.join(types)}" if types else ""
        raise ConfigError(f"the bank has no active question{of}", "write some: itemwell generate")
    to_see = cases(accepted, defects, seed)
    if len(to_see) == len(accepted):
        told = f"none of these questions allows {', '.join(defects)}"
        raise ConfigError(told, "take more, or other defects")
    return to_see


def _told(findings: "Findings", defects: tuple[str, ...]) -> str:
    from itemwell.cli.table import table

    rows = [_row(figure) for figure in findings.figures(defects)]
    for one, other in zip(rows[::-1][1:], rows[::-1], strict=False):
        if one["defect"] == other["defect"]:
            other["defect"] = ""
    alarms = [
        {"gate": gate, "refused": refused, "of": of, "share": _percent(refused / of)}
        for gate, (refused, of) in findings.false_alarms().items()
    ]
    lines = [
        table(COLUMNS, rows),
        "",
        "False alarms, on the questions as they are:",
        table(ALARMS, alarms),
        "",
        f"Spent: ${findings.cost_usd:.4f} on {findings.calls} calls. Seed: {findings.seed}",
    ]
    return "\n".join(lines)


def _row(figure: "Figure") -> dict[str, Any]:
    from itemwell.interval import wilson

    low, high = wilson(figure.caught, figure.made)
    return {
        **figure._asdict(),
        "recall": _percent(figure.recall),
        "sure": f"{_percent(low)} to {_percent(high)}",
        "precision": _percent(figure.precision),
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
