"""Stage 7, keep: a short transaction into the bank, of those that are ready, or lines in a dry run's file."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine

from itemwell.bank import Draft, Slot, Verified, as_dict
from itemwell.errors import ConfigError, Rejected
from itemwell.generate.dedup import STAGE, TWIN, identify
from itemwell.generate.standing import Standing, Unclear, Writing
from itemwell.generate.twins import Twins
from itemwell.similar.embed import EmbedError
from itemwell.store import forms, questions, slots
from itemwell.store.connect import transact
from itemwell.store.questions import Held
from itemwell.store.runs import Run

Unkept = Rejected | Unclear | EmbedError
"""Why a question was not kept: for good, until an arbiter has told it from what came meanwhile, or
until it can be compared."""


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

    Raises Rejected, or Unclear where an arbiter has to tell, and has written nothing then. The lock
    of twins is held until the transaction ends.
    """
    forms.lock(db)
    if questions.holds(db, verified.signature) is not None:
        raise Rejected(STAGE, TWIN)
    _put(db, twins, verified, standing, cap=cap, run_id=run_id, slot=slot, status=status)


def _put(  # noqa: PLR0913
    db: Connection,
    twins: Twins,
    verified: Verified,
    standing: Standing,
    *,
    cap: int,
    run_id: int,
    slot: Slot | None,
    status: str = "active",
) -> None:
    last = twins.again(db, standing)
    questions.require_room(db, verified.draft.family, cap)
    kept = questions.keep_locked(db, verified, run_id=run_id, slot=slot, status=status)
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

    def keep(self, several: Sequence[tuple[Slot, Verified]]) -> list[Unkept | None]:
        """Store the questions and close their slots in one transaction; why not, where nothing was written."""
        under_way = dict(
            self.twins.under_way
        )  # a second try goes by what was seen before the first

        def store(db: Connection) -> list[Unkept | None]:
            self.run.fence(db)
            forms.lock(db)
            held = questions.held(db, [verified.signature for _, verified in several])
            return [
                self._kept(db, slot, one, under_way.get(one.signature), held.get(one.signature))
                for slot, one in several
            ]

        outcomes = transact(self.bank, store)
        for (_, verified), unkept in zip(several, outcomes, strict=True):
            if unkept is None:
                self.twins.leave(verified.signature)
        return outcomes

    def _kept(
        self,
        db: Connection,
        slot: Slot,
        verified: Verified,
        standing: Standing | None,
        held: Held | None,
    ) -> Unkept | None:
        if held:  # by this very slot: the answer to a COMMIT was lost
            return None if held.slot_id == slot.id else Rejected(STAGE, TWIN)
        try:
            standing = standing or self.twins.standing(verified.signature)
            _put(db, self.twins, verified, standing, cap=self.cap, run_id=self.run.id, slot=slot)
        except (Rejected, Unclear, EmbedError) as unkept:
            return unkept
        return None

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

    def keep(self, several: Sequence[tuple[Slot, Verified]]) -> list[Unkept | None]:
        """Append the questions, or tell why not; they stay under way for the others."""
        return [self._kept(verified) for _, verified in several]

    def _kept(self, verified: Verified) -> Unkept | None:
        try:
            with self.bank.connect() as db:
                if questions.holds(db, verified.signature) is not None:
                    return Rejected(STAGE, TWIN)
                if self.twins:
                    self.twins.again(db, self.twins.standing(verified.signature))
        except (Rejected, Unclear, EmbedError) as unkept:
            return unkept
        fields = as_dict(verified.draft) | {"verified": dict(verified.gates)}
        self.file.write(json.dumps(fields, ensure_ascii=False) + "\n")
        return None

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:  # noqa: ARG002
        """Store nothing: the report tells the reasons."""
        if drafted and self.twins and not isinstance(refusal, Writing):
            self.twins.leave(identify(drafted).signature)

    def give_up(self, slot: Slot) -> None:
        """Store nothing: the report counts it."""
