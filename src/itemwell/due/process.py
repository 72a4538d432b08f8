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

from itemwell.errors import Stopped
from itemwell.schedule import Job
from itemwell.store.runs import CLAIM, TRIGGER
from itemwell.store.schedule import Due

LATE = 60.0
"""Seconds past its deadline that a run may take: it holds the deadline itself, as a rule."""

GRACE = 30.0
"""Seconds that a run has for its checkpoint before it is killed."""

BEAT_SECONDS = 15.0


def starting(arguments: Sequence[str]) -> Callable[[Job, Due, Callable[[], bool]], int]:
    """A function that runs a job by this very program, with these common `arguments`, to its end."""

    def start(job: Job, due: Due, beat: Callable[[], bool]) -> int:
        claim = f"{job.name}:{due.id}:{due.attempt}"
        command = [
            sys.executable,
            "-m",
            "itemwell",
            *COMMANDS.get(job.name, (job.name,)),
            *arguments,
        ]
        return run(command, {CLAIM: claim, TRIGGER: due.trigger_type}, job, beat)

    return start


COMMANDS = {"exams": ("exams", "generate")}
"""What a job is called by, where that is not its name alone."""


def run(
    command: Sequence[str], environment: dict[str, str], job: Job, beat: Callable[[], bool]
) -> int:
    """The command's exit status, negative where a signal ended it. Raises Stopped when told to stop."""
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
        _wait(process, job.deadline.total_seconds() + LATE, beat)
    except BaseException as error:
        number = signal.SIGTERM
        if isinstance(error, Stopped | KeyboardInterrupt):
            number = signal.SIGINT if _interrupted(error) else signal.SIGTERM
        _stop(process, number)
        raise
    finally:
        labels.join(timeout=5)
        process.stdout.close()
    return process.returncode


def _wait(process: "subprocess.Popen[str]", seconds: float, beat: Callable[[], bool]) -> None:
    """Until the process ended. Stopped past its deadline."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(subprocess.TimeoutExpired):
            process.wait(min(BEAT_SECONDS, max(0.1, end - time.monotonic())))
            return
        beat()
    _stop(process, signal.SIGTERM)


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
