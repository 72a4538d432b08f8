"""Files that commands read from, and write refused rows to."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from itemwell.interchange.refusals import Rejects


@contextmanager
def reading(path: Path) -> "Iterator[BufferedReader]":
    """A file that can be read more than once. Raises ConfigError for any other."""
    try:
        with path.open("rb") as file:
            if not file.seekable():
                raise ConfigError(f"{path} can be read only once", "save it to a file first")
            yield file
    except OSError as error:
        if not error.filename and not isinstance(error, IsADirectoryError):
            raise
        told = f"{error.filename or path}: {error.strerror}"
        raise ConfigError(told, "name a file that can be read") from error


@contextmanager
def rejecting(path: Path | None) -> "Iterator[Rejects | None]":
    """A new file for refused rows; None where no path is given."""
    from itemwell.interchange.refusals import Rejects

    if path is None:
        yield None
        return
    try:
        file = path.open("x", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "name another file for --rejects") from error
    with file:
        yield Rejects(file)
