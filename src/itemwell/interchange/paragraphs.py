"""Text in paragraphs that blank lines part: bounded, whatever the file."""

from collections.abc import Iterator
from typing import TextIO

from itemwell.interchange.row import MOST_BYTES


class TooLong(ValueError):
    """A line, or a paragraph, that is too long for a question. What follows is not read."""

    def __init__(self, line: int) -> None:
        super().__init__(f"longer than {MOST_BYTES:,} characters; the rest was not read")
        self.line = line


def lines(file: TextIO) -> Iterator[str]:
    """The lines of `file` with their ends. Raises TooLong."""
    number = 0
    while text := file.readline(MOST_BYTES):
        number += 1
        if len(text) >= MOST_BYTES and not text.endswith("\n"):
            raise TooLong(number)
        yield text


def paragraphs(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Each paragraph's first line number, and its lines without their ends. Raises TooLong."""
    held: list[str] = []
    begun, size = 1, 0
    for number, text in enumerate(lines(file), 1):
        if text.strip():
            if not held:
                begun = number
            held.append(text.rstrip("\r\n"))
            size += len(text)
            if size > MOST_BYTES:
                raise TooLong(begun)
        elif held:
            yield begun, held
            held, size = [], 0
    if held:
        yield begun, held
