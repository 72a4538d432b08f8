"""What to know first, in a sentence or two. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from itemwell.report.figures.sentences import sentence, several
from itemwell.report.figures.strips import WELL

NAMED = 3
"""So many are named; of more, how many."""


def of_bank(jobs: Sequence[Mapping[str, Any]], stock: Mapping[str, Any]) -> str:
    """How the jobs are, then how the bank is.

    >>> of_bank([{"job": "generate", "state": "well"}], {"active": 0, "cells": []})
    'All jobs are well. The bank holds 0 active questions, and no stratum is thin.'
    """
    return f"{_jobs(jobs)} {_stock(stock)}"


def of_one(run: Mapping[str, Any], now: datetime) -> str:
    """A run, in the words of the jobs."""
    told = {name: run[name] for name in ("status", "counts", "error_message")}
    last = told | {"started": run["started_at"].timestamp()}
    return sentence(run["job_id"], "well", last, now=now)


def _jobs(jobs: Sequence[Mapping[str, Any]]) -> str:
    ill = [f"{each['job']} {_WORDS[each['state']]}" for each in jobs if each["state"] not in WELL]
    new = sum(each["state"] == "new" for each in jobs)
    never = f"; {new} {'has' if new == 1 else 'have'} never run" if new else ""
    if not ill:
        return f"All jobs{' that have run' if new else ''} are well{never}."
    well = len(jobs) - len(ill) - new
    return f"{well} of {several(len(jobs), 'job')} are well; {_listed(ill)}{never}."


def _stock(stock: Mapping[str, Any]) -> str:
    held = f"The bank holds {several(stock['active'], 'active question')}"
    for state in ("critical", "thin"):
        cells = [
            f"{cell['question_type']}/{cell['difficulty']}"
            for cell in stock["cells"]
            if cell["state"] == state
        ]
        if cells:
            return f"{held}; {state}: {_listed(cells)}."
    return f"{held}, and no stratum is thin."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


_WORDS = {"failed": "failed", "overdue": "is overdue"}
