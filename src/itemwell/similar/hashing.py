"""Signed feature hashing of words and of 3 and 4 neighbouring letters: always there, any script.

texts -> one array of code points -> rolling hashes of words and letters -> signed sums -> unit rows

The hashes are polynomials modulo 2^64 computed for a whole batch at once, so that the same text has
the same vector in every process and on every machine, alone or in any batch.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from itemwell.similar.embed import EmbedError, Identity, unit
from itemwell.similar.tokens import fold, spaceless, tokens
from itemwell.similar.words import FUNCTION

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

DIMENSIONS = 384
BATCH = 256
LONGEST = 20_000
"""Signs of a text that are read."""

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPACE = ord(" ")
_FUNCTION_WEIGHT = 0.3  # beside 1 for a word of content
_GRAM_WEIGHT = 0.45
_PUNCTUATION = frozenset(".,;:?!\"'")

Hashes = NDArray[np.uint64]
Weighted = tuple[NDArray[np.int64], Hashes, NDArray[np.float64]]
"""Rows, hashes and weights of features."""


class Hashing:
    """The embedder without a model."""

    identity = Identity("itemwell", "hash", "1", DIMENSIONS)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """One unit row a text. Raises EmbedError for a text without words and signs."""
        rows = [_embed_batch(texts[at : at + BATCH], at) for at in range(0, len(texts), BATCH)]
        return unit(np.concatenate(rows or [np.zeros((0, DIMENSIONS))]), len(texts), self.identity)

    def knows(self, text: str) -> bool:
        """Every text with a word or a sign in it."""
        return bool(tokens(text[:LONGEST]))


def _embed_batch(texts: Sequence[str], offset: int) -> NDArray[np.float64]:
    lines = [_line(text) for text in texts]
    for at, line in enumerate(lines, start=offset):
        if line == " ":
            raise EmbedError(f"text {at} has no word or sign to embed", "give the question a stem")
    codes = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(
        np.uint64
    )
    rows = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    out = np.zeros(len(lines) * DIMENSIONS)
    for row, hashes, weights in (
        _words(codes, rows),
        _grams(codes, rows, 3),
        _grams(codes, rows, 4),
    ):
        mixed = _mix(hashes)
        places = row * DIMENSIONS + (mixed % np.uint64(DIMENSIONS)).astype(np.int64)
        signs = np.where(mixed >> np.uint64(63), 1.0, -1.0)
        out += np.bincount(places, weights=signs * weights, minlength=len(out))
    return out.reshape(len(lines), DIMENSIONS)


def _line(text: str) -> str:
    """The folded words with a space before, between and behind; scripts without spaces stay whole."""
    out, glued = [" "], False
    for token in tokens(text[:LONGEST]):
        if token.text in _PUNCTUATION:
            continue
        whole = spaceless(token.text)
        out.append(fold(token.text) if glued and whole else f" {fold(token.text)}")
        glued = whole
    return "".join([*out[1:], " "])


def _words(codes: Hashes, rows: NDArray[np.int64]) -> Weighted:
    """Each word's polynomial, by the difference of running sums at its two ends."""
    powers = _powers(_BASE, len(codes) + 1)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers[:-1], dtype=np.uint64)])
    spaces = np.flatnonzero(codes == _SPACE)
    starts, ends = spaces[:-1] + 1, spaces[1:]
    real = ends > starts
    starts, ends = starts[real], ends[real]
    hashes = (sums[ends] - sums[starts]) * _powers(_INVERSE, len(codes) + 1)[starts]
    light = np.isin(hashes, _function_hashes())
    return rows[starts], hashes, np.where(light, _FUNCTION_WEIGHT, 1.0)


def _grams(codes: Hashes, rows: NDArray[np.int64], size: int) -> Weighted:
    """`size` neighbouring signs within a word, with the spaces at its ends."""
    count = max(0, len(codes) - size + 1)
    hashes = np.full(count, size, dtype=np.uint64)
    whole = rows[:count] == rows[size - 1 :] if count else np.zeros(0, dtype=bool)
    for place in range(size):
        signs = codes[place : place + count]
        hashes = hashes * np.uint64(_BASE) + signs
        if 0 < place < size - 1:
            whole &= signs != _SPACE
    return rows[:count][whole], hashes[whole], np.full(int(whole.sum()), _GRAM_WEIGHT)


@cache
def _function_hashes() -> Hashes:
    """The hashes of the words that carry no topic."""
    found = []
    for word in sorted(FUNCTION):
        value = sum(ord(sign) * pow(_BASE, at, 1 << 64) for at, sign in enumerate(word))
        found.append(value % (1 << 64))
    return np.array(found, dtype=np.uint64)


def _powers(base: int, count: int) -> Hashes:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mix(hashes: Hashes) -> Hashes:
    """splitmix64's last steps: every bit of the sum counts in every bit of the hash."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
