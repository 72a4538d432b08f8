"""Stage 7, keep: one short transaction per question into the bank, or a line in a dry run's file."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine

from itemwell.bank import Draft, Slot, Verified, as_dict
from itemwell.errors import ConfigError, Rejected
from itemwell.generate.dedup import STAGE, TWIN, identify
from itemwell.generate.twins import Standing, Twins, Writing
from itemwell.store import forms, questions, slots
from itemwell.store.connect import transact
from itemwell.store.runs import Run


def private(path: str, flags: int) -> int:
    """Open for the owner alone: keys are nobody else's business."""
    return os.open(path, flags, 0o600)


def put(  # noqa: PLR0913
    db: Connection,
    twins: Twins,
    verified: Verified,
    standing: Standing,
    *,
    cap: int,
    run_id: int,
    slot: Slot | None = None,
    status: str = "active",
) -> None:
    """Store a question with its vectors and what was decided, once nothing that came since is its twin.

    Raises Rejected, or Unclear where an arbiter has to tell; then the transaction is to end.
    """
    forms.lock(db)
    if questions.holds(db, verified.signature) is not None:
        raise Rejected(STAGE, TWIN)
    last = twins.again(db, standing)
    questions.require_room(db, verified.draft.family, cap)
    kept = questions.keep(db, verified, run_id=run_id, slot=slot, status=status)
    if kept is None:
        raise Rejected(STAGE, TWIN)
    twins.write(db, kept, last, run_id=run_id, slot_id=slot.id if slot else None)


@dataclass(frozen=True, slots=True)
class InBank:
    """The bank as the shelf. Each transaction is fenced by the run's lease."""

    bank: Engine
    run: Run
    cap: int
    twins: Twins

    def keep(self, slot: Slot, verified: Verified) -> None:
        """Store the question and close its slot, or raise Rejected or Unclear with nothing written."""
        standing = self.twins.standing(verified.signature)

        def store(db: Connection) -> None:
            self.run.fence(db)
            if questions.kept_by(db, verified, run_id=self.run.id, slot=slot) is not None:
                return
            put(db, self.twins, verified, standing, cap=self.cap, run_id=self.run.id, slot=slot)

        transact(self.bank, store)
        self.twins.leave(verified.signature)

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Store the refusal with its reason and its twins, and count the attempt."""
        mine = drafted is not None and not isinstance(refusal, Writing)
        standing = self.twins.leave(identify(drafted).signature) if drafted and mine else None

        def store(db: Connection) -> None:
            self.run.fence(db)
            slots.refuse(db, self.run.id, slot, drafted, refusal)
            if standing and refusal.stage == STAGE:
                self.twins.write(db, None, standing, run_id=self.run.id, slot_id=slot.id)

        transact(self.bank, store)

    def give_up(self, slot: Slot) -> None:
        """Close the slot; its last refusal tells why."""

        def store(db: Connection) -> None:
            self.run.fence(db)
            slots.give_up(db, slot)

        transact(self.bank, store)


@dataclass(frozen=True, slots=True)
class InFile:
    """A file as the shelf, and the bank only read: what a dry run keeps, `questions import` takes."""

    bank: Engine
    file: TextIO
    twins: Twins | None = None

    @classmethod
    @contextmanager
    def open(cls, bank: Engine, path: Path) -> Iterator["InFile"]:
        """A new file at `path`, safe on disk at the end. Raises ConfigError where it can't be written."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "x", encoding="utf-8", opener=private) as file:
                yield cls(bank, file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ConfigError(
                f"cannot write {path}: {error.strerror}", "make room or name another"
            ) from error

    def keep(self, slot: Slot, verified: Verified) -> None:  # noqa: ARG002 - a file has no slots
        """Append the question, or raise Rejected where the bank holds it; it stays under way for the others."""
        with self.bank.connect() as db:
            if questions.holds(db, verified.signature) is not None:
                raise Rejected(STAGE, TWIN)
            if self.twins:
                self.twins.again(db, self.twins.standing(verified.signature))
        fields = as_dict(verified.draft) | {"verified": dict(verified.gates)}
        self.file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:  # noqa: ARG002
        """Store nothing: the report tells the reasons."""
        if drafted and self.twins and not isinstance(refusal, Writing):
            self.twins.leave(identify(drafted).signature)

    def give_up(self, slot: Slot) -> None:
        """Store nothing: the report counts it."""
