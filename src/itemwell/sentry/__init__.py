"""What Sentry is told, where SENTRY_DSN names one: set_up -> begun -> ended -> tell.

A failure, a partial run and a bug become an event; a job of the schedule checks in as its run begins
and ends. `event` says what may be in an event, `secrets` takes out of every byte what must not.

Telling is never in the way: it changes neither result nor status, and ends the program at most
FAILURE_SECONDS later, or SUCCESS_SECONDS where nothing failed. After a stop signal nothing is told.
The SDK is imported where a run begins or something failed: `--help` and `config show` never load it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itemwell.errors import DatabaseError, Exit, Outcome, Stopped
from itemwell.schedule import JOBS

if TYPE_CHECKING:
    from itemwell.sentry.client import Client
    from itemwell.settings import Settings

FAILURE_SECONDS = 15.0
SUCCESS_SECONDS = 5.0
STOPS = frozenset({Exit.INTERRUPTED, Exit.TERMINATED})


@dataclass
class _Watch:
    """The command under way. Without settings nothing is told."""

    settings: "Settings | None" = None
    command: str = ""
    job: str = ""  # and run: the last one that the command began
    run: int | None = None
    client: "Client | None" = None

    @property
    def scheduled(self) -> bool:
        """Whether the run is one that a schedule expects: `calibrate`, not `calibrate rollback`."""
        return self.run is not None and self.job == self.command and self.job in JOBS

    def reach(self) -> "Client":
        """The client, with the SDK imported."""
        from itemwell.sentry.client import Client  # noqa: PLC0415 - the SDK takes its time

        assert self.settings is not None
        self.client = self.client or Client(self.settings)
        return self.client


_watch = _Watch()


def set_up(settings: "Settings", command: str) -> None:
    """Tell of `command` from here on, if there is a SENTRY_DSN."""
    _watch.settings = settings if settings.sentry_dsn else None
    _watch.command = command


def begun(job: str, run: int) -> None:
    """A run was begun: note it for what may follow, and check in where a schedule waits for it."""
    if _watch.settings is None:
        return
    _watch.job, _watch.run = job, run
    with _never_in_the_way():
        client = _watch.reach()
        if _watch.scheduled:
            client.begin(_watch.settings.jobs[job])


def ended(outcome: Outcome) -> None:
    """The run ended so: check in. A run that was stopped does not, and lapses at its longest time."""
    if _watch.client is None or outcome.exit in STOPS:
        return
    with _never_in_the_way():
        _watch.client.end(well=_went_well(outcome))


def tell(outcome: Outcome, error: BaseException | None = None) -> None:
    """The command ends so. Wait until Sentry knows, within bounds; at a stop signal no longer."""
    level = _level(outcome)
    if _watch.settings is None or outcome.exit in STOPS or not (level or _watch.client):
        return
    with suppress(Stopped), _never_in_the_way():
        client = _watch.reach()
        if level:
            bug = error if outcome.exit is Exit.BUG else None
            client.report(outcome, level, _tags(outcome), bug)
        if problem := client.flush(FAILURE_SECONDS if level else SUCCESS_SECONDS):
            _warn(problem)


def _level(outcome: Outcome) -> str | None:
    """How bad it is; None for what is no failure, or a slip of the operator who reads the last line.

    A wrong setting that a run of the schedule came upon is told: nobody reads that line.
    """
    match outcome.exit:
        case Exit.OK | Exit.BUSY | Exit.INTERRUPTED | Exit.TERMINATED:
            return None
        case Exit.CONFIG:
            return "error" if _watch.scheduled else None
        case Exit.PARTIAL if _went_well(outcome):
            return "warning"
        case Exit.BUG:
            return "fatal"
    return "error"


def _went_well(outcome: Outcome) -> bool:
    """Whether the run did its work, or some of it. In calibrate status 1 is the database."""
    return outcome.exit in {Exit.OK, Exit.PARTIAL} and outcome.reason != DatabaseError.reason


def _tags(outcome: Outcome) -> dict[str, str]:
    known = {
        "command": _watch.command,
        "job": _watch.job,
        "run": "" if _watch.run is None else str(_watch.run),
        "exit_status": f"{outcome.exit.value}",
        "reason": outcome.reason,
    }
    return {name: value for name, value in known.items() if value}


@contextmanager
def _never_in_the_way() -> Iterator[None]:
    """Whatever goes wrong while telling is a warning: the job must not end by it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - see above
        _warn(type(error).__name__)


def _warn(problem: str) -> None:
    import structlog  # noqa: PLC0415 - `--help` comes by here

    structlog.get_logger().warning(f"Sentry was not told: {problem}")
