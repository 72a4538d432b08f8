"""all-MiniLM-L6-v2 in numpy alone: word pieces -> 6 layers of attention -> mean -> unit rows.

The names follow the paper (Attention Is All You Need): q, k, v, and BERT's file of weights. Texts of
like length are read together; a row does not depend on its neighbours beyond the last bits.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from itemwell.errors import ConfigError
from itemwell.similar import weights
from itemwell.similar.embed import EmbedError, Identity, unit
from itemwell.similar.wordpiece import WordPieces

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

DIMENSIONS = 384
LAYERS, HEADS = 6, 12
LONGEST = 256
"""Word pieces of a text that are read, as the model was trained."""

PIECES_AT_ONCE = 2048
"""Of a batch, padding and all: what bounds the memory."""

KNOWN_SHARE = 0.8
"""Of a text's letters so many must be Latin or Greek: of others the model knows single letters at best."""

Array = NDArray[np.float32]


class MiniLM:
    """The model over its word pieces and weights; `MiniLM.found()` is how it is had."""

    identity = Identity(
        "sentence-transformers",
        "all-MiniLM-L6-v2",
        weights.SHA256["model.safetensors"][:12],
        DIMENSIONS,
    )

    def __init__(self, pieces: WordPieces, arrays: weights.Weights, words: weights.Rows) -> None:
        self._pieces = pieces
        self._weights = arrays
        self._words = words
        self._threads = ThreadpoolController()

    @classmethod
    def found(cls, directory: Path | None = None) -> "MiniLM":
        """The model of `directory` or of the installed package.

        Raises ConfigError where there is none, or its files are not the known ones.
        """
        place = weights.find(directory)
        if place is None:
            raise ConfigError("the weights of all-MiniLM-L6-v2 are not installed", weights.INSTALL)
        weights.verify(place)
        return cls(WordPieces.load(place / "vocab.txt"), *weights.load(place / "model.safetensors"))

    def _one_thread(self) -> AbstractContextManager[object]:
        """Two threads are a quarter faster, and take the cores of whoever waits for a vendor."""
        limit: AbstractContextManager[object] = self._threads.limit(limits=1, user_api="blas")
        return limit

    def knows(self, text: str) -> bool:
        """Whether this model's vector of `text` may be trusted.

        Not where a word is unknown to it, where the script is not one it was trained on, or where
        the text is longer than it reads: unrelated texts would get the same vector.
        """
        pieces = self._pieces.pieces(text)
        return (
            bool(pieces)
            and len(pieces) <= LONGEST - 2
            and self._pieces.unknown not in pieces
            and _readable(text)
        )

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """One unit row a text. Raises EmbedError for a text without a word piece."""
        with self._one_thread():
            return self._read(texts)

    def _read(self, texts: Sequence[str]) -> "Vectors":
        encoded = [self._pieces.encode(text, LONGEST) for text in texts]
        empty = next((at for at, pieces in enumerate(encoded) if len(pieces) == 2), None)
        if empty is not None:
            raise EmbedError(
                f"text {empty} has no word or sign to embed", "give the question a stem"
            )
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for batch in _batches([len(pieces) for pieces in encoded]):
            out[batch] = self._mean([encoded[at] for at in batch])
        return unit(out, len(texts), self.identity)

    def _mean(self, encoded: list[list[int]]) -> Array:
        """The mean of the last layer over each text's own pieces."""
        longest = max(map(len, encoded))
        pieces = np.array([row + [0] * (longest - len(row)) for row in encoded])
        mask = np.arange(longest) < np.array([[len(row)] for row in encoded])
        hidden = self._layers(self._embedded(pieces), mask)
        kept = mask[:, :, None].astype(np.float32)
        mean: Array = (hidden * kept).sum(axis=1) / kept.sum(axis=1)
        return mean

    def _embedded(self, pieces: NDArray[np.int64]) -> Array:
        w = self._weights
        summed = (
            self._words[pieces]
            + w["embeddings.position_embeddings.weight"][: pieces.shape[1]]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normal(summed, "embeddings.LayerNorm")

    def _layers(self, hidden: Array, mask: NDArray[np.bool_]) -> Array:
        hiding = np.where(mask, 0, -1e9).astype(np.float32)[:, None, None, :]
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}."
            attended = self._linear(
                self._attention(hidden, hiding, name), f"{name}attention.output.dense"
            )
            hidden = self._normal(attended + hidden, f"{name}attention.output.LayerNorm")
            wide = _gelu(self._linear(hidden, f"{name}intermediate.dense"))
            hidden = self._normal(
                self._linear(wide, f"{name}output.dense") + hidden, f"{name}output.LayerNorm"
            )
        return hidden

    def _attention(self, hidden: Array, hiding: Array, name: str) -> Array:
        q, k, v = (
            self._heads(self._linear(hidden, f"{name}attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(-1, -2) / np.float32(np.sqrt(DIMENSIONS / HEADS)) + hiding
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        out: Array = (scores @ v).swapaxes(1, 2).reshape(hidden.shape)
        return out

    def _heads(self, wide: Array) -> Array:
        """(texts, pieces, dimensions) as (texts, heads, pieces, dimensions of a head)."""
        return wide.reshape(*wide.shape[:2], HEADS, DIMENSIONS // HEADS).swapaxes(1, 2)

    def _linear(self, hidden: Array, name: str) -> Array:
        weight = self._weights[f"{name}.weight"]
        out = hidden.reshape(-1, hidden.shape[-1]) @ weight.T + self._weights[f"{name}.bias"]
        return out.reshape(*hidden.shape[:-1], weight.shape[0])

    def _normal(self, hidden: Array, name: str) -> Array:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        out: Array = (
            centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        )
        return out


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts of like length together, each batch within PIECES_AT_ONCE."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[at] * (len(batch) + 1) > PIECES_AT_ONCE:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _gelu(x: Array) -> Array:
    """The Gaussian unit x Phi(x), with erf by formula 7.1.26 of Abramowitz and Stegun: off by 1.5e-7 at most."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = np.full_like(t, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= t
        series += np.float32(factor)
    erf = 1 - series * t * np.exp(-z * z)
    out: Array = np.float32(0.5) * x * (1 + np.copysign(erf, x))
    return out


def _readable(text: str) -> bool:
    """Whether the letters are Latin or Greek, but for a few."""
    letters = [sign for sign in text if sign.isalpha()]
    return sum(map(_latin_or_greek, letters)) >= KNOWN_SHARE * len(letters)


@lru_cache(maxsize=1 << 12)
def _latin_or_greek(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith(
        ("LATIN ", "GREEK ", "MATHEMATICAL ", "MICRO ")
    )
