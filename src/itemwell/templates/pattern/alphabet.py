"""Letters as numbers: A is 1 and Z is 26, and nothing lies before or after."""

from collections.abc import Iterable

LETTERS = range(1, 27)
VOWELS = (1, 5, 9, 15, 21)
CONSONANTS = frozenset(LETTERS) - set(VOWELS)


def spelt(places: Iterable[int]) -> str:
    """The letters at `places`.

    >>> spelt([1, 3, 26])
    'ACZ'
    """
    return "".join(chr(64 + place) for place in places)


def places(text: Iterable[str]) -> list[int]:
    """The places of capital letters in the alphabet."""
    return [ord(letter) - 64 for letter in text]
