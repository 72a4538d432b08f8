"""Embeddings through the door: texts -> an Ask -> a vendor -> a Reply whose answer is unit vectors.

An embedding is asked for as anything else is, so that budget, journal, pace, patience and breaker
hold for it unchanged; `vectored` stands next to the vendor, and what the journal keeps is short.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from itemwell.llm.door import Around, Ask, Kind, LLMError, Model, Reply, Said, Trace, Usage
from itemwell.llm.reading import clean
from itemwell.llm.transport import KEPT_CHARACTERS
from itemwell.similar.embed import EmbedError, Identity, unit

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

STAGE = "embed"

KINDS: Mapping[str, Kind | None] = {"done": None}
"""An embedding has no finish reason: it is there, or there is none."""

BYTES_PER_NUMBER = 32
"""More than any JSON writes for one."""

FLOAT = "<f4"


class Rows(BaseModel):
    """Vectors on their way: each the base64 of float32, little-endian."""

    model_config = ConfigDict(extra="forbid")

    rows: tuple[str, ...]


class UnitRows(BaseModel):
    """Vectors that were checked: float32 of shape (texts, dimensions), each of length 1."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    rows: Any


def asking(texts: Sequence[str], dimensions: int) -> Ask:
    """The ask for the vectors of `texts`. Its prompt is what determines them, as JSON."""
    said = {"dimensions": dimensions, "texts": [clean(text) for text in texts]}
    prompt = json.dumps(said, ensure_ascii=False)
    return Ask(STAGE, system="", prompt=prompt, answer=Rows, max_output_tokens=0)


def texts_of(ask: Ask) -> list[str]:
    """The texts of an ask that `asking` made."""
    texts: list[str] = json.loads(ask.prompt)["texts"]
    return texts


def most_bytes(texts: int, dimensions: int) -> int:
    """A body of so many vectors is never longer."""
    return 100_000 + texts * dimensions * BYTES_PER_NUMBER


def said(rows: Sequence[str | Sequence[float]], usage: Usage | None) -> Said:
    """What a vendor's envelope says: its vectors in order, each as base64 or as numbers."""
    packed = [row if isinstance(row, str) else _packed(row) for row in rows]
    return Said(json.dumps({"rows": packed}), "done", usage=usage)


@dataclass(frozen=True, slots=True)
class Vectored(Around):
    """A model whose answers are unit vectors. See `vectored`."""

    model: Model
    identity: Identity

    async def __call__(self, ask: Ask) -> Reply:
        """The vectors of all the texts. Raises LLMError of kind invalid where one may not be trusted."""
        try:
            reply = await self.model(ask)
        except LLMError as error:
            error.trace = replace(error.trace, text=error.trace.text[:KEPT_CHARACTERS])
            raise
        assert isinstance(reply.answer, Rows)
        count = len(reply.answer.rows)
        kept = f"{count} vectors of {self.identity}"
        try:
            vectors = unit(_matrix(reply.answer), len(texts_of(ask)), self.identity)
        except (EmbedError, ValueError) as error:
            trace = Trace(kept, reply.finish, reply.usage, reply.seconds, reply.request_id)
            why = f"{self.vendor} {self.name}: {error}"
            raise LLMError("invalid", why, perhaps_billed=True, trace=trace) from None
        return replace(reply, answer=UnitRows(rows=vectors), text=kept)


def vectored(model: Model, identity: Identity) -> Vectored:
    """`model`, an embedder, whose vectors are checked and of which the journal keeps the number."""
    return Vectored(model, identity)


def vectors_of(reply: Reply) -> "Vectors":
    """The vectors in the reply of a `vectored` model."""
    assert isinstance(reply.answer, UnitRows)
    vectors: Vectors = reply.answer.rows
    return vectors


def _packed(row: Sequence[float]) -> str:
    import numpy as np  # noqa: PLC0415 - who asks for no vectors does not wait for it

    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
        return base64.b64encode(np.array(row, dtype=FLOAT).tobytes()).decode()


def _matrix(rows: Rows) -> Any:
    """The rows as one array. Raises ValueError where they are no numbers, or of several lengths."""
    import numpy as np  # noqa: PLC0415

    try:
        parts = [base64.b64decode(row, validate=True) for row in rows.rows]
    except binascii.Error as error:
        raise ValueError(f"a vector is no base64: {error}") from None
    lengths = sorted({len(part) // 4 for part in parts})
    if len(lengths) != 1 or len(parts[0]) % 4:
        raise ValueError(f"vectors of {lengths} dimensions in one answer")
    return np.frombuffer(b"".join(parts), dtype=FLOAT).reshape(len(parts), lengths[0])
