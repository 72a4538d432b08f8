"""One row against one vendor: a double that fails so, a real run of `generate`, and what differs."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from itemwell.bank import DIFFICULTIES, Call
from itemwell.double import Double
from itemwell.double.cast import cast
from itemwell.errors import Exit, ItemwellError, Outcome
from itemwell.generate import job
from itemwell.generate.order import Order
from itemwell.generate.work import Bounds
from itemwell.self_test.row import NEXT, End, Row
from itemwell.self_test.table import AT_ONCE
from itemwell.settings import Settings
from itemwell.store import calls, runs, slots

SECONDS = 60.0
"""A row's deadline, on a slow machine too."""

PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class Found:
    """What came of a row. `crash` is an error that nobody foresaw."""

    outcome: Outcome
    kept: int
    asked: int
    calls: tuple[Call, ...]
    refusals: tuple[str, ...]
    leaked: tuple[str, ...]
    seconds: float
    crash: str = ""


def trial(bank: Engine, home: Path, row: Row, vendor: str) -> list[str]:
    """What differs from what the row says; nothing where it holds."""
    with Double(cast) as double:
        if row.model:
            double.models[vendor].append(row.model)
        double.script(vendor, row.replies)
        settings = settings_for(row, vendor, double, home)
        found = _run(bank, settings, row, vendor, double)
    return list(differences(row, vendor, found))


def settings_for(row: Row, vendor: str, double: Double, home: Path) -> Settings:
    """Settings of the row alone: nothing of the user's own."""
    return Settings(itemwell_home=home, **values_for(row, vendor, double))


def values_for(row: Row, vendor: str, double: Double) -> dict[str, Any]:
    """The same as values by the names of the settings."""
    values: dict[str, Any] = {
        "drafts_per_question": 2 if row.end.exit is not Exit.OK else 6,
        "parallel_calls": AT_ONCE,
        "patience_seconds": PATIENCE_SECONDS,
        "embedder": "hash",
        "enemies_per_question": 1_000_000,  # the double writes all by one template
    }
    addresses = {name: url for name, url in double.environment.items() if name.endswith("_URL")}
    for one in [vendor, NEXT[vendor]] if row.other else [vendor]:
        values[f"{one}_api_key"] = double.keys[one]
        name = "google_gemini_base_url" if one == "google" else f"{one}_base_url"
        values[name] = addresses[name.upper()]
        if one == vendor and row.address:
            values[name] = _moved(values[name], row.address)
    if row.model:
        values[f"{vendor}_model"] = row.model
    return values | dict(row.settings)


def differences(row: Row, vendor: str, found: Found) -> Iterator[str]:
    """What differs, a line each."""
    if found.crash:
        yield f"crashed: {found.crash}"
        return
    yield from _of_the_end(row, found)
    yield from _of_the_journal(row, [call for call in found.calls if call.vendor == vendor])
    if found.asked > row.most_calls:
        yield f"asked {found.asked} times, not {row.most_calls} at the most"
    if row.refused and not any(each.startswith(row.refused) for each in found.refusals):
        yield f"no refusal {row.refused!r}, but {_listed(found.refusals)}"
    if found.leaked:
        yield f"the key of {_listed(found.leaked)} reached another host"
    if not row.least_seconds <= found.seconds < SECONDS:
        yield f"took {found.seconds:.1f} s"


def _of_the_end(row: Row, found: Found) -> Iterator[str]:
    end = End(found.outcome.exit, found.outcome.reason, found.kept)
    if end != row.end:
        yield f"ended {end}, not {row.end}: {found.outcome.message}"
    if end.exit is not Exit.OK and not found.outcome.next_step:
        yield "the last line does not say what to do"


def _of_the_journal(row: Row, calls_of_vendor: Sequence[Call]) -> Iterator[str]:
    kinds = {call.error_kind for call in calls_of_vendor if call.error_kind}
    if kinds != row.kinds:
        yield f"on record {_listed(kinds)}, not {_listed(row.kinds)}"
    if any(call.state == "asked" for call in calls_of_vendor):
        yield "a call was left open"
    if row.noted and not any(row.noted in (call.notes or "") for call in calls_of_vendor):
        yield f"no answer noted {row.noted!r}"


def _run(bank: Engine, settings: Settings, row: Row, vendor: str, double: Double) -> Found:
    started = time.monotonic()
    bounds = Bounds(settings.drafts_per_question, started + SECONDS, lambda _: None)
    seed = f"{row.name}, {vendor}"  # so that no slot of another row is taken over
    order = Order(row.wanted, ("math",), DIFFICULTIES, seed, "models")
    kept, crash = 0, ""
    with runs.begin(bank, "self-test", lease=f"self-test:{vendor}") as run:
        try:
            report = job.run(bank, run, order, settings, bounds)
            kept, outcome = report.total, report.outcome
        except ItemwellError as error:
            outcome = error.outcome
        except Exception as error:  # noqa: BLE001 - to find these is what the table is for
            crash = f"{type(error).__name__}: {error}"
            outcome = Outcome(Exit.BUG, "bug", crash)
        run.outcome = outcome
    seconds = time.monotonic() - started
    with bank.connect() as db:
        made = tuple(calls.of_run(db, run.id))
        refusals = [f"{each['stage']}: {each['reason']}" for each in slots.refusals_of(db, run.id)]
    asked = sum(seen.asks for seen in double.seen if seen.vendor == vendor)
    return Found(outcome, kept, asked, made, tuple(refusals), tuple(double.leaked), seconds, crash)


def _moved(url: str, address: str) -> str:
    """`url` at another address; `https://` alone changes the scheme."""
    parts, new = urlsplit(url), urlsplit(address)
    return parts._replace(scheme=new.scheme, netloc=new.netloc or parts.netloc).geturl()


def _listed(words: Any) -> str:
    return ", ".join(sorted(map(str, words))) or "nothing"
