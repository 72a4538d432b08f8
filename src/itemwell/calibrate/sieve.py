"""The rules that look at more than one answer: repeated answers, rapid guesses, bots. See `rules.py`."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from itemwell.calibrate.numbering import FREE, Numbering
from itemwell.calibrate.packed import HALF, ITEM, LOW, Answers, Marks, Whole, ranges
from itemwell.calibrate.rules import (
    BOT_FEWEST_TIMES,
    BOT_LETTERS,
    BOT_SHARE,
    FEWEST_TIMES,
    RAPID_MOST_MS,
    RAPID_SHARE,
    Counts,
    Rules,
)

LONGEST_MEDIAN = 1 << 17
"""Milliseconds: what takes longer than this is far beyond where RAPID_MOST_MS takes over."""

CELLS, MOST_SPANS = 1 << 19, 256
"""Items times spans of time in which answers are counted, and spans an item."""

THREADS = 2
"""That look for repeated answers, each in a part of the learners."""


class Letters:
    """Who chose one letter and no other, and how often. Most learners are soon seen not to."""

    def __init__(self) -> None:
        self._letter = np.zeros(0, np.uint8)  # the first that was seen; 0: none
        self._mixed = np.zeros(0, np.bool_)
        self._count = np.zeros(0, np.int32)

    def add(self, persons: NDArray[np.int32], letters: NDArray[np.uint8], learners: int) -> None:
        """Take note of the letters, 0 for none, that these of so many learners chose."""
        self._make_room(learners)
        told = np.flatnonzero((letters != 0) & ~self._mixed[persons])
        who, letter = persons[told], letters[told]
        new = self._letter[who] == 0
        self._letter[who[new]] = letter[new]
        self._mixed[who[self._letter[who] != letter]] = True
        np.add.at(self._count, who[~self._mixed[who]], 1)

    def always_the_same(self, learners: int) -> Marks:
        """Which learners chose one letter and no other, often enough to be bots."""
        self._make_room(learners)
        marks: Marks = ~self._mixed[:learners] & (self._count[:learners] >= BOT_LETTERS)
        return marks

    def _make_room(self, learners: int) -> None:
        if learners > len(self._letter):
            for column in (self._letter, self._mixed, self._count):
                column.resize(learners + learners // 4, refcheck=False)


def drop_repeated(answers: Answers, learners: int, counts: Counts) -> None:
    """Leave out all but a learner's first answer to a question."""
    parts = ranges(answers.tally(learners, answers.persons))
    with ThreadPoolExecutor(THREADS) as threads:
        found = threads.map(lambda part: _later(answers, answers.of_persons(*part)), parts)
        later = [each for each in found if len(each)]
    if later:
        kept = np.ones(answers.count, np.bool_)
        kept[np.concatenate(later)] = False
        counts.repeated = answers.count - int(kept.sum())
        answers.keep(kept)


def drop_careless(
    answers: Answers, same_letter: Marks, items: int, rules: Rules, counts: Counts
) -> None:
    """Leave out rapid guesses, and all answers of bots; `same_letter` marks who is one by letters."""
    if not (rules.rapid or rules.bots):
        return
    rapid = _rapid(answers, _thresholds(answers, items))
    bot = same_letter | _guessing(answers, rapid, len(same_letter))
    bot &= rules.bots
    kept = np.empty(answers.count, np.bool_)
    for here in answers.pieces():
        by_bot = bot[answers.persons(here)]
        guessed = rapid[here] & ~by_bot & rules.rapid
        counts.bots += int(by_bot.sum())
        counts.rapid += int(guessed.sum())
        kept[here] = ~(by_bot | guessed)
    counts.bot_learners = int(bot.sum())
    answers.keep(kept)


def _later(answers: Answers, mine: Whole) -> Whole:
    """The places among `mine` of answers to what the same person had answered before."""
    pairs = answers.packed[mine] >> ITEM
    ordered = np.sort(pairs)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return mine[:0]
    found = mine[Numbering.of(twice.view(np.int64)).find(pairs.view(np.int64)) != FREE]
    pairs = answers.packed[found] >> ITEM
    order = np.lexsort((found, answers.seconds[found], pairs))
    later: Whole = found[order][1:][pairs[order][1:] == pairs[order][:-1]]
    return later


