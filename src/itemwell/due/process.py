"""A due run as a process of its own: the same program, its output labelled, a stop signal passed on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from itemwell.due.job import Ended, Watch
from itemwell.errors import Stopped
from itemwell.schedule import Job
from itemwell.store.runs import CLAIM, TRIGGER
from itemwell.store.schedule import Due

LATE = 60.0
"""Seconds past its deadline that a run may take at most: it holds the deadline itself, as a rule.

No more than the deadline itself, though.
"""

GRACE = 30.0
"""Seconds that a run has for its checkpoint before it is killed."""

BEAT_SECONDS = 15.0


def starting(arguments: Sequence[str]) -> Callable[[Job, Due, Watch], Ended]:
    """A function that runs a job by this very program, with these common `arguments`, to its end."""

    def start(job: Job, due: Due, watch: Watch) -> Ended:
        claim = f"{job.name}:{due.id}:{due.attempt}"
        command = [
            sys.executable,
            "-m",
            "itemwell",
            *COMMANDS.get(job.name, (job.name,)),
            *arguments,
        ]
        return run(command, {CLAIM: claim, TRIGGER: due.trigger_type}, job, watch)

    return start


COMMANDS = {"exams": ("exams", "generate")}
"""What a job is called by, where that is not its name alone."""


def run(command: Sequence[str], environment: dict[str, str], job: Job, watch: Watch) -> Ended:
    """How the command ended, late where it was ended for its deadline. Raises Stopped when told to stop."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches it through us alone: one signal, one checkpoint
    )
    assert process.stdout is not None
    labels = threading.Thread(target=_label, args=(process.stdout, job.name), daemon=True)
    labels.start()
    try:
        seconds = job.deadline.total_seconds()
        late = not _wait(process, seconds + min(LATE, seconds), watch.beat)
        if late:
            watch.late()  # before the signal: the run writes the end that it comes to
            _stop(process, signal.SIGTERM)
    except BaseException as error:
        number = signal.SIGTERM
        if isinstance(error, Stopped | KeyboardInterrupt):
            number = signal.SIGINT if _interrupted(error) else signal.SIGTERM
        _stop(process, number)
        raise
    finally:
        labels.join(timeout=5)
        process.stdout.close()
    return Ended(process.returncode, late)


def _wait(process: "subprocess.Popen[str]", seconds: float, beat: Callable[[], bool]) -> bool:
    """Whether the process ended within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(subprocess.TimeoutExpired):
            process.wait(min(BEAT_SECONDS, max(0.1, end - time.monotonic())))
            return True
        beat()
    return False


def _stop(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interrupted(error: BaseException) -> bool:
    return not (isinstance(error, Stopped) and error.exit.name == "TERMINATED")


def _label(lines: IO[str], name: str) -> None:
    """Each line of the run to stderr, with the job's name before it."""
    with suppress(ValueError, OSError):
        for line in lines:
            sys.stderr.write(f"{name}: {line}")
            sys.stderr.flush()
