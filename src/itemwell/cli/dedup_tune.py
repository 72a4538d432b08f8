"""`itemwell dedup tune` and `thresholds`: where a bank's bands lie."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from itemwell.generate.tuning import Result
    from itemwell.similar.tune import Counts

PATH = click.Path(path_type=Path)
FIGURES = {"what": "on the half held out", "before": "before", "after": "after", "sure": "95 %"}


@click.command(cls=Command)
@click.argument("pairs", metavar="[PAIRS.jsonl]", type=PATH, required=False)
@click.option("--dry-run", is_flag=True, help="Show what would be set, and set nothing.")
@click.option("--force", is_flag=True, help="Set them though they catch fewer duplicates.")
def tune(common: Common, pairs: Path | None, dry_run: bool, force: bool) -> Answer:
    """Set this bank's thresholds for EMBEDDER: labelled pairs -> half to search on, half to judge by.

    The pairs are those of the file, or 200 that come with the program, and with them the decisions
    that were corrected by `itemwell dedup mark`. A line of a file is {"a": ..., "b": ..., "label":
    "dup"}, or iso, or diff; key_a and key_b may be added. In the half that is searched on at most
    2 % of changed questions are refused, no unrelated pair is flagged, and as many duplicates as can
    be are caught; what is told is of the other half. What catches fewer there than the thresholds in
    force is set by --force alone.
    """
    from itemwell.generate import tuning
    from itemwell.store.connect import open_bank
    from itemwell.store.runs import begin

    settings = common.settings()
    labelled = tuning.read_pairs(pairs)
    with open_bank(settings) as bank, begin(bank, tuning.JOB) as run:
        result = tuning.run(bank, run, settings, labelled, dry=dry_run, force=force)
        run.outcome = _outcome(result, dry=dry_run, force=force)
    return Answer({"run_id": run.id, **_as_json(result)}, _told(result), run.outcome)


def _outcome(result: "Result", *, dry: bool, force: bool) -> Outcome:
    if dry:
        return Outcome(Exit.OK, "planned", "nothing was set")
    if result.worse and not force:
        told = "nothing was set: fewer duplicates would be caught than now"
        return Outcome(Exit.OK, "worse", told, "--force sets them all the same")
    return Outcome(Exit.OK, "done", f"thresholds set for {result.embedder}")


@click.command(cls=Command)
@click.option("--reset", is_flag=True, help="Go back to the program's own, for EMBEDDER.")
def thresholds(common: Common, reset: bool) -> Answer:
    """Show the thresholds in force for EMBEDDER and hash, and where they come from."""
    from itemwell.generate.embedding import open_stored, thresholds_of
    from itemwell.store import thresholds as stored
    from itemwell.store.connect import open_bank, transact

    settings = common.settings()
    chosen = open_stored(settings)
    with open_bank(settings) as bank:
        if reset:
            gone = transact(bank, lambda db: stored.reset(db, str(chosen.identity)))
        rows = transact(bank, stored.listed)
    mine = {row["embedder"]: row for row in rows}
    force = thresholds_of(chosen, {name: row["values"] for name, row in mine.items()})
    usual = thresholds_of(chosen)
    document = {
        name: {
            "values": asdict(at),
            "usual": asdict(usual[name]),
            "own": name in mine,
            "figures": mine[name]["figures"] if name in mine else None,
        }
        for name, at in force.items()
        if name in usual
    }
    outcome = Outcome(Exit.OK, "done", "done")
    if reset:
        told = "thresholds reset" if gone else "the bank had none of its own"
        outcome = Outcome(Exit.OK, "done", f"{told} for {chosen.identity}")
    return Answer({"thresholds": document}, "\n\n".join(map(_shown, document.items())), outcome)


def _shown(named: tuple[str, dict[str, Any]]) -> str:
    name, told = named
    rows = [
        {"band": band, "value": f"{value:.2f}", "usual": f"{told['usual'][band]:.2f}"}
        for band, value in told["values"].items()
    ]
    whose = "set for this bank" if told["own"] else "the program's own"
    columns = {"band": "band", "value": "in force", "usual": "usual"}
    return f"{name}, {whose}:\n{table(columns, rows)}"


def _as_json(result: "Result") -> dict[str, Any]:
    from itemwell.similar.tune import as_figures

    return {
        "embedder": result.embedder,
        "pairs": result.pairs,
        "corrected": result.corrected,
        "left_out": result.left_out,
        "unrelated": result.unrelated,
        "values": asdict(result.tuned.thresholds),
        "values_before": asdict(result.start),
        "figures": as_figures(result.tuned),
        "sure": {name: _sure(result.tuned.after, *parts) for name, parts in SHARES.items()},
    }


SHARES = {
    "duplicates caught": ("caught", "duplicates"),
    "duplicates refused": ("refused", "duplicates"),
    "changed questions refused": ("changed_refused", "changed"),
    "changed questions asked about": ("changed_asked", "changed"),
    "other numbers told as isomorphs": ("isomorphs_told", "isomorphs"),
}


def _sure(counts: "Counts", part: str, whole: str) -> list[float]:
    from itemwell.interval import wilson

    return list(wilson(getattr(counts, part), getattr(counts, whole)))


def _told(result: "Result") -> str:
    tuned = result.tuned
    rows = []
    for name, parts in SHARES.items():
        low, high = _sure(tuned.after, *parts)
        before, after = (_share(counts, *parts) for counts in (tuned.before, tuned.after))
        sure = f"{low:.1%} to {high:.1%}"
        rows.append({"what": name, "before": before, "after": after, "sure": sure})
    before, after = (
        f"{count} of {result.unrelated}" for count in (tuned.flagged_before, tuned.flagged)
    )
    rows.append({"what": "unrelated pairs flagged", "before": before, "after": after, "sure": ""})
    old, new = asdict(result.start), asdict(tuned.thresholds)
    moved = [f"{name} {old[name]:.2f} -> {new[name]:.2f}" for name in new if new[name] != old[name]]
    pairs = f"{result.pairs} labelled pairs, {result.corrected} corrected decisions"
    left = f", {result.left_out} left out" if result.left_out else ""
    lines = [f"{result.embedder}: {pairs}{left}, {result.unrelated} unrelated pairs"]
    return "\n".join([*lines, table(FIGURES, rows), f"Moved: {', '.join(moved) or 'nothing'}"])


def _share(counts: "Counts", part: str, whole: str) -> str:
    return f"{getattr(counts, part)} of {getattr(counts, whole)}"