def _rapid(answers: Answers, thresholds: NDArray[np.float64]) -> Marks:
    """Which answers were given in less than the threshold of their item."""
    rapid = np.empty(answers.count, np.bool_)
    for here in answers.pieces():
        times = answers.times_ms[here]
        rapid[here] = (times >= 0) & (times < thresholds[answers.items(here)])
    return rapid


def _guessing(answers: Answers, rapid: Marks, learners: int) -> Marks:
    """Which learners guessed rapidly most of the time."""
    timed_of = answers.tally(
        learners, lambda here: answers.persons(here)[answers.times_ms[here] >= 0]
    )
    rapid_of = answers.tally(learners, lambda here: answers.persons(here)[rapid[here]])
    marks: Marks = (timed_of >= BOT_FEWEST_TIMES) & (rapid_of > BOT_SHARE * timed_of)
    return marks


def _thresholds(answers: Answers, items: int) -> NDArray[np.float64]:
    """Below how many milliseconds an answer to each item is rapid; 0 where too few are timed.

    Times are counted by spans first; only those in the spans that hold the middle are sorted.
    """
    spans = 1 << max(0, min(CELLS // max(items, 1), MOST_SPANS).bit_length() - 1)
    by_span = answers.tally(items * spans, lambda here: _spans(answers, here, spans)[0])
    by_span = by_span.reshape(items, spans)
    upto = by_span.cumsum(axis=1)
    timed = upto[:, -1]
    lower, upper = (_first_above(upto, rank) for rank in ((timed - 1) // 2, timed // 2))
    middle = np.zeros((items, spans), np.bool_)
    rows = np.arange(items)
    middle[rows, lower] = middle[rows, upper] = timed >= FEWEST_TIMES
    sizes = (by_span * middle).sum(axis=1)
    below = upto[rows, lower] - by_span[rows, lower]
    thresholds = np.zeros(items)
    for first, end in ranges(sizes):
        found = list(_in_the_middle(answers, middle, first, end))
        times = np.sort(np.concatenate(found)) & LOW
        some = first + np.flatnonzero(sizes[first:end])
        begin = (np.cumsum(sizes[first:end]) - sizes[first:end])[some - first] - below[some]
        medians = (times[begin + (timed[some] - 1) // 2] + times[begin + timed[some] // 2]) / 2
        thresholds[some] = np.minimum(RAPID_SHARE * medians, RAPID_MOST_MS)
    return thresholds


def _spans(answers: Answers, here: slice, spans: int) -> tuple[Whole, Marks]:
    """Item and span of the timed answers, as item * spans + span, and which answers they are."""
    times = answers.times_ms[here]
    timed = times >= 0
    width = LONGEST_MEDIAN // spans
    span = np.minimum(times[timed] // width, spans - 1)
    return answers.items(here)[timed] * spans + span, timed


def _first_above(upto: Whole, rank: Whole) -> Whole:
    """In each row the place of the first number above `rank`, or the last place."""
    place: Whole = np.minimum((upto <= rank[:, None]).sum(axis=1), upto.shape[1] - 1)
    return place


def _in_the_middle(
    answers: Answers, middle: Marks, first: int, end: int
) -> Iterator[NDArray[np.uint64]]:
    """As item << 32 | milliseconds of the answers to items first..end-1 in the marked spans."""
    yield np.zeros(0, np.uint64)
    spans = middle.shape[1]
    marked = middle[first:end].ravel()
    for here in answers.pieces():
        cell, timed = _spans(answers, here, spans)
        cell -= first * spans
        mine = (cell >= 0) & (cell < len(marked))
        mine[mine] = marked[cell[mine]]
        times = answers.times_ms[here][timed][mine].astype(np.uint64)
        yield ((cell[mine] // spans + first).astype(np.uint64) << HALF) | times
