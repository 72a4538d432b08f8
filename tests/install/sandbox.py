"""The restrictions of a unit of systemd without systemd: bubblewrap, and the unit's own filter of system calls.

Each restriction is read from the unit, so that one that is taken out of it is taken out here too. Not
done: ProtectProc, RemoveIPC, DevicePolicy, Nice and limits of time; and its user is the caller under
another number, so that what only root may read is not barred. test_systemd has all of it.
"""

import errno
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pyseccomp as seccomp

USER = 61_234
"""One of DynamicUser's own numbers."""

PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
NAMESPACES = 0x7E02_0000 | 0x80


def settings(unit):
    """The unit's lines, by name; an empty one takes away what came before, as in systemd."""
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found[name] = [*found.get(name, []), value] if value else []
    return found


def says(found, name):
    """Whether the last line of this name says yes."""
    return found.get(name, ["no"])[-1] == "yes"


def system_calls(group):
    """The names in one of systemd's groups, those of the groups in it too."""
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True
    ).stdout  # fmt: skip
    words = [line.strip() for line in told.splitlines()[1:] if line.strip() and "#" not in line]
    return {
        name for word in words for name in (system_calls(word) if word.startswith("@") else [word])
    }


def allowed(found):
    """The system calls that a unit's SystemCallFilter leaves."""
    names = set()
    for line in found["SystemCallFilter"]:
        told = {name for word in line.lstrip("~").split() for name in (system_calls(word) if word.startswith("@") else [word])}  # fmt: skip
        names = names - told if line.startswith("~") else names | told
    return names


def program_of(found):
    """The unit's filter for the kernel: only what is allowed, and of that not what other lines bar."""
    made = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    barred = conditions(found)
    names = allowed(found)
    if says(
        found, "RestrictNamespaces"
    ):  # its flags are in memory, where no filter looks; libraries fall back
        names -= {"clone3"}
        made.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for name in sorted(names):
        rules = barred.get(name, [[]])
        for arguments in rules:
            add(made, name, arguments)
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()


def add(made, name, arguments):
    """Allow a call; a name that this kernel's architecture does not have is none."""
    try:
        made.add_rule(seccomp.ALLOW, name, *arguments)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) not in {None, errno.EDOM, errno.EFAULT, errno.EINVAL}:
            raise


def conditions(found):
    """For calls that are allowed in part: the alternatives, each a list of what must hold of arguments."""
    arg, masked = seccomp.Arg, seccomp.MASKED_EQ
    barred = {}
    if says(found, "MemoryDenyWriteExecute"):
        barred |= {
            "mmap": [[arg(2, masked, PROT_EXEC, 0)], [arg(2, masked, PROT_WRITE, 0)]],
            "mprotect": [[arg(2, masked, PROT_EXEC, 0)]],
            "pkey_mprotect": [[arg(2, masked, PROT_EXEC, 0)]],
            "shmat": [[arg(2, masked, SHM_EXEC, 0)]],
        }
    if "RestrictAddressFamilies" in found:
        kinds = found["RestrictAddressFamilies"][-1].split()
        barred["socket"] = [[arg(0, seccomp.EQ, FAMILIES[kind])] for kind in kinds]
    if says(found, "RestrictNamespaces"):
        barred |= {"clone": [[arg(0, masked, NAMESPACES & ~0x80, 0)]], "unshare": [[arg(0, masked, NAMESPACES, 0)]]}  # fmt: skip
        barred |= {"setns": []}
    return barred


@contextmanager
def sandbox(unit, job, folder):
    """A function that runs words under the unit's restrictions; its folders and credentials are in `folder`."""
    found = settings(unit)
    (folder / "filter").write_bytes(program_of(found))
    arguments = [*mounts(found, folder), *names(found, job)]

    def run(*words):
        with (folder / "filter").open("rb") as filter_:
            command = [
                "bwrap",
                *arguments,
                "--seccomp",
                str(filter_.fileno()),
                "--",
                *map(str, words),
            ]
            return subprocess.run(
                command, pass_fds=[filter_.fileno()], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, check=False, timeout=300, env={},
            )  # fmt: skip

    yield run


def mounts(found, folder):
    """What it sees of files: all of the system to read, folders of its own to write."""
    assert found["ProtectSystem"] == ["strict"]
    yield from ["--ro-bind", "/", "/", "--proc", "/proc"]
    yield from ["--dev", "/dev"] if says(found, "PrivateDevices") else []
    if says(found, "PrivateTmp"):
        yield from ["--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]
    if says(found, "ProtectHome"):
        yield from ["--tmpfs", "/root", "--tmpfs", "/home", "--tmpfs", "/run"]
    for path in {sys.base_prefix, str(Path(sys.prefix).parent)}:  # where a test's Python may be
        yield from ["--ro-bind", path, path]
    for name in ("credentials", "config"):
        yield from ["--ro-bind", str(folder / name), f"/run/{name}"]
    for name, place in (("State", "lib"), ("Cache", "cache"), ("Logs", "log")):
        for own in found[f"{name}Directory"]:
            (folder / place).mkdir(exist_ok=True)
            yield from ["--tmpfs", f"/var/{place}", "--bind", str(folder / place), f"/var/{place}/{own}"]  # fmt: skip


def names(found, job):
    """Who it is, what it may and what it is told."""
    yield from ["--unshare-ipc", "--unshare-pid", "--unshare-cgroup-try", "--die-with-parent", "--new-session"]  # fmt: skip
    yield from ["--unshare-uts"] if says(found, "ProtectHostname") else []
    yield from ["--cap-drop", "ALL"] if found["CapabilityBoundingSet"] == [] else []
    yield from ["--unshare-user", "--uid", str(USER), "--gid", str(USER)] if says(found, "DynamicUser") else []  # fmt: skip
    told = {"PATH": "/usr/bin:/bin", "HOME": "/", "CREDENTIALS_DIRECTORY": "/run/credentials"}
    for line in found["Environment"]:
        told |= dict(pair.split("=", 1) for pair in line.split())
    for name, value in told.items():
        here = value.replace("%S", "/var/lib").replace("%C", "/var/cache").replace("%i", job)
        yield from ["--setenv", name, here]
    yield from ["--chdir", "/run/config"]
