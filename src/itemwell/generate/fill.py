"""The job behind `itemwell dedup backfill`: need -> forms -> vectors -> the index where it pays.

What was done stays done: after an error, a stop or a kill the same command goes on from there.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.generate.backfill import PAGE, PAID, add_forms, add_vectors, open_chosen
from itemwell.generate.embedding import Chosen, batches, most_texts
from itemwell.generate.money.book import Book
from itemwell.generate.vendors import prices_of
from itemwell.llm.door import LLMError
from itemwell.llm.embed import asking
from itemwell.settings import Settings
from itemwell.similar.embed import EmbedError, text_of
from itemwell.stopping import run_async
from itemwell.store import forms, index, index_build, vectors
from itemwell.store.runs import Run

JOB = "dedup_backfill"


@dataclass(slots=True)
class Need:
    """What the bank lacks: questions without forms, and without a vector by embedder.

    `usd` is the most that the vectors of a vendor would cost; None where no price is known.
    """

    forms: int
    vectors: dict[str, int]
    index: bool  # whether one would be built
    usd: Decimal | None = field(default=Decimal(0))

    @property
    def questions(self) -> int:
        """Vectors that are to be made."""
        return sum(self.vectors.values())


@dataclass(slots=True)
class Filled:
    """What was done."""

    need: Need
    forms: int = 0
    vectors: int = 0
    indexed: bool = False
    spent: Decimal = Decimal(0)

    @property
    def left(self) -> int:
        """Vectors that are still to be made."""
        return max(self.need.questions - self.vectors, 0)


def need(bank: Engine, chosen: Chosen, settings: Settings) -> Need:
    """What the bank lacks for twins to be found in it. Nothing is written, nobody is asked."""
    mine = list(dict.fromkeys([str(chosen.hashed.identity), str(chosen.identity)]))
    with bank.connect() as db:
        without = forms.lacking(db)
        lacking = {each: vectors.lacking(db, each) + without for each in mine}
        will_have = vectors.count(db, mine[-1]) + lacking[mine[-1]]
        pays = will_have >= index.INDEX_FROM and index.extension(db) is not None
        build = pays and not index.ready(db, mine[-1])
    price = _price(bank, chosen, settings) if chosen.name in PAID else Decimal(0)
    return Need(without, lacking, build, price)


def run(bank: Engine, under: Run, settings: Settings, tell: Callable[[int, int], None]) -> Filled:
    """Give the bank what it lacks, and leave outcome and counts with the run.

    `tell` is called with the vectors made so far and those wanted in all.
    """
    book = Book.of(bank, under.id, settings)
    return run_async(_fill(book, under, settings, tell))


async def _fill(
    book: Book, under: Run, settings: Settings, tell: Callable[[int, int], None]
) -> Filled:
    async with open_chosen(book, settings) as chosen:
        found = await asyncio.to_thread(need, book.bank, chosen, settings)
        filled = Filled(found)

        def note(more: int) -> None:
            filled.vectors += more
            tell(filled.vectors, found.questions)

        tell(0, found.questions)
        try:
            filled.forms = add_forms(book.bank)
            at_once = settings.parallel_calls if chosen.name in PAID else 1
            await add_vectors(book.bank, chosen, note, at_once=at_once)
            under.outcome = _done(filled)
        except (EmbedError, LLMError) as error:
            under.outcome = _stuck(filled, error)
        else:
            filled.indexed = await asyncio.to_thread(
                index_build.prepare, book.bank, chosen.identity
            )
        finally:
            filled.spent = book.spent
            under.counts = {"forms": filled.forms, "vectors": filled.vectors}
        return filled


def _done(filled: Filled) -> Outcome:
    if not filled.forms and not filled.vectors:
        return Outcome(Exit.OK, "nothing", "every question has its forms and vectors")
    told = f"{filled.vectors} vectors made"
    return Outcome(Exit.OK, "done", told)


def _stuck(filled: Filled, error: EmbedError | LLMError) -> Outcome:
    told = f"{filled.vectors} vectors made, {filled.left} left: {error}"
    step = error.next_step or "the same command goes on from here"
    return Outcome(Exit.PARTIAL if filled.vectors else error.exit, error.reason, told, step)


def _price(bank: Engine, chosen: Chosen, settings: Settings) -> Decimal | None:
    """The worst price of what would be asked: a token a byte."""
    prices, total = prices_of(settings), Decimal(0)
    vendor, model = chosen.identity.vendor, chosen.identity.model
    for texts in _texts(bank, chosen):
        for batch in batches(texts, most_texts(chosen.identity)):
            usage = asking(batch, chosen.dimensions).worst_usage
            price = prices.of(usage, vendor, model)
            if price is None:
                return None
            total += price
    return total


def _texts(bank: Engine, chosen: Chosen) -> Iterator[list[str]]:
    """The texts that a vendor would be asked for, page by page."""
    identity, last = str(chosen.identity), 0
    with bank.connect() as db:
        while page := vectors.missing(db, identity, PAGE, after=last):
            yield _new(db, chosen, [text_of(each.stem, each.key) for each in page])
            last = page[-1].question_id
        last = 0
        while formless := forms.without(db, PAGE, after=last):
            drafts = [each.draft for each in formless]
            yield _new(db, chosen, [text_of(each.stem, each.right.text) for each in drafts])
            last = formless[-1].question_id


def _new(db: Connection, chosen: Chosen, texts: list[str]) -> list[str]:
    held = vectors.by_text(db, str(chosen.identity), [vectors.hash_of(text) for text in texts])
    once = dict.fromkeys(texts)
    return [text for text in once if vectors.hash_of(text) not in held and chosen.known(text)]
