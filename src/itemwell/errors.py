"""How the program ends: the exit statuses, and the few errors that carry one.

Here an error becomes a message; in `cli.main` it becomes a number. Nowhere else.
"""

from enum import IntEnum
from typing import NamedTuple, Self


class Exit(IntEnum):
    """The documented exit statuses. `itemwell exit-codes` and the README print this table."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        status = int.__new__(cls, value)
        status._value_ = value
        status.meaning = meaning
        return status

    OK = 0, "all that was asked is done, or nothing was due"
    PARTIAL = (
        1,
        "some of it; a deadline or a limit was reached with something kept. In calibrate: database",
    )
    FAILED = 2, "none of it"
    CONFIG = 3, "bad option or setting, or a schema not migrated; no run was begun"
    DATABASE = 4, "cannot reach Postgres, or lost it for good. Never in calibrate"
    BUG = 70, "an error that nobody foresaw, with its traceback"
    BUSY = 75, "another run of this job is under way"
    INTERRUPTED = 130, "SIGINT, after a clean checkpoint"
    TERMINATED = 143, "SIGTERM, after a clean checkpoint"

    @property
    def word(self) -> str:
        """The name as it is printed: `exit code: 143 (terminated)`."""
        return self.name.lower()


class Outcome(NamedTuple):
    """How a command ended. `reason` is one word for machines, the rest is for people.

    `name` stands instead of the status's own where one command means something else by it.
    """

    exit: Exit
    reason: str
    message: str
    next_step: str = ""
    name: str = ""

    @property
    def word(self) -> str:
        """What the status is called."""
        return self.name or self.exit.word

    def __str__(self) -> str:
        step = f"; {self.next_step}" if self.next_step else ""
        return f"exit code: {self.exit.value} ({self.word}): {self.message}{step}"


class ItemwellError(Exception):
    """One line for an operator: what failed, on what; `next_step` is what to do about it."""

    exit = Exit.FAILED
    reason = "failed"
    name = ""  # of the status, where it is not its own

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step

    @property
    def outcome(self) -> Outcome:
        """This error as the end of the program."""
        return Outcome(self.exit, self.reason, str(self), self.next_step, self.name)


class ConfigError(ItemwellError):
    """The operator's to fix, before anything was begun."""

    exit = Exit.CONFIG
    reason = "config"


class DatabaseError(ItemwellError):
    """Postgres cannot be reached, or was lost for good."""

    exit = Exit.DATABASE
    reason = "database"


class CalibrationDatabaseError(DatabaseError):
    """The same while calibrating, where users have relied on status 1 for it."""

    exit = Exit.PARTIAL
    name = "database"


class Busy(ItemwellError):
    """Another run holds the lease."""

    exit = Exit.BUSY
    reason = "locked"


class Rejected(Exception):
    """A draft was refused by a stage. Counted and stored with its reason, never logged as an error."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.reason = reason


class Stopped(BaseException):
    """SIGINT or SIGTERM arrived. Not an Exception, so that no loop mistakes it for a failure."""

    def __init__(self, exit_status: Exit) -> None:
        super().__init__(exit_status.word)
        self.exit = exit_status
        self.kept = ""  # what the checkpoint holds, for the operator

    @property
    def outcome(self) -> Outcome:
        """The end of a run that was told to stop."""
        signal = "SIGINT" if self.exit is Exit.INTERRUPTED else "SIGTERM"
        told = f"stopped by {signal} after a clean checkpoint"
        if not self.kept:
            return Outcome(self.exit, "stopped", told)
        step = "the same command goes on from here"
        return Outcome(self.exit, "stopped", f"{told}, {self.kept}", step)
