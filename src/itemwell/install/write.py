"""Writes what was rendered: each file whole or not at all, and never over what somebody else wrote.

What was written is kept as hashes in MANIFEST beside the files. Its name ends in `~`, which cron,
logrotate and systemd leave alone in their folders.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from itemwell.errors import ConfigError
from itemwell.install.render import File

MANIFEST = ".itemwell-install~"


class Written(NamedTuple):
    """Paths below the folder, by what became of them."""

    new: list[str]
    changed: list[str]
    same: list[str]
    stale: list[str]
    """Written before and still there, and no longer rendered: of a job that was switched off."""


def write(
    folder: Path, rendered: Iterable[File], *, force: bool = False, whole: bool = True
) -> Written:
    """Write all files, or none where one would overwrite what this command did not write.

    Raises ConfigError, which names those files; `force` overwrites them. Nothing is ever deleted: of
    the `whole` of a target, what is no longer rendered is told.
    """
    wanted = {file.path: file for file in rendered}
    try:
        present = {path: _hash_of(folder / path) for path in wanted}
        known = _read_manifest(folder)
        foreign = sorted(path for path, file in wanted.items() if _foreign(file, present, known))
        if foreign and not force:
            raise ConfigError(
                f"{folder} has files that were not written by this command, or were changed since: "
                f"{', '.join(foreign)}",
                "move them away, or use --force to overwrite them",
            )
        changed = [path for path, file in wanted.items() if present[path] != _hash(file.text)]
        for path in changed:
            _replace(folder / path, wanted[path].text, executable=wanted[path].executable)
        ours = known | {path: _hash(file.text) for path, file in wanted.items()}
        if ours != known:
            _replace(folder / MANIFEST, json.dumps(ours, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        told = f"{error.filename or folder}: {error.strerror}"
        raise ConfigError(told, "name a folder that can be written") from error
    return Written(
        [path for path in changed if present[path] is None],
        [path for path in changed if present[path] is not None],
        [path for path in wanted if path not in changed],
        sorted(path for path in known if whole and path not in wanted and (folder / path).exists()),
    )


def _foreign(file: File, present: Mapping[str, str | None], known: Mapping[str, str]) -> bool:
    there = present[file.path]
    return there is not None and there not in {known.get(file.path), _hash(file.text)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_of(path: Path) -> str | None:
    """None where there is no file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _read_manifest(folder: Path) -> dict[str, str]:
    """What this command wrote here before. A manifest that cannot be read vouches for nothing."""
    try:
        read = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _replace(path: Path, text: str, *, executable: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".itemwell-", suffix="~")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o755 if executable else 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
