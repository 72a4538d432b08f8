"""What a run of `generate` did: the figures for its row, its log lines and its JSON."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from typing import Any

from itemwell.bank import Stratum, Verified
from itemwell.errors import Exit, ItemwellError, Outcome, Rejected
from itemwell.store.batches import UnderWay
from itemwell.store.slots import Unfinished

HOPELESS = {"auth", "billing", "budget", "vendor_budget", "price", "unknown_model"}
"""What is the same for the next slot."""

COLLECT = "collect with: itemwell generate --collect"

MOST_WAITS = 8
"""So many slots in a row that no model could be asked about: the vendors are down."""


@dataclass
class Report:
    """The funnel of one run, from ordered to kept. `wanted` is what was left of the order."""

    ordered: int
    wanted: int = 0
    asked: int | None = None  # by --count
    dry: bool = False  # what was written went to a file
    continued: Unfinished | None = None
    taken_over: int = 0
    drafted: int = 0
    given_up: int = 0
    kept: Counter[Stratum] = field(default_factory=Counter)
    by_family: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)  # "stage: reason" -> drafts
    duplicates: int = 0
    seconds: float = 0.0
    calls: int = 0  # to models
    cost_usd: Decimal = Decimal(0)
    spent_before: Decimal = Decimal(0)  # by earlier runs of the order
    waiting: int = 0  # drafts that a model could not be asked about
    waits_in_a_row: int = 0
    trouble: ItemwellError | None = None  # the last one
    stopped_by: str | None = None  # deadline, or what no further call would mend
    notes: list[str] = field(default_factory=list)
    handed_in: int = 0  # asks, as batches
    batches: int = 0  # handed in by this run
    under_way: UnderWay = UnderWay(0, 0, None)  # with the vendors at its end

    def keep(self, verified: Verified) -> None:
        """Count a kept question."""
        self.kept[verified.draft.stratum] += 1
        self.by_family[verified.draft.family or "models"] += 1
        self.waits_in_a_row = 0

    def refuse(self, refusal: Rejected) -> None:
        """Count a refused draft."""
        self.duplicates += refusal.stage == "dedup"
        self.refused[str(refusal)] += 1

    def wait(self, error: ItemwellError) -> None:
        """Count a slot that waits for a model or a vector; stop the run where going on would be no use."""
        self.waiting += 1
        if error.reason == "batch":
            return
        self.waits_in_a_row += 1
        if self.trouble is None or error.reason in HOPELESS:
            self.trouble = error
        if error.reason in HOPELESS or self.waits_in_a_row >= MOST_WAITS:
            self.stopped_by = self.stopped_by or error.reason

    def note(self, line: str) -> None:
        """Remember something the operator should read, once."""
        if line not in self.notes:
            self.notes.append(line)

    @property
    def total(self) -> int:
        """Questions kept by this run."""
        return self.kept.total()

    @property
    def verb(self) -> str:
        """What was done with what passed."""
        return "saved to a file" if self.dry else "kept"

    @property
    def approval_rate(self) -> float | None:
        """Share of the drafts that were kept; None where nothing was drafted."""
        return self.total / self.drafted if self.drafted else None

    @property
    def outcome(self) -> Outcome:
        """How the run ended."""
        if self.wanted == 0 and self.continued and self.continued.kept < (self.asked or 0):
            told = f"{self.continued.kept} of {_questions(self.asked or 0)} kept: the others were given up"
            return Outcome(
                Exit.PARTIAL if self.continued.kept else Exit.FAILED,
                "exhausted",
                told,
                "see: itemwell runs",
            )
        if self.wanted == 0 and self.continued:
            told = f"the order was met by run {self.continued.run_id}, which ended before it could tell"
            return Outcome(Exit.OK, "met_before", told)
        if self.wanted == 0 and self.asked == 0:
            return Outcome(Exit.OK, "nothing_due", "nothing was asked for: --count 0")
        if self.wanted == 0:
            return Outcome(Exit.OK, "nothing_due", "nothing was due: the bank is at its targets")
        if self.total == self.wanted:
            return Outcome(Exit.OK, "done", f"{_questions(self.total)} {self.verb}")
        if self.waits_for_batches:
            return Outcome(Exit.OK, "submitted", self._waiting(), COLLECT)
        share = f"{self.total} of {_questions(self.wanted)} {self.verb}"
        exit_status = Exit.PARTIAL if self.total else Exit.FAILED
        if self.trouble and self.stopped_by != "deadline":
            return self._in_trouble(self.trouble, exit_status, share)
        if self.stopped_by == "deadline":
            step = "" if self.dry else "the same command goes on with the rest; "
            step += "--deadline gives it longer"
            return Outcome(exit_status, "deadline", f"deadline reached, {share}", step)
        refusals = [reason for reason, _ in self.refused.most_common(1)]
        why = [*self.notes, *refusals, "no draft could be written"][0]
        return Outcome(exit_status, "exhausted", f"{share}: {why}", "see: itemwell runs show")

    @property
    def waits_for_batches(self) -> bool:
        """Whether nothing is left to do but to wait for the vendors."""
        served = self.handed_in > 0 or self.trouble is None
        return self.under_way.asks > 0 and served and self.stopped_by != "deadline"

    def _waiting(self) -> str:
        """What is with the vendors, and how far the order is."""
        parts = []
        if self.handed_in:
            parts.append(f"{_several(self.handed_in, 'ask')} handed in as {_batches(self.batches)}")
        if (older := self.under_way.batches - self.batches) > 0 and self.under_way.oldest:
            since = self.under_way.oldest.astimezone(UTC)
            parts.append(f"{_batches(older)} under way, oldest since {since:%Y-%m-%d %H:%M} UTC")
        kept = self.total + (self.continued.kept if self.continued else 0)
        if kept:
            parts.append(f"{kept} of {_questions(self.ordered)} {self.verb}")
        return ", ".join(parts)

    def _in_trouble(self, error: ItemwellError, exit_status: Exit, share: str) -> Outcome:
        """The end of a run that models kept waiting. What was paid for is on record."""
        if not self.total and error.exit is Exit.CONFIG:
            exit_status = Exit.CONFIG
        step = error.next_step or "the same command goes on from here, and pays for no answer twice"
        return Outcome(exit_status, error.reason, f"{share}: {error}", step)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        return {
            "ordered": self.ordered,
            "wanted": self.wanted,
            "drafted": self.drafted,
            "kept": self.total,
            "refused": self.refused.total(),
            "duplicates": self.duplicates,
            "given_up": self.given_up,
            "taken_over": self.taken_over,
            "waiting": self.waiting,
            "calls": self.calls,
            **({"handed_in": self.handed_in} if self.handed_in or self.under_way.asks else {}),
        }

    def as_json(self) -> Mapping[str, Any]:
        """The document of `--json`, without the run's id and the outcome."""
        return {
            **self.counts(),
            "continued_run": self.continued and self.continued.run_id,
            "kept_before": self.continued.kept if self.continued else 0,
            "cost_usd": float(self.cost_usd),
            "approval_rate": self.approval_rate,
            "duration_seconds": round(self.seconds, 3),
            "kept_by_stratum": {
                str(stratum): number for stratum, number in sorted(self.kept.items())
            },
            "kept_by_family": dict(sorted(self.by_family.items())),
            "refusals": dict(self.refused.most_common()),
            "notes": self.notes,
        }


def _questions(count: int) -> str:
    return _several(count, "question")


def _batches(count: int) -> str:
    return f"{count} batch{'' if count == 1 else 'es'}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
