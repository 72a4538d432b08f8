"""Vectors of questions: whose they are, and what every embedder promises.

Vectors of different identities are never compared: two models of the same dimensions live in
different spaces, and mixing them fails silently. numpy is imported where it is used, so that this
module costs nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from itemwell.errors import ItemwellError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class EmbedError(ItemwellError):
    """No vector, or none that may be trusted: nothing that waits for it may be kept."""

    reason = "embed"


class Identity(NamedTuple):
    """Whose vectors these are. `revision` changes whenever the same text gets another vector."""

    vendor: str
    model: str
    revision: str
    dimensions: int

    def __str__(self) -> str:
        return f"{self.vendor}:{self.model}@{self.revision}/{self.dimensions}"


class Embedder(Protocol):
    """What turns texts into unit vectors."""

    @property
    def identity(self) -> Identity:
        """Stored with every vector."""
        ...

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """float32 of shape (texts, dimensions), each row of length 1, in the order of `texts`.

        Nothing for nothing: shape (0, dimensions). Raises EmbedError for a text that holds no
        word or sign, and for a vector that is not finite, is zero, or has a wrong shape.
        """
        ...


def text_of(stem: str, key: str | None) -> str:
    """What is embedded: stem and key, never the passage before the stem.

    A passage would fill the window of a model: all questions after it would get one vector. The
    key tells "Which statement is true?" from all its namesakes.

    >>> text_of(" Which statement is true? ", "Iron rusts.")
    'Which statement is true? Iron rusts.'
    """
    return " ".join(f"{stem} {key or ''}".split())


def unit(vectors: "NDArray[np.floating]", count: int, identity: Identity) -> "Vectors":
    """`vectors` scaled to length 1, as float32. Raises EmbedError for what is no `count` vectors."""
    import numpy as np  # noqa: PLC0415 - whoever only names an embedder does not wait for numpy

    wide = np.asarray(vectors, dtype=np.float64)
    if wide.shape != (count, identity.dimensions):
        raise EmbedError(
            f"{identity} gave vectors of shape {wide.shape} instead of {(count, identity.dimensions)}",
            "compare the configured dimensions with the model's",
        )
    if not np.isfinite(wide).all():
        raise EmbedError(f"{identity} gave a vector that is not finite; nothing of it is stored")
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if count and lengths.min() < 1e-12:
        raise EmbedError(f"{identity} gave a vector of zeros; nothing of it is stored")
    scaled: Vectors = (wide / lengths).astype(np.float32)
    return scaled
