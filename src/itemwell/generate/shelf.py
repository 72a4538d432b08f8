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
from itemwell.generate.dedup import STAGE, TWIN
from itemwell.store import questions, slots
from itemwell.store.connect import transact
from itemwell.store.runs import Run


def private(path: str, flags: int) -> int:
    """Open for the owner alone: keys are nobody else's business."""
    return os.open(path, flags, 0o600)


@dataclass(frozen=True, slots=True)
class InBank:
    """The bank as the shelf. Each transaction is fenced by the run's lease."""

    bank: Engine
    run: Run
    cap: int

    def keep(self, slot: Slot, verified: Verified) -> None:
        """Store the question and close its slot, or raise Rejected with nothing written."""

        def store(db: Connection) -> None:
            self.run.fence(db)
            if questions.kept_by(db, verified, run_id=self.run.id, slot=slot) is not None:
                return
            questions.require_room(db, verified.draft.family, self.cap)
            if questions.keep(db, verified, run_id=self.run.id, slot=slot) is None:
                raise Rejected(STAGE, TWIN)

        transact(self.bank, store)

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Store the refusal with its reason, and count the attempt."""

        def store(db: Connection) -> None:
            self.run.fence(db)
            slots.refuse(db, self.run.id, slot, drafted, refusal)

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
        """Append the question, or raise Rejected where the bank holds it."""
        with self.bank.connect() as db:
            if questions.holds(db, verified.signature) is not None:
                raise Rejected(STAGE, TWIN)
        fields = as_dict(verified.draft) | {"verified": dict(verified.gates)}
        self.file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Store nothing: the report tells the reasons."""

    def give_up(self, slot: Slot) -> None:
        """Store nothing: the report counts it."""
