"""What must stand before twins can be found: forms and vectors of every question, and the index.

    questions without forms -> forms -> texts without vectors -> vectors, a page in a transaction

By embedders in this process a run does it itself; a vendor's are paid for, so a person asks for it.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine

from itemwell.generate.embedding import Chosen, Row, open_embedder
from itemwell.generate.money.book import Book
from itemwell.generate.twins import Twins, thresholds_of
from itemwell.settings import Settings
from itemwell.similar.embed import EmbedError, text_of
from itemwell.similar.forms import forms_of
from itemwell.store import forms, index_build, vectors
from itemwell.store.connect import transact

if TYPE_CHECKING:
    from itemwell.generate.vendors import Vendors

log = structlog.get_logger()

PAGE = 256
"""Questions that are embedded together."""

Told = Callable[[int], None]


@asynccontextmanager
async def open_twins(
    book: Book,
    settings: Settings,
    vendors: "Vendors | None" = None,
    *,
    needed: bool = True,
    until: float = math.inf,
) -> AsyncIterator[Twins]:
    """The twins of a run for the length of the block, once all of the bank can be compared.

    Where they are not `needed` nothing is loaded. Raises EmbedError where the bank has questions
    without vectors that would have to be paid for.
    """
    async with AsyncExitStack() as stack:
        if needed and settings.embedder in {"openai", "google"} and vendors is None:
            from itemwell.generate.vendors import open_vendors  # noqa: PLC0415 - the local ones need none

            vendors = await stack.enter_async_context(open_vendors(settings, book, until=until))
        if not needed:
            settings = settings.model_copy(update={"embedder": "hash"})
        chosen = await open_embedder(settings, vendors)
        if needed:
            await require_comparable(book.bank, chosen)
        yield Twins(book.bank, chosen, thresholds_of(chosen), settings.enemies_per_question)


async def require_comparable(bank: Engine, chosen: Chosen) -> None:
    """See to it that every question can be compared. Raises EmbedError where that must be paid for."""
    add_forms(bank)
    if chosen.name in {"openai", "google"}:
        identity = str(chosen.identity)
        lacking = transact(bank, partial(vectors.lacking, embedder=identity))
        if lacking:
            raise EmbedError(
                f"{lacking} questions of the bank have no vector of {identity}",
                "run: itemwell dedup backfill",
            )
    else:
        await add_vectors(bank, chosen)
    await asyncio.to_thread(index_build.prepare, bank, chosen.identity)


def add_forms(bank: Engine) -> int:
    """Give every question its forms; how many had none."""
    added, last = 0, 0
    while True:
        page = transact(bank, partial(forms.without, limit=PAGE, after=last))
        if not page:
            break
        found = [(each.question_id, forms_of(each.draft)) for each in page]
        transact(bank, partial(forms.add_all, found=found))
        added, last = added + len(page), page[-1].question_id
    if added:
        log.info("questions of before can be compared now", questions=added)
    return added


async def add_vectors(bank: Engine, chosen: Chosen, tell: Told = lambda _: None) -> int:
    """Give every question its vectors, of hash and of the chosen embedder; how many lacked one."""
    added = await _add(bank, chosen, str(chosen.hashed.identity), tell)
    if str(chosen.identity) != str(chosen.hashed.identity):
        added = await _add(bank, chosen, str(chosen.identity), tell)
    return added


async def _add(bank: Engine, chosen: Chosen, identity: str, tell: Told) -> int:
    added, last, started = 0, 0, time.monotonic()
    while True:
        page = transact(bank, partial(vectors.missing, embedder=identity, limit=PAGE, after=last))
        if not page:
            break
        texts = [text_of(each.stem, each.key) for each in page]
        by_hash = identity == str(chosen.hashed.identity)
        rows = await (chosen.hashes(texts) if by_hash else chosen.vectors(texts))
        mine = [
            _stored(each.question_id, text, row, identity)
            for each, text, row in zip(page, texts, rows, strict=True)
        ]
        transact(bank, partial(vectors.add, embedder=identity, rows=mine))
        added, last = added + len(page), page[-1].question_id
        tell(added)
    if added:
        seconds = f"{time.monotonic() - started:.1f}"
        log.info("questions got their vectors", embedder=identity, questions=added, seconds=seconds)
    return added


def _stored(question_id: int, text: str, row: Row, identity: str) -> vectors.Embedded:
    """What is stored of a text; of one that the embedder cannot read, that it was looked at."""
    vector = row.vector if str(row.identity) == identity else None
    return vectors.Embedded(question_id, vectors.hash_of(text), vector)
