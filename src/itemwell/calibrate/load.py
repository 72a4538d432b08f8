"""The bank's answers -> answers that a fit can use, packed. Pure: chunks of columns come in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from itemwell.calibrate import choices
from itemwell.calibrate.numbering import FREE, Numbering, places
from itemwell.calibrate.packed import ITEM, LETTER, LOW, ONE, Answers, Marks
from itemwell.calibrate.rules import CLOCKS_APART, LONGEST_MS, Counts, Rules
from itemwell.calibrate.sieve import Letters, drop_careless, drop_repeated

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
LAST_SECOND = 2**32 - 1


class Chunk(Protocol):
    """Columns of answers, as `store.stream.Chunk` has them and says what they are."""

    @property
    def users(self) -> NDArray[np.int64]: ...
    @property
    def questions(self) -> NDArray[np.int64]: ...
    @property
    def correct(self) -> NDArray[np.bool_]: ...
    @property
    def letters(self) -> NDArray[np.uint8]: ...
    @property
    def times_ms(self) -> NDArray[np.int32]: ...
    @property
    def answered(self) -> NDArray[np.int64]: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """Usable answers in the form of `irt.Responses.packed`, and what became of the others.

    Item i is the question `question_ids[i]`; they ascend, and each has an answer. Persons come in the
    order of their hashes, and a person's answers in that of their moments: the same answers give
    the same arrays, in whatever order the table has them. They are `in_order` where most moments of
    a person differ; answers that were imported without times have none, and come by item.
    """

    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    question_ids: NDArray[np.int64]
    counts: Counts
    chosen: choices.Chosen
    in_order: bool = True

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.question_ids)


def load(
    chunks: Iterable[Chunk],
    question_ids: Iterable[int],
    *,
    now: datetime,
    rules: Rules | None = None,
) -> Loaded:
    """The usable answers of `chunks` to the bank's questions; `now` is the server's time.

    Of a learner's answers to a question the first counts, by its second; of several in one second
    the first of the table. A learner with a single usable answer stays.
    """
    rules, counts, answers, letters = rules or Rules(), Counts(), Answers(), Letters()
    ids = np.unique(np.fromiter(question_ids, np.int64))
    find, learners = places(ids), Numbering()
    for chunk in chunks:
        item = find(chunk.questions)
        kept = _possible(chunk, item, now, rules, counts)
        person = learners.number(chunk.users[kept])
        letter = chunk.letters[kept]
        low = item[kept].astype(np.uint32) << ITEM.astype(np.uint32)
        low |= choices.LETTER_OF[letter] << LETTER.astype(np.uint32)
        low |= chunk.correct[kept]
        seconds = np.clip(chunk.answered[kept] // SECOND, 0, LAST_SECOND)
        answers.add(person, low, chunk.times_ms[kept], seconds)
        letters.add(person, letter, learners.count)
    answers.trim()
    same_letter = letters.always_the_same(answers, learners.count)
    drop_repeated(answers, learners.count, counts)
    drop_careless(answers, same_letter, len(ids), rules, counts)
    rank = np.argsort(np.argsort(learners.keys())).astype(np.uint64)
    return _packed(answers, rank, ids, counts)


def _possible(
    chunk: Chunk, item: NDArray[np.int32], now: datetime, rules: Rules, counts: Counts
) -> Marks | slice:
    """Which answers of the chunk can be, and are to known questions; the others are counted."""
    kept: Marks = item != FREE
    counts.read += len(item)
    counts.orphans += len(item) - int(kept.sum())
    refused = {}
    if rules.since:
        refused["before_since"] = chunk.answered < _microseconds(rules.since)
    if rules.impossible:
        refused["future"] = chunk.answered > _microseconds(now + CLOCKS_APART)
        refused["mistimed"] = (chunk.times_ms < -1) | (chunk.times_ms > LONGEST_MS)
    for name, marks in refused.items():
        setattr(counts, name, getattr(counts, name) + int((kept & marks).sum()))
        kept &= ~marks
    return slice(None) if kept.all() else kept


def _packed(
    answers: Answers, rank: NDArray[np.uint64], ids: NDArray[np.int64], counts: Counts
) -> Loaded:
    """The answers sorted, persons by `rank`; persons and items without any are left out.

    Takes `answers` apart.
    """
    used = np.zeros(len(ids), np.bool_)
    for here in answers.pieces():
        used[answers.items(here)] = True
    number = (np.cumsum(used) - 1).astype(np.uint32)
    item_bits = int(ITEM) + len(ids).bit_length()
    time_bits = 64 - item_bits - len(rank).bit_length()
    _put_moments_between(answers, rank, item_bits, time_bits)
    answers.forget_times()
    answers.packed.sort()
    codes, low = np.empty(answers.count, np.uint32), np.uint64((1 << item_bits) - 1)

    def unpack(here: slice) -> tuple[int, NDArray[np.int64]]:
        """Moments that follow another one, and where persons begin."""
        packed = answers.packed[here]
        codes[here] = number[((packed & low) >> ITEM).view(np.int64)]
        codes[here] <<= 1
        codes[here] |= (packed & ONE).astype(np.uint32)
        moment = packed >> np.uint64(item_bits)
        person = (moment >> np.uint64(time_bits)).view(np.int64)
        before = answers.packed[here.start - 1] >> np.uint64(item_bits + time_bits)
        begins = np.flatnonzero(np.diff(person, prepend=int(before) if here.start else -1))
        return int(np.count_nonzero(moment[1:] != moment[:-1])), here.start + begins

    found = answers.each_piece(unpack)
    apart = sum(number for number, _ in found)
    starts = np.concatenate([*(begins for _, begins in found), [len(codes)]])
    sizes = np.diff(starts)
    counts.used, counts.learners, counts.questions = len(codes), len(sizes), int(used.sum())
    in_order = apart - len(sizes) >= (len(codes) - len(sizes)) / 2
    chosen = choices.chosen(codes, starts, answers.packed, int(used.sum()))
    return Loaded(codes, starts, ids[used], counts, chosen, in_order)


def _put_moments_between(
    answers: Answers, rank: NDArray[np.uint64], item_bits: int, time_bits: int
) -> None:
    """Make of person | item | right a rank | moment | item | right, as finely as there are bits."""
    first = int(answers.seconds[: answers.count].min(initial=LAST_SECOND))
    last = int(answers.seconds[: answers.count].max(initial=0))
    coarser = np.uint64(max(0, max(0, last - first).bit_length() - time_bits))
    up, over = np.uint64(item_bits), np.uint64(item_bits + time_bits)

    def put(here: slice) -> None:
        moment = answers.seconds[here].astype(np.uint64)
        moment -= np.uint64(first)
        moment >>= coarser
        moment <<= up
        moment |= rank[answers.persons(here)] << over
        answers.packed[here] &= LOW
        answers.packed[here] |= moment

    answers.each_piece(put)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
