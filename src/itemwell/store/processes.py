"""Who holds a lease: this process, and whether another one of this machine is gone."""

import os
import socket
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def this_process() -> dict[str, Any]:
    """Who holds a lease: the process, told apart from a later one of the same number."""
    here = {"host": socket.gethostname(), "machine": _machine()}
    return {**here, "pid": os.getpid(), "started": _started(os.getpid()), "nonce": uuid.uuid4().hex}


def is_gone(holder: Mapping[str, Any]) -> bool:
    """Whether `holder` ran on this very machine, in this process namespace, and is there no more."""
    import psutil  # noqa: PLC0415

    if holder.get("machine") != _machine():
        return False
    if not psutil.pid_exists(holder["pid"]):
        return True
    return _started(holder["pid"]) not in {None, holder["started"]}


def _started(pid: int) -> str | None:
    """When the process started, by a clock that nobody sets; "" for a zombie, None where unknown."""
    import psutil  # noqa: PLC0415

    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if state == "Z" else fields[18]
    except OSError:
        pass
    try:
        return str(int(psutil.Process(pid).create_time()))
    except psutil.Error:
        return None


def _machine() -> str:
    """This boot of this machine and, in a container, its own processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{socket.gethostname()}:{uuid.getnode()}"
