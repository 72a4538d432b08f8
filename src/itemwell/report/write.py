"""The report's file: plots -> page -> write. Here alone the command needs matplotlib."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itemwell.errors import ConfigError
from itemwell.report.page import page


def write(document: Mapping[str, Any], template: str, path: Path) -> int:
    """Write the page of `document`, whole or not at all, and return its size in bytes.

    A new file is its owner's alone, since answer keys are in it; one that is replaced keeps its mode.
    Raises ConfigError where nothing can be written.
    """
    text = page(document, template).encode()
    target = path.resolve()
    unfinished = None
    try:
        if target.exists() and not target.is_file():
            raise ConfigError(f"{path} is no file", "name another --output")
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        unfinished = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "name another --output") from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return len(text)
