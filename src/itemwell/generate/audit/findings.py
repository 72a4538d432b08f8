"""What an audit found, as figures: findings -> caught of made, recall with its interval, precision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from itemwell.errors import Exit, Outcome
from itemwell.generate.report import HOPELESS, MOST_WAITS
from itemwell.interval import wilson
from itemwell.llm.door import LLMError

UNTOUCHED = "untouched"
ANY = "any gate"
GATES = ("check", "solve", "judge", ANY)


@dataclass(slots=True)
class Finding:
    """A question with or without a defect. `said` has each gate's refusal; None where it passed.

    A gate of `gates` that is missing in it could not be asked.
    """

    question_id: int
    defect: str
    gates: tuple[str, ...]
    said: dict[str, str | None] = field(default_factory=dict)

    def caught_by(self, gate: str) -> bool | None:
        """Whether `gate` refused it; None where it could not be asked.

        Any gate did only where all were asked: else a cut audit would count the caught ones alone.
        """
        if gate != ANY:
            return self.said[gate] is not None if gate in self.said else None
        return any(self.said.values()) if self.whole else None

    @property
    def whole(self) -> bool:
        """Whether every gate that is to see it did."""
        return set(self.gates) <= set(self.said)


class Figure(NamedTuple):
    """What a gate made of a defect: caught, of the mutants that it saw."""

    defect: str
    gate: str
    caught: int
    made: int
    false_alarms: int  # on untouched questions

    @property
    def recall(self) -> float | None:
        """The share that was caught; None where there were none."""
        return self.caught / self.made if self.made else None

    @property
    def precision(self) -> float | None:
        """Of what was refused, with the untouched questions, the share that had the defect."""
        refused = self.caught + self.false_alarms
        return self.caught / refused if refused else None

    def as_json(self) -> dict[str, Any]:
        """The figure with all that follows from it."""
        shares = {"recall": self.recall, "precision": self.precision}
        return {**self._asdict(), **shares, "recall_95": wilson(self.caught, self.made)}


@dataclass
class Findings:
    """All of an audit, and what it cost."""

    seed: str
    all: list[Finding] = field(default_factory=list)
    calls: int = 0
    cost_usd: Decimal = Decimal(0)
    trouble: LLMError | None = None
    waits_in_a_row: int = 0

    @property
    def over(self) -> bool:
        """Whether asking on would be no use."""
        return self.trouble is not None and (
            self.trouble.kind in HOPELESS or self.waits_in_a_row >= MOST_WAITS
        )

    def wait(self, error: LLMError) -> None:
        """Count a case that a model could not be asked about."""
        self.waits_in_a_row += 1
        if self.trouble is None or error.kind in HOPELESS:
            self.trouble = error

    def figures(self, defects: Sequence[str]) -> list[Figure]:
        """For each defect of which there are mutants, one for each gate that saw some."""
        alarms = {gate: self._count(UNTOUCHED, gate)[0] for gate in GATES}
        found = [
            Figure(defect, gate, *self._count(defect, gate), alarms[gate])
            for defect in defects
            for gate in GATES
        ]
        return [figure for figure in found if figure.made]

    def false_alarms(self) -> dict[str, tuple[int, int]]:
        """For each gate the untouched questions that it refused, of those that it saw."""
        counts = {gate: self._count(UNTOUCHED, gate) for gate in GATES}
        return {gate: count for gate, count in counts.items() if count[1]}

    @property
    def questions(self) -> int:
        """How many questions of the bank were taken."""
        return sum(finding.defect == UNTOUCHED for finding in self.all)

    @property
    def unscored(self) -> int:
        """Questions and mutants that not every gate could be asked about."""
        return sum(not each.whole for each in self.all)

    @property
    def outcome(self) -> Outcome:
        """How the audit ended."""
        mutants = len(self.all) - self.questions
        told = f"{_number(self.questions, 'question')} and {_number(mutants, 'mutant')}"
        if not self.trouble:
            return Outcome(Exit.OK, "done", f"{told} went through the gates")
        seen = len(self.all) - self.unscored
        told = f"{seen} of {told} went through every gate: {self.trouble}"
        step = self.trouble.next_step or "the figures are of what was seen; try again"
        if seen or self.trouble.kind == "budget":
            return Outcome(Exit.PARTIAL, self.trouble.kind, told, step)
        return Outcome(self.trouble.exit, self.trouble.kind, told, step)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        mutants = [finding for finding in self.all if finding.defect != UNTOUCHED]
        return {
            "questions": self.questions,
            "mutants": len(mutants),
            "caught": sum(finding.caught_by(ANY) is True for finding in mutants),
            "false_alarms": self._count(UNTOUCHED, ANY)[0],
            "unscored": self.unscored,
            "calls": self.calls,
        }

    def as_json(self, defects: Sequence[str]) -> Mapping[str, Any]:
        """The document of `--json`: the figures, and what each gate said to each case."""
        alarms = self.false_alarms().items()
        return {
            "seed": self.seed,
            **self.counts(),
            "cost_usd": float(self.cost_usd),
            "figures": [figure.as_json() for figure in self.figures(defects)],
            "untouched": [
                {"gate": gate, "refused": refused, "of": of} for gate, (refused, of) in alarms
            ],
            "cases": [
                {"question_id": each.question_id, "defect": each.defect, "said": each.said}
                for each in self.all
            ],
        }

    def _count(self, defect: str, gate: str) -> tuple[int, int]:
        """Caught, and seen."""
        mine = [each.caught_by(gate) for each in self.all if each.defect == defect]
        return mine.count(True), len(mine) - mine.count(None)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
