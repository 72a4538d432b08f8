"""The embedded Postgres of those who set no DATABASE_URL: started by its first user, stopped by its last.

    with Embedded(home).running() as url: ...

Locks, not pids, say who is there, because the kernel frees a lock however its holder ends:

- `.control`  held alone while somebody creates, starts or stops the server
- `.users`    held together by everybody inside `running()`
- `.server`   held by the server's own processes, down to the last one

The home belongs on a local disk of one host. Under systemd the server dies with the unit that
started it, and nothing survives in a container's layer: use a real server there.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from itemwell.store.cluster import (
    LAUNCH_SECONDS,
    MAJOR,
    Cluster,
    EmbeddedError,
    HomeError,
    program,
    without_libpq_variables,
)

__all__ = ["Embedded", "EmbeddedError", "HomeError", "InUse", "Status"]

LONGEST_HOME = 900  # Postgres has 1024 bytes for a path with everything below it
HALF_STARTED_SECONDS = 1.2  # a stop signal leaves 2 s in all
CONTROL_SECONDS = 120  # longer than any one start or stop takes
STOPS = ((signal.SIGINT, 30), (signal.SIGQUIT, 10))  # fast; then immediate: no commit is lost


class InUse(EmbeddedError):
    """It cannot be stopped now."""


class Status(NamedTuple):
    """`state` is "running", "stopped", "not answering" (starting, stopping or stuck), "not created"."""

    state: str
    pid: int | None
    version: str
    data_directory: Path
    size_bytes: int
    log_file: Path


class Embedded:
    """The server in `home / "postgres-18"`. `durable=False` is for tests: a crash may lose its data."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = Path(os.path.abspath(home))  # noqa: PTH100  (links stay as the operator wrote them)
        self.cluster = Cluster(self.home / f"postgres-{MAJOR}", durable=durable)

    @contextmanager
    def running(self) -> Iterator[str]:
        """The URL of a server that answers; as the last user leaves, it is stopped.

        PG* variables are out of the environment meanwhile. Python ends without clean-up on
        SIGTERM: the caller turns signals into exceptions. After a kill -9 the server is left
        running, for the next user to find and to stop.
        """
        self._claim_home()
        with without_libpq_variables(), self._lock("users") as users:
            with self._control() as control:
                fcntl.flock(users, fcntl.LOCK_SH)
                try:
                    self._start(control)
                    url = self.cluster.url()
                except BaseException:  # also a signal's, which may leave a server half started
                    within(HALF_STARTED_SECONDS, self._listening_or_gone)
                    self._stop_after_the_last(users)
                    raise
            try:
                yield url
            finally:
                with self._control():
                    self._stop_after_the_last(users)

    def stop(self) -> bool:
        """Stop the server, and keep it running no longer; False when it was not running.

        Raises EmbeddedError while somebody uses it: it then stops when the last of them ends.
        """
        if not self._home_exists():
            return False
        self._claim_home()
        with self._control(), self._lock("users") as users:
            self.unkeep()
            if not taken(users):
                pids = ", ".join(map(str, holders(users))) or "unknown"
                raise InUse(
                    f"the server in {self.cluster.data} is in use (pid {pids}) and stops when "
                    "its last user ends; wait for that, or end them and try again"
                )
            return self._stop()

    def keep(self) -> None:
        """From now on the server outlives its last user, until `stop`."""
        self._claim_home()
        with told_as_home_errors(self.home):
            self._keep_marker.touch()

    def unkeep(self) -> None:
        with told_as_home_errors(self.home):
            self._keep_marker.unlink(missing_ok=True)

    def status(self) -> Status:
        """How things stand; creates, starts and waits for nothing."""
        cluster = self.cluster
        pid, version = None, str(MAJOR)
        with told_as_home_errors(self.home):
            state = "stopped" if cluster.ready() else "not created"
            if state == "stopped" and (pid := cluster.postmaster()):
                state = "not answering" if cluster.refusal() else "running"
            size = sum(map(size_in_bytes, cluster.data.rglob("*")))
        return Status(state, pid, version, cluster.data, size, cluster.log)

    def program(self, name: str) -> Path:
        """A bundled program: psql, pg_dump, pg_restore."""
        return program(name)

    def _start(self, control: int) -> None:
        """Until the server answers. Nothing is launched while a process of an earlier one lives."""
        give_up = time.monotonic() + LAUNCH_SECONDS
        with told_as_home_errors(self.home):
            if not self.cluster.ready():
                self._refuse_another_major()
                self.cluster.create(control)
            while refusal := self.cluster.refusal():
                with self._lock("server") as alive:
                    if taken(alive) and self.cluster.postmaster() is None:
                        self.cluster.launch(alive)
                    elif time.monotonic() > give_up:
                        raise EmbeddedError(
                            f"the server in {self.cluster.data} (pid {self.cluster.postmaster()}) "
                            f"does not answer: {refusal}; its log is {self.cluster.log}"
                        )
                    else:
                        time.sleep(0.02)
            self.cluster.ensure_database()

    def _stop_after_the_last(self, users: int) -> None:
        """Our own lock is freed in so many words: a forked child may have its descriptor still."""
        try:
            if taken(users) and not self._keep_marker.exists():
                self._stop()
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)

    def _stop(self) -> bool:
        """By signals to who listens on our socket, and to nobody else.

        `pg_ctl stop` would believe postmaster.pid, and give up when that file is damaged.
        """
        pid = self.cluster.listener()
        if pid is None:
            return False
        for request, seconds in STOPS:
            try:
                os.kill(pid, request)
            except ProcessLookupError:
                return True
            if within(seconds, self._gone):
                return True
        raise EmbeddedError(
            f"the server in {self.cluster.data} (pid {pid}) does not stop; its log is {self.cluster.log}"
        )

    def _listening_or_gone(self) -> bool:
        """Whether a server that was being started can be stopped by now, or never came up."""
        return self.cluster.postmaster() is not None or self._gone()

    def _gone(self) -> bool:
        with self._lock("server") as alive:
            return taken(alive) and self.cluster.postmaster() is None

    def _refuse_another_major(self) -> None:
        """An empty bank beside a full one of another version would look like a loss."""
        for other in self.home.glob("postgres-*/PG_VERSION"):
            if other.parent != self.cluster.data and not other.parent.suffix:
                raise EmbeddedError(
                    f"{other.parent} is of another major version than PostgreSQL {MAJOR}; use the "
                    "itemwell that made it, or dump it there, move it away and restore it here"
                )

    @contextmanager
    def _control(self) -> Iterator[int]:
        """Alone in creating, starting and stopping."""
        with self._lock("control") as control:
            with told_as_home_errors(self.home):  # some file systems have no locks
                alone = within(CONTROL_SECONDS, lambda: taken(control))
            if not alone:
                pids = ", ".join(map(str, holders(control))) or "unknown"
                raise EmbeddedError(
                    f"another process (pid {pids}) has been starting or stopping the server in "
                    f"{self.cluster.data} for {CONTROL_SECONDS} s; end it, or look into {self.cluster.log}"
                )
            yield control

    @contextmanager
    def _lock(self, name: str) -> Iterator[int]:
        """The lock file's descriptor, open and not yet locked. Closing it unlocks."""
        path = self.cluster.data.with_suffix(f".{name}")
        with told_as_home_errors(self.home):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @property
    def _keep_marker(self) -> Path:
        return self.cluster.data.with_suffix(".keep")

    def _home_exists(self) -> bool:
        with told_as_home_errors(self.home):
            return self.home.exists()

    def _claim_home(self) -> None:
        """The home, made if need be, and surely ours.

        Root's data directory may belong to the user that Postgres runs as in its stead.
        """
        path, me = str(self.home), os.geteuid()
        utf8 = path.encode("utf-8", "replace") == os.fsencode(path)
        if not (path.isprintable() and utf8 and len(path) < LONGEST_HOME):
            raise HomeError(f"{path!r} is too long or too strange a path for Postgres")
        with told_as_home_errors(self.home):
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = self.home.stat().st_uid
            if owner == me != 0 and self.cluster.data.exists():
                owner = self.cluster.data.stat().st_uid
        if owner != me:
            raise HomeError(
                f"{self.home} belongs to uid {owner}, and you are uid {me}; run as its owner or "
                "choose another ITEMWELL_HOME"
            )


@contextmanager
def told_as_home_errors(home: Path) -> Iterator[None]:
    """What the file system refuses, as one line."""
    try:
        yield
    except OSError as error:
        raise HomeError(
            f"cannot use {error.filename or home}: {error.strerror}; make {home} writable, "
            "or choose another ITEMWELL_HOME"
        ) from error


def taken(descriptor: int) -> bool:
    """Lock it for ourselves alone, without waiting; False while another holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holders(descriptor: int) -> list[int]:
    """The pids that hold this lock, where the system tells (Linux does)."""
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return []
    inode = f":{os.fstat(descriptor).st_ino}"
    rows = [line.split() for line in lines if "FLOCK" in line and "->" not in line]
    return sorted({int(row[4]) for row in rows if row[5].endswith(inode)})


def within(seconds: float, done: Callable[[], bool]) -> bool:
    """Whether `done` came true in time; it is asked every 20 ms."""
    give_up = time.monotonic() + seconds
    while not done():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def size_in_bytes(path: Path) -> int:
    """Nothing for what a live server has just removed."""
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
