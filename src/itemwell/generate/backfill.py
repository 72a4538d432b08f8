"""What must stand before twins can be found: forms and vectors of every question, and the index.

    questions without forms -> forms -> texts without vectors -> vectors, a page in a transaction

By embedders in this process a run does it itself; a vendor's are paid for, so a person asks for it:
see `generate/fill.py`.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine

from itemwell.generate.embedding import Chosen, Row, open_embedder, thresholds_of
from itemwell.generate.money.book import Book
from itemwell.generate.twins import Twins
from itemwell.settings import Settings
from itemwell.similar.embed import EmbedError, text_of
from itemwell.similar.forms import forms_of
from itemwell.store import forms, index_build, thresholds, vectors
from itemwell.store.connect import transact

if TYPE_CHECKING:
    from itemwell.generate.vendors import Vendors

log = structlog.get_logger()

PAGE = 256
"""Questions that are embedded together."""

PAID = frozenset({"openai", "google"})

Told = Callable[[int], None]
"""Is called with the number of questions that got their vectors since it was called last."""


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
    if not needed:
        settings = settings.model_copy(update={"embedder": "hash"})
    async with open_chosen(book, settings, vendors, until=until) as chosen:
        if needed:
            await require_comparable(book.bank, chosen)
        own = await asyncio.to_thread(transact, book.bank, thresholds.own) if needed else {}
        at = thresholds_of(chosen, own)
        yield Twins(book.bank, chosen, at, settings.enemies_per_question)


@asynccontextmanager
async def open_chosen(
    book: Book, settings: Settings, vendors: "Vendors | None" = None, *, until: float = math.inf
) -> AsyncIterator[Chosen]:
    """The embedder in force for the length of the block; a vendor's is paid for out of `book`."""
    async with AsyncExitStack() as stack:
        if settings.embedder in PAID and vendors is None:
            from itemwell.generate.vendors import open_vendors  # noqa: PLC0415 - the local ones need none

            vendors = await stack.enter_async_context(open_vendors(settings, book, until=until))
        yield await open_embedder(settings, vendors)


async def require_comparable(bank: Engine, chosen: Chosen) -> None:
    """See to it that every question can be compared. Raises EmbedError where that must be paid for."""
    add_forms(bank)
    if chosen.name in PAID:
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


async def add_vectors(
    bank: Engine, chosen: Chosen, tell: Told = lambda _: None, *, at_once: int = 1
) -> int:
    """Give every question its vectors, of hash and of the chosen embedder; how many lacked one.

    So many pages are `at_once` asked of a vendor. Where one fails the others under way are finished
    and kept, and its error is raised then.
    """
    added = await _add(bank, chosen, str(chosen.hashed.identity), tell, 1)
    if str(chosen.identity) != str(chosen.hashed.identity):
        added = await _add(bank, chosen, str(chosen.identity), tell, at_once)
    return added


async def _add(bank: Engine, chosen: Chosen, identity: str, tell: Told, at_once: int) -> int:
    started = time.monotonic()
    works = (_add_page(bank, chosen, identity, page) for page in _pages(bank, identity))
    added = await _together(works, at_once, tell)
    if added:
        seconds = f"{time.monotonic() - started:.1f}"
        log.info("questions got their vectors", embedder=identity, questions=added, seconds=seconds)
    return added


async def _together(works: Iterator[Coroutine[Any, Any, int]], at_once: int, tell: Told) -> int:
    """The sum of what they give, so many under way `at_once`. After an error no further one begins."""
    added = 0
    under_way: set[asyncio.Task[int]] = set()
    try:
        while True:
            for work in islice(works, at_once - len(under_way)):
                under_way.add(asyncio.create_task(work))
            if not under_way:
                return added
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=lambda each: each.exception() is not None):
                tell(task.result())
                added += task.result()
    except asyncio.CancelledError:
        for task in under_way:
            task.cancel()
        raise
    finally:
        for last in await asyncio.gather(*under_way, return_exceptions=True):
            tell(last if isinstance(last, int) else 0)


def _pages(bank: Engine, identity: str) -> Iterator[list[vectors.Missing]]:
    last = 0
    while page := transact(
        bank, partial(vectors.missing, embedder=identity, limit=PAGE, after=last)
    ):
        yield page
        last = page[-1].question_id


async def _add_page(
    bank: Engine, chosen: Chosen, identity: str, page: Sequence[vectors.Missing]
) -> int:
    texts = [text_of(each.stem, each.key) for each in page]
    rows = await _rows(bank, chosen, identity, texts)
    mine = [
        _stored(each.question_id, text, row, identity)
        for each, text, row in zip(page, texts, rows, strict=True)
    ]
    await asyncio.to_thread(transact, bank, partial(vectors.add, embedder=identity, rows=mine))
    return len(page)


async def _rows(bank: Engine, chosen: Chosen, identity: str, texts: Sequence[str]) -> list[Row]:
    """The vectors of texts. What the bank holds of a paid text is not paid for again."""
    if identity == str(chosen.hashed.identity):
        return await chosen.hashes(texts)
    if chosen.name not in PAID:
        return await chosen.vectors(texts)
    hashes = [vectors.hash_of(text) for text in texts]
    known = transact(bank, partial(vectors.by_text, embedder=identity, text_hashes=hashes))
    new = [text for text, each in zip(texts, hashes, strict=True) if each not in known]
    found = dict(zip(new, await chosen.vectors(new), strict=True))
    held = zip(texts, hashes, strict=True)
    return [
        found[text] if text in found else Row(chosen.identity, known[each]) for text, each in held
    ]


def _stored(question_id: int, text: str, row: Row, identity: str) -> vectors.Embedded:
    """What is stored of a text; of one that the embedder cannot read, that it was looked at."""
    vector = row.vector if str(row.identity) == identity else None
    return vectors.Embedded(question_id, vectors.hash_of(text), vector)
