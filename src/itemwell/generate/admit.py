"""Questions from a file: read -> check -> solve -> dedup -> keep. The same gates as for any draft.

What an item model wrote is solved by it and drawn again: the same to the letter, it is active. All
else is vouched for by a named person, or waits in quarantine: nothing becomes active unverified.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from itemwell.bank import Draft, Verified
from itemwell.errors import Exit, Outcome, Rejected
from itemwell.generate.dedup import STAGE, TWIN
from itemwell.generate.desk import COMPUTED, Desk, sound
from itemwell.generate.draft import redrawn
from itemwell.generate.solve import solve
from itemwell.interchange.row import Row
from itemwell.settings import Settings
from itemwell.store import questions
from itemwell.store.connect import first_line, transact
from itemwell.store.runs import Run
from itemwell.templates import models

NOBODY = "nobody has vouched for it yet"


@dataclass
class Admission:
    """What became of the rows of a file."""

    statuses: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)  # line, reason

    @property
    def outcome(self) -> Outcome:
        """How the import ended."""
        parts = [f"{number} {status}" for status, number in self.statuses.items()] or ["none kept"]
        told = ", ".join([*parts, f"{len(self.refused)} refused"])
        if not self.refused:
            return Outcome(Exit.OK, "done", told)
        return Outcome(Exit.PARTIAL if self.statuses else Exit.FAILED, "refused", told)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        parts = {status: self.statuses[status] for status in ("active", "quarantined", "retired")}
        return {"kept": self.statuses.total(), **parts, "refused": len(self.refused)}


def run(
    bank: Engine, under: Run, rows: Iterable[Row], settings: Settings, *, vouched_by: str | None
) -> Admission:
    """Admit the rows, each in a transaction of its own, and leave outcome and counts with the run."""
    desk, admission = Desk(models()), Admission()
    try:
        for row in rows:
            try:
                status = _admit(bank, under, row, desk, settings.family_cap, vouched_by)
            except Rejected as refusal:
                admission.refused.append((row.line, str(refusal)))
            else:
                admission.statuses[status] += 1
    finally:
        under.counts = admission.counts()
    under.outcome = admission.outcome
    return admission


def _admit(  # noqa: PLR0913
    bank: Engine, under: Run, row: Row, desk: Desk, cap: int, vouched_by: str | None
) -> str:
    """The status that the row's question has in the bank now. Raises Rejected with nothing written."""
    if row.draft is None:
        raise Rejected("read", row.problem)
    verified, status = _verified(desk, row, row.draft, vouched_by)

    def store(db: Connection) -> None:
        under.fence(db)
        if questions.kept_by(db, verified, run_id=under.id) is not None:
            return
        questions.require_room(db, verified.draft.family, cap)
        if questions.keep(db, verified, run_id=under.id, status=status) is None:
            raise Rejected(STAGE, TWIN)

    try:
        transact(bank, store)
    except DataError as error:
        raise Rejected("keep", f"the bank cannot hold it: {first_line(error)}") from error
    desk.count(verified)
    return status


def _verified(desk: Desk, row: Row, draft: Draft, vouched_by: str | None) -> tuple[Verified, str]:
    """The draft with its evidence, and the status that the evidence is good for.

    What was retired elsewhere stays retired: it may have leaked, and keeps its twins out here too.
    """
    sound(draft)
    model = desk.models.get(str(draft.family))
    word = f"vouched for by {vouched_by}" if vouched_by else NOBODY
    gates = {"solve": solve(draft, model) if model else word, "judge": word}
    if model and redrawn(draft, row.recipe, model):
        gates |= {"draft": row.recipe, "judge": COMPUTED}
    status = "quarantined" if NOBODY in gates.values() else "active"
    known = draft if model else replace(draft, family=None)
    return desk.identified(known, gates), "retired" if row.status == "retired" else status
