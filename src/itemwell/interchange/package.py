"""Zip files: read entry by entry within bounds, written with nothing of the clock in them."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from itemwell.errors import ConfigError

MOST_BYTES = 2_000_000
"""Of one entry, unpacked: an item, or a picture."""

MOST_ENTRIES = 2_000_000
MOST_RATIO = 200
EPOCH = (1980, 1, 1, 0, 0, 0)
_ANOTHER = "make the package anew, or unpack it and look"


class TooLarge(ValueError):
    """An entry that unpacks to more than a question may have."""


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The package. Raises ConfigError where it is none, or one of its paths leads elsewhere."""
    try:
        package = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ConfigError(f"no zip file: {error}", "a QTI package is a zip file") from error
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ConfigError(f"the package has {len(entries):,} entries", "split it")
    for entry in entries:
        if _leads_elsewhere(entry.filename):
            raise ConfigError(
                f"the package has a path that leads elsewhere: {entry.filename[:80]!r}", _ANOTHER
            )
    return package


def contents(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry unpacked. Raises TooLarge before more than the bound is unpacked, whatever it says of itself."""
    packed = max(entry.compress_size, 1)
    if entry.file_size > MOST_BYTES or entry.file_size > max(MOST_RATIO * packed, 100_000):
        raise TooLarge(f"unpacks to {entry.file_size:,} bytes")
    if entry.flag_bits & 1:
        raise TooLarge("is encrypted")
    try:
        with package.open(entry) as stream:
            data = stream.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise TooLarge(f"cannot be unpacked: {error}") from error
    if len(data) > MOST_BYTES:
        raise TooLarge(f"unpacks to more than {MOST_BYTES:,} bytes")
    return data


def items(package: zipfile.ZipFile) -> Iterator[tuple[int, zipfile.ZipInfo]]:
    """The XML files but for the manifest, with their places among all."""
    for place, entry in enumerate(package.infolist(), 1):
        path = PurePosixPath(entry.filename)
        if path.suffix.lower() == ".xml" and path.name != "imsmanifest.xml":
            yield place, entry


def put(package: zipfile.ZipFile, path: str, data: bytes) -> None:
    """Write an entry, the same bytes whenever it is done."""
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    package.writestr(entry, data)


def _leads_elsewhere(path: str) -> bool:
    plain = path.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or ":" in plain.split("/")[0]
