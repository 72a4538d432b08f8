"""Letter codes: each letter of a word is moved along the alphabet, Z being followed by A.

The codes of the family move the first letter by `start` and each next letter by `growth` more than
the one before it; or move the letters by two amounts in turn; or mirror the alphabet (A for Z); and
each may also write the result backwards.
"""

from collections.abc import Iterator
from string import ascii_uppercase
from typing import NamedTuple

ALPHABET = ascii_uppercase


def moved(letter: str, by: int) -> str:
    """The letter so many places later, or earlier where `by` is negative."""
    return ALPHABET[(ALPHABET.index(letter) + by) % 26]


def distances(plain: str, coded: str) -> list[int]:
    """How far each letter was moved, 0 to 25."""
    return [
        (ALPHABET.index(new) - ALPHABET.index(old)) % 26
        for old, new in zip(plain, coded, strict=True)
    ]


class Code(NamedTuple):
    """Moves by `start`, `start + growth`, and so on; or by `start` and `other` in turn."""

    start: int
    growth: int = 0
    other: int | None = None
    backwards: bool = False

    def moves(self, length: int) -> list[int]:
        if self.other is None:
            return [self.start + self.growth * place for place in range(length)]
        return [(self.start, self.other)[place % 2] for place in range(length)]

    def write(self, word: str) -> str:
        """The word in this code."""
        moves = self.moves(len(word))
        coded = "".join(moved(letter, by) for letter, by in zip(word, moves, strict=True))
        return coded[::-1] if self.backwards else coded


def mirrored(word: str) -> str:
    """A for Z, B for Y, and so on."""
    return "".join(ALPHABET[25 - ALPHABET.index(letter)] for letter in word)


def codes_that_fit(by: list[int]) -> Iterator[Code]:
    """The codes that move letters by these distances, told from the first two and then tried."""
    for code in (Code(by[0], growth=by[1] - by[0]), Code(by[0], other=by[1])):
        if [move % 26 for move in code.moves(len(by))] == by:
            yield code


def readings(plain: str, coded: str, word: str) -> set[str]:
    """All that `word` may become in a code of the family that turns `plain` into `coded`."""
    found = set()
    for turn in (1, -1):
        shown = coded[::turn]
        found |= {code.write(word)[::turn] for code in codes_that_fit(distances(plain, shown))}
        if shown == mirrored(plain):
            found.add(mirrored(word)[::turn])
    return found
