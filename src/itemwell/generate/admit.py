"""Questions from a file: read -> check -> solve -> dedup -> keep. The same gates as for any draft.

What an item model wrote is solved by it again. What nobody here can solve is vouched for by a
named person, or waits in quarantine: nothing becomes active unverified.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine

from itemwell.bank import Draft, Verified
from itemwell.errors import Exit, Outcome, Rejected
from itemwell.generate.dedup import STAGE, TWIN
from itemwell.generate.desk import Desk
from itemwell.interchange.row import Row
from itemwell.settings import Settings
from itemwell.store import questions
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.templates import models

NOBODY = "nobody has solved it yet"


@dataclass
class Admission:
    """What became of the rows of a file."""

    active: int = 0
    quarantined: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)  # line, reason

    @property
    def kept(self) -> int:
        """Questions that are in the bank now."""
        return self.active + self.quarantined

    @property
    def outcome(self) -> Outcome:
        """How the import ended."""
        told = (
            f"{self.active} active, {self.quarantined} in quarantine, {len(self.refused)} refused"
        )
        if not self.refused:
            return Outcome(Exit.OK, "done", told)
        return Outcome(Exit.PARTIAL if self.kept else Exit.FAILED, "refused", told)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        return {"kept": self.kept, "quarantined": self.quarantined, "refused": len(self.refused)}


def run(
    bank: Engine, under: Run, rows: Iterable[Row], settings: Settings, *, vouched_by: str | None
) -> Admission:
    """Admit the rows, each in a transaction of its own, and leave outcome and counts with the run."""
    desk, admission = Desk(models()), Admission()
    try:
        for row in rows:
            try:
                _admit(
                    bank,
                    under,
                    row,
                    desk,
                    admission,
                    cap=settings.family_cap,
                    vouched_by=vouched_by,
                )
            except Rejected as refusal:
                admission.refused.append((row.line, str(refusal)))
    finally:
        under.counts = admission.counts()
    under.outcome = admission.outcome
    return admission


def _admit(  # noqa: PLR0913
    bank: Engine,
    under: Run,
    row: Row,
    desk: Desk,
    admission: Admission,
    *,
    cap: int,
    vouched_by: str | None,
) -> None:
    if row.draft is None:
        raise Rejected("read", row.problem)
    verified, status = _verified(desk, row.draft, vouched_by)

    def store(db: Connection) -> None:
        under.fence(db)
        questions.require_room(db, verified.draft.family, cap)
        if questions.keep(db, verified, run_id=under.id, status=status) is None:
            raise Rejected(STAGE, TWIN)

    transact(bank, store)
    desk.count(verified)
    admission.active += status == "active"
    admission.quarantined += status == "quarantined"


def _verified(desk: Desk, draft: Draft, vouched_by: str | None) -> tuple[Verified, str]:
    """The draft with its evidence, and the status that the evidence is good for."""
    if draft.family in desk.models:
        return desk.verify(draft), "active"
    foreign = replace(draft, family=None)
    solved_by = f"vouched for by {vouched_by}" if vouched_by else NOBODY
    return desk.verify(foreign, solved_by), "active" if vouched_by else "quarantined"
