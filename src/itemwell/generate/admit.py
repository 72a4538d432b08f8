"""Questions from a file: read -> check -> solve -> dedup -> keep. The same gates as for any draft.

What an item model wrote is solved by it and drawn again: the same to the letter, it is active. All
else is vouched for by a named person, or waits in quarantine: nothing becomes active unverified.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from itemwell.bank import Draft, Verified
from itemwell.errors import Exit, Outcome, Rejected
from itemwell.generate.backfill import open_twins
from itemwell.generate.desk import COMPUTED, Desk, sound
from itemwell.generate.draft import redrawn
from itemwell.generate.money.book import Book
from itemwell.generate.shelf import put
from itemwell.generate.solve import solve
from itemwell.generate.standing import Standing, Unclear
from itemwell.interchange.row import Row
from itemwell.llm.door import LLMError
from itemwell.settings import Settings
from itemwell.similar.embed import EmbedError
from itemwell.stopping import run_async
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
    admission = Admission()
    book = Book.of(bank, under.id, settings)
    try:
        run_async(_admit_all(book, under, rows, settings, admission, vouched_by))
    finally:
        under.counts = admission.counts()
    under.outcome = admission.outcome
    return admission


async def _admit_all(  # noqa: PLR0913
    book: Book,
    under: Run,
    rows: Iterable[Row],
    settings: Settings,
    admission: Admission,
    vouched_by: str | None,
) -> None:
    async with open_twins(book, settings) as twins:
        desk = Desk(models(), twins)
        for row in rows:
            try:
                status = await _admit(book.bank, under, row, desk, settings.family_cap, vouched_by)
            except (Rejected, EmbedError, LLMError) as refusal:
                admission.refused.append((row.line, str(refusal)))
            else:
                admission.statuses[status] += 1


async def _admit(  # noqa: PLR0913
    bank: Engine, under: Run, row: Row, desk: Desk, cap: int, vouched_by: str | None
) -> str:
    """The status that the row's question has in the bank now. Raises Rejected with nothing written."""
    if row.draft is None:
        raise Rejected("read", row.problem)
    sound(row.draft)
    drawn = _drawn(desk, row, row.draft)
    verified, status = await _verified(desk, row, row.draft, vouched_by, drawn=drawn)
    standing: Standing | None = desk.twins.leave(verified.signature)
    while standing:
        try:
            await asyncio.to_thread(_store, bank, under, desk, verified, standing, cap, status)
        except Unclear as unclear:
            standing = desk.cleared(unclear.standing, None if drawn else _word(vouched_by))
        except DataError as error:
            raise Rejected("keep", f"the bank cannot hold it: {first_line(error)}") from error
        else:
            standing = None
    desk.count(verified)
    return status


def _store(  # noqa: PLR0913
    bank: Engine,
    under: Run,
    desk: Desk,
    verified: Verified,
    standing: Standing,
    cap: int,
    status: str,
) -> None:
    def store(db: Connection) -> None:
        under.fence(db)
        if questions.kept_by(db, verified, run_id=under.id) is None:
            put(db, desk.twins, verified, standing, cap=cap, run_id=under.id, status=status)

    transact(bank, store)


def _drawn(desk: Desk, row: Row, draft: Draft) -> bool:
    """Whether an item model draws this very question again."""
    model = desk.models.get(str(draft.family))
    return bool(model and redrawn(draft, row.recipe, model))


def _word(vouched_by: str | None) -> str:
    return f"vouched for by {vouched_by}" if vouched_by else NOBODY


async def _verified(
    desk: Desk, row: Row, draft: Draft, vouched_by: str | None, *, drawn: bool
) -> tuple[Verified, str]:
    """The draft with its evidence, and the status that the evidence is good for.

    What was retired elsewhere stays retired: it may have leaked, and keeps its twins out here too.
    Who vouches for a question tells it from its neighbours as well; what nobody vouches for waits.
    """
    model = desk.models.get(str(draft.family))
    word = _word(vouched_by)
    gates = {"solve": solve(draft, model) if model else word, "judge": word}
    if drawn:
        gates |= {"draft": row.recipe, "judge": COMPUTED}
    status = "quarantined" if NOBODY in gates.values() else "active"
    known = draft if model else replace(draft, family=None)
    verified = await desk.apart(known, gates, decided_by=None if drawn else word)
    return verified, "retired" if row.status == "retired" else status
