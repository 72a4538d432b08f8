"""The lines of a file, a block at a time: bounded memory, whatever the file."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from itemwell.errors import ConfigError

BLOCK = 1 << 18
LONGEST = 1_000_000
"""Bytes of a line; a longer one is refused, and passed over to its end."""

TOO_LONG = "longer than a line may be"
NOT_UTF8 = "not in UTF-8"


class Refused(NamedTuple):
    """A row, or a cell of a wide one, that is not taken in: `reason` is counted, `what` is told."""

    line: int
    reason: str
    what: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" + (f": {self.what}" if self.what else "")


class Lines(NamedTuple):
    """Some lines without their ends, blank ones left out, and the number of each."""

    numbers: list[int]
    texts: list[str]
    refused: list[Refused]


def blocks(file: BinaryIO) -> Iterator[Lines]:
    """The lines of `file` from where it stands, numbered from 1."""
    number, rest, skipping = 1, b"", False
    while block := file.read(BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        if skipping and whole:
            whole[0], skipping = b"", False
        too_long = []
        if skipping or len(rest) > LONGEST:
            too_long = [] if skipping else [Refused(number + len(whole), TOO_LONG)]
            rest, skipping = b"", True
        yield _lines(number, whole, too_long)
        number += len(whole)
    if rest:
        yield _lines(number, [rest], [])


def after_mark(file: BinaryIO) -> int:
    """Where the text of `file` begins, and `file` stands then: after the mark of spreadsheets."""
    file.seek(0)
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file.tell()


def header_of(file: BinaryIO) -> str:
    """The first line, with `file` before it afterwards. Raises ConfigError for what is no text."""
    begin = after_mark(file)
    header = _first_line(file)
    file.seek(begin)
    return header


def _lines(first: int, lines: list[bytes], refused: list[Refused]) -> Lines:
    """Decoded at once where that goes; else line by line."""
    try:
        texts = b"\n".join(lines).decode().split("\n") if lines else []
    except UnicodeDecodeError:
        texts = [_decoded(first + place, line, refused) for place, line in enumerate(lines)]
    kept = [
        (first + place, text.removesuffix("\r"))
        for place, text in enumerate(texts)
        if text and not text.isspace()
    ]
    return Lines([number for number, _ in kept], [text for _, text in kept], refused)


def _decoded(number: int, line: bytes, refused: list[Refused]) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        text = line.decode(errors="backslashreplace")
        refused.append(Refused(number, NOT_UTF8, text=text))
        return ""


def _first_line(file: BinaryIO) -> str:
    """The first line that is not blank; empty where there is none."""
    while line := file.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise ConfigError(
                "the file's first line is too long to be one", "is it a CSV or JSONL?"
            )
        if line.strip():
            break
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ConfigError("the file is no text in UTF-8", "save it as UTF-8")
    return text.strip("\r\n")
