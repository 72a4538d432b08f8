"""Rows in files, on the disk before anybody deletes them: JSON lines (gzip) or Parquet, a file a batch.

A kill between archive and COMMIT leaves rows in two files: whoever reads them goes by their key.
"""

import gzip
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from itemwell.errors import ConfigError

Row = dict[str, Any]


def keeping(form: str, folder: Path) -> "Callable[[str, str, Sequence[Row]], Path] | None":
    """A function of a table's name, a batch's name and its rows; None where nothing is archived.

    Raises ConfigError where the form cannot be written here.
    """
    if form == "none":
        return None
    if form == "parquet":
        _require_pyarrow()
    write, ending = (_parquet, "parquet") if form == "parquet" else (_jsonl, "jsonl.gz")

    def keep(table: str, batch: str, rows: Sequence[Row]) -> Path:
        place = folder / table / f"{table}-{batch}.{ending}"
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.part")
        write(part, rows)
        _sync(part)
        part.replace(place)
        _sync(place.parent)
        return place

    return keep


def _jsonl(path: Path, rows: Sequence[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _parquet(path: Path, rows: Sequence[Row]) -> None:
    """What is an object or a list in a row is JSON in a cell."""
    from pyarrow import Table, parquet  # noqa: PLC0415 - an extra

    flat = [{name: _cell(value) for name, value in row.items()} for row in rows]
    parquet.write_table(Table.from_pylist(flat), path)


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_pyarrow() -> None:
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            "ARCHIVE parquet needs pyarrow", "pip install 'itemwell[parquet]'"
        ) from error
