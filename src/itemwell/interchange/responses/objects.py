"""JSON objects one after the other: one a line, or the elements of an array, perhaps inside an envelope.

Read as a stream: what is held is one object, whatever the file.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from itemwell.interchange.responses.lines import LONGEST, NOT_UTF8, TOO_LONG, Refused

BLOCK = 1 << 16
PIECE = 4096
_SPACE = " \t\r\n,"


class Objects(NamedTuple):
    """Some objects with the line that each begins on, and what was no object."""

    numbers: list[int]
    texts: list[str]
    objects: list[Any]
    refused: list[Refused]


def objects(file: BinaryIO, envelopes: Sequence[str]) -> Iterator[Objects]:
    """The objects of `file`; those under a key of `envelopes` in their place. No more after a broken one."""
    reader = _Reader(file, envelopes)
    piece = Objects([], [], [], [])
    for line, text, found in reader.all():
        piece.numbers.append(line)
        piece.texts.append(text)
        piece.objects.append(found)
        if len(piece.numbers) == PIECE:
            yield piece
            piece = Objects([], [], [], [])
    piece.refused.extend(reader.refused)
    yield piece


class _Reader:
    def __init__(self, file: BinaryIO, envelopes: Sequence[str]) -> None:
        self._file = file
        self._opening = tuple(f'"{name}"' for name in envelopes)
        self._decode = json.JSONDecoder().raw_decode
        self._text, self._at, self._line, self._ended = "", 0, 1, False
        self._bytes = b""
        self.refused: list[Refused] = []

    def all(self) -> Iterator[tuple[int, str, Any]]:
        inside = enveloped = False
        while self._skipped():
            if self._text[self._at] == "]" and enveloped:
                inside = enveloped = False
                self._text, self._at = '{"":0' + self._text[self._at + 1 :], 0
                if self._one() is None:
                    return
            elif self._text[self._at] in "[]":
                inside = self._text[self._at] == "["
                self._at += 1
            elif not inside and self._enveloped():
                inside = enveloped = True
            elif (found := self._one()) is None:
                return
            else:
                yield found

    def _one(self) -> tuple[int, str, Any] | None:
        """The object that begins here; None, and a refusal, where none does."""
        while True:
            try:
                found, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                early = isinstance(error, json.JSONDecodeError) and not self._ended
                if early and len(self._text) - self._at <= LONGEST and self._more():
                    continue
                long = len(self._text) - self._at > LONGEST
                reason = TOO_LONG if long else "no JSON object; what follows is not read"
                self.refused.append(Refused(self._line, reason))
                return None
            break
        text, line = self._text[self._at : end], self._line
        self._line += text.count("\n")
        self._at = end
        return line, text, found

    def _enveloped(self) -> bool:
        """Whether an envelope begins here; then its array does now."""
        if self._text[self._at] != "{":
            return False
        while len(self._text) - self._at < BLOCK and self._more():
            pass
        head = self._text[self._at : self._at + BLOCK]
        for name in self._opening:
            place = head.find(name)
            bracket = head.find("[", place)
            if place >= 0 and bracket >= 0 and head[place + len(name) : bracket].strip() == ":":
                if head.count("{", 0, place) != 1:
                    continue
                self._line += head.count("\n", 0, bracket)
                self._at += bracket + 1
                return True
        return False

    def _skipped(self) -> bool:
        """Whether anything is left after the white space."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        """Read on; what was passed is dropped."""
        block = self._file.read(BLOCK)
        self._ended = not block
        whole = self._bytes + block
        try:
            text, self._bytes = whole.decode(), b""
        except UnicodeDecodeError as error:
            if len(whole) - error.start > 3 or self._ended:
                self.refused.append(Refused(self._line, NOT_UTF8))
                self._ended = True
                return False
            text, self._bytes = whole[: error.start].decode(), whole[error.start :]
        self._text, self._at = self._text[self._at :] + text, 0
        return bool(block)
