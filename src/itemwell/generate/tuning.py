"""The job behind `itemwell dedup tune`: pairs of files and of the bank -> cosines -> thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine

from itemwell.errors import ConfigError
from itemwell.generate.backfill import open_chosen
from itemwell.generate.embedding import Chosen, thresholds_of
from itemwell.generate.money.book import Book
from itemwell.settings import Settings
from itemwell.similar.decide import Compared, Side, Thresholds, compared
from itemwell.similar.embed import text_of
from itemwell.similar.forms import side_of
from itemwell.similar.guard import read
from itemwell.similar.tokens import tokens
from itemwell.similar.tune import (
    DIFF,
    DUP,
    ISO,
    LABELS,
    Far,
    Labelled,
    TooFew,
    Tuned,
    as_figures,
    strangers,
    tune,
)
from itemwell.stopping import run_async
from itemwell.store import decisions, questions, thresholds
from itemwell.store.connect import transact
from itemwell.store.runs import Run

JOB = "dedup_tune"
LABEL_OF = {"duplicate": DUP, "isomorph": ISO, "variant": DIFF, "new": DIFF}
MOST_STEMS = 200
"""Of a file, that are crossed with each other for unrelated pairs."""


class PairOfFile(BaseModel):
    """A line of a file of labelled pairs. `why` is for people."""

    model_config = ConfigDict(extra="ignore")

    a: str = Field(min_length=1, max_length=100_000)
    b: str = Field(min_length=1, max_length=100_000)
    label: str = Field(pattern=f"^({'|'.join(LABELS)})$")
    key_a: str | None = None
    key_b: str | None = None

    @property
    def sides(self) -> tuple[Side, Side]:
        """As the rule compares them."""
        return Side(self.a, self.key_a), Side(self.b, self.key_b)


@dataclass(frozen=True, slots=True)
class Result:
    """Thresholds for an embedder, those in force before, and how many pairs they rest on."""

    embedder: str
    start: Thresholds
    tuned: Tuned
    pairs: int
    corrected: int
    left_out: int  # pairs that the embedder cannot read
    unrelated: int  # pairs that were held out

    @property
    def worse(self) -> bool:
        """Whether fewer duplicates of the held-out half would be caught than are now."""
        return self.tuned.after.caught < self.tuned.before.caught


def read_pairs(path: Path | None) -> list[PairOfFile]:
    """The pairs of a file, or those that come with the program. Raises ConfigError."""
    try:
        source = path or files("itemwell.similar").joinpath("pairs.jsonl")
        lines = source.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "name a file that can be read") from error
    return [_pair(path, at, line) for at, line in enumerate(lines, start=1) if line.strip()]


def run(  # noqa: PLR0913
    bank: Engine,
    under: Run,
    settings: Settings,
    pairs: Sequence[PairOfFile],
    *,
    dry: bool,
    force: bool = False,
) -> Result:
    """Tune and, unless it is `dry`, set the thresholds; those that catch fewer only by `force`.

    Raises ConfigError where pairs are too few.
    """
    book = Book.of(bank, under.id, settings)

    async def work() -> Result:
        async with open_chosen(book, settings) as chosen:
            return await _tuned(bank, chosen, pairs)

    result = run_async(work())
    if not dry and (force or not result.worse):
        set_ = partial(thresholds.put, embedder=result.embedder, figures=as_figures(result.tuned))
        transact(bank, partial(set_, values=result.tuned.thresholds))
    return result


async def _tuned(bank: Engine, chosen: Chosen, pairs: Sequence[PairOfFile]) -> Result:
    identity = str(chosen.identity)
    start = thresholds_of(chosen, transact(bank, thresholds.own))[identity]
    readable = [each for each in pairs if all(tokens(side.stem) for side in each.sides)]
    texts = [text_of(side.stem, side.key) for each in readable for side in each.sides]
    rows = dict(zip(texts, await chosen.vectors(texts), strict=True))
    known = {text: row.vector for text, row in rows.items() if row.identity == chosen.identity}

    def pair(one: Side, other: Side) -> Compared | None:
        first, second = (known.get(text_of(side.stem, side.key)) for side in (one, other))
        if first is None or second is None:
            return None
        return compared(one, other, float(first @ second))

    given = [(pair(*each.sides), each.label) for each in readable]
    mine = [Labelled(each, label) for each, label in given if each]
    corrected = transact(bank, partial(_corrected, identity=identity))
    sides = [side for each in readable for side in each.sides][: 2 * MOST_STEMS : 2]
    far = Far(_crossed(sides[::2], pair), _crossed(sides[1::2], pair))
    try:
        tuned = tune([mine, corrected], far, start)
    except TooFew as error:
        raise ConfigError(str(error), "label more: itemwell dedup mark") from None
    left_out = len(pairs) - len(mine)
    return Result(identity, start, tuned, len(mine), len(corrected), left_out, len(far.held_out))


def _crossed(sides: Sequence[Side], pair: Any) -> list[Compared]:
    """Unrelated pairs of these sides."""
    stems = [side.stem for side in sides]
    words = [frozenset(read(stem).content) for stem in stems]
    found = (pair(sides[one], sides[other]) for one, other in strangers(stems, words))
    return [each for each in found if each]


def _corrected(db: Connection, identity: str) -> list[Labelled]:
    """The bank's pairs that a person has looked at; the last word on each counts."""
    found = decisions.corrected(db, identity)
    last = {(each.signature, each.neighbour_id): each for each in found}
    held = questions.some(db, [each.neighbour_id for each in last.values()])
    others = {each.id: side_of(each.draft) for each in held}
    return [
        Labelled(
            compared(each.candidate, others[each.neighbour_id], each.verdict.figures.cosine),
            LABEL_OF[str(each.corrected)],
        )
        for each in last.values()
    ]


def _pair(path: Path | None, at: int, line: str) -> PairOfFile:
    try:
        return PairOfFile.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{path}: line {at} is no labelled pair: {where or 'JSON'}: {first['msg']}",
            'write {"a": "...", "b": "...", "label": "dup"}, or iso, or diff',
        ) from None
