"""The embeddings of both vendors that have them: vectors of the hash embedder, so that twins are near.

texts -> hashed, tiled to the dimensions asked for -> spoilt where a fault says so -> bill -> envelope
"""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from itemwell.double import google, openai
from itemwell.double.answer import tokens_in
from itemwell.double.bill import Charge, Tokens
from itemwell.double.faults import Fault
from itemwell.double.mind import Mind, Refused
from itemwell.double.seen import text_of
from itemwell.double.vendor import Operation
from itemwell.double.wire import Request, Response
from itemwell.similar.embed import EmbedError
from itemwell.similar.hashing import Hashing

SOLD = {"openai": openai.EMBEDDERS, "google": google.EMBEDDERS}

MOST = {"openai": 2048, "google": 100}
"""Texts that a vendor takes in one request."""

Rows = list[list[float | None]]


def answer(
    mind: Mind, vendor: str, operation: Operation, request: Request, fault: Fault | None
) -> Response:
    """The vectors in the vendor's envelope, on the bill. Refused where the vendor refuses."""
    try:
        body = request.json()
        read = _openai if vendor == "openai" else _google
        model, texts, dimensions = read(operation, body)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise Refused(Fault.BAD_REQUEST, f"Invalid request: {error!r}") from error
    usual = SOLD[vendor].get(model)
    if usual is None:
        raise Refused(Fault.MODEL_NOT_FOUND)
    rows = _vectors(vendor, texts, dimensions or usual)
    if fault and fault.name in SPOILT:
        rows = SPOILT[fault.name](rows)
    tokens = sum(map(tokens_in, texts))
    charge = Charge(
        vendor, model, "", hashlib.sha256(request.body).hexdigest(), Tokens(tokens, 0), time.time(),
        fault=fault.name if fault else "",
    )  # fmt: skip
    mind.bill.charges.append(charge)
    render = _openai_reply if vendor == "openai" else _google_reply
    response = Response.json(render(body, model, rows, tokens))
    response.charge = charge
    return response


def _openai(_: Operation, body: dict[str, Any]) -> tuple[str, list[str], int | None]:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    return body["model"], texts, body.get("dimensions")


def _google(operation: Operation, body: dict[str, Any]) -> tuple[str, list[str], int | None]:
    asked = body["requests"]
    texts = [text_of(each["content"]) for each in asked]
    return operation.argument, texts, asked[0].get("outputDimensionality")


def _vectors(vendor: str, texts: list[str], dimensions: int) -> Rows:
    if not 0 < len(texts) <= MOST[vendor]:
        raise Refused(Fault.BAD_REQUEST, f"at most {MOST[vendor]} requests can be in one batch")
    try:
        hashed = Hashing().embed(texts)
    except EmbedError as error:
        raise Refused(Fault.BAD_REQUEST, "input cannot be an empty string") from error
    copies = -(-dimensions // hashed.shape[1])
    tiled = np.tile(hashed, (1, copies))[:, :dimensions] / np.sqrt(copies)
    rows: Rows = tiled.round(7).tolist()
    return rows


SPOILT: dict[str, Callable[[Rows], Rows]] = {
    "VECTOR_NULL": lambda rows: [[None] * len(rows[0]), *rows[1:]],
    "VECTOR_NAN": lambda rows: [[float("nan"), *rows[0][1:]], *rows[1:]],
    "VECTOR_ZERO": lambda rows: [[0.0] * len(rows[0]), *rows[1:]],
    "VECTOR_SHORT": lambda rows: [rows[0][:-1], *rows[1:]],
    "VECTOR_MISSING": lambda rows: rows[1:],
}


def _openai_reply(body: dict[str, Any], model: str, rows: Rows, tokens: int) -> dict[str, Any]:
    packed = body.get("encoding_format") == "base64" and not any(None in row for row in rows)
    data = [
        {"object": "embedding", "index": at, "embedding": _base64(row) if packed else row}
        for at, row in enumerate(rows)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    # The last comes first: who trusts the order instead of the index gets the wrong vectors.
    return {"object": "list", "data": data[::-1], "model": model, "usage": usage}


def _google_reply(_: dict[str, Any], __: str, rows: Rows, tokens: int) -> dict[str, Any]:
    usage = {"promptTokenCount": tokens, "totalTokenCount": tokens}
    return {"embeddings": [{"values": row} for row in rows], "usageMetadata": usage}


def _base64(row: list[float | None]) -> str:
    return base64.b64encode(np.array(row, dtype="<f4").tobytes()).decode()
