"""The rules that look at more than one answer: repeated answers, rapid guesses, bots. See `rules.py`."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from itemwell.calibrate.numbering import FREE, Numbering
from itemwell.calibrate.packed import (
    HALF,
    ITEM,
    LETTER,
    LOW,
    SORTED_AT_ONCE,
    Answers,
    Marks,
    Whole,
    ranges,
)
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

CELLS, MOST_SPANS = 1 << 17, 256
"""Items times spans of time in which answers are counted, and spans an item."""

NO_LETTER = np.uint8(255)
KIND = np.uint64(7) << LETTER
"""Where `Answers.packed` has the letter."""


class Letters:
    """Who chose one letter and no other: the lowest and the highest that was seen of each."""

    def __init__(self) -> None:
        self._before = np.zeros(0, np.uint8)  # the lowest less one; 255: none
        self._highest = np.zeros(0, np.uint8)

    def add(self, persons: NDArray[np.int32], letters: NDArray[np.uint8], learners: int) -> None:
        """Take note of the letters, 0 for none, that these of so many learners chose."""
        if learners > len(self._highest):
            room = learners + learners // 4
            self._before = np.append(self._before, np.full(room - len(self._before), NO_LETTER))
            self._highest.resize(room, refcheck=False)
        np.minimum.at(self._before, persons, letters + NO_LETTER)
        np.maximum.at(self._highest, persons, letters)

    def always_the_same(self, answers: Answers, learners: int) -> Marks:
        """Which learners chose one letter and no other in `answers`, often enough to be bots."""
        before, highest = self._before[:learners], self._highest[:learners]
        same: Marks = (highest > 0) & (before == highest + NO_LETTER)
        if not same.any():
            return same
        times = answers.tally(learners, lambda here: _with_letter(answers, here, same))
        marks: Marks = times >= BOT_LETTERS
        return marks


def _with_letter(answers: Answers, here: slice, of: Marks) -> Whole:
    """Who gave these answers, where it is one `of` some persons and a letter was chosen."""
    persons = answers.persons(here)
    some = np.flatnonzero(of[persons])
    told: Whole = persons[some[answers.packed[here][some] & KIND != 0]]
    return told


def drop_repeated(answers: Answers, learners: int, counts: Counts) -> None:
    """Leave out all but a learner's first answer to a question."""
    parts = [(0, learners, answers.count)]
    if answers.count > SORTED_AT_ONCE:
        of_person = answers.tally(learners, answers.persons)
        parts = [(*each, int(of_person[slice(*each)].sum())) for each in ranges(of_person)]
    later = np.concatenate([np.zeros(0, np.int64), *(_later(answers, *part) for part in parts)])
    if len(later):
        kept = np.ones(answers.count, np.bool_)
        kept[later] = False
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
    kept = ~(rapid & rules.rapid)
    counts.bot_learners = int(bot.sum())
    if counts.bot_learners:
        by_bot = np.concatenate([bot[answers.persons(here)] for here in answers.pieces()])
        counts.bots = int(by_bot.sum())
        counts.rapid = int((~kept & ~by_bot).sum())
        kept &= ~by_bot
    else:
        counts.rapid = len(kept) - int(kept.sum())
    answers.keep(kept)


def _later(answers: Answers, first: int, end: int, count: int) -> Whole:
    """The places of answers to what the same person, of first..end-1 with `count`, had answered before."""
    pairs = answers.pairs(first, end, count)
    pairs.sort()
    twice = pairs[1:][pairs[1:] == pairs[:-1]]
    if not len(twice):
        return np.zeros(0, np.int64)
    del pairs
    known = Numbering.of(twice[np.append(True, twice[1:] != twice[:-1])].view(np.int64))
    found = answers.with_pairs(first, end, lambda some: known.find(some.view(np.int64)) != FREE)
    pairs = answers.packed[found] >> ITEM
    order = np.lexsort((found, answers.seconds[found], pairs))
    later: Whole = found[order][1:][pairs[order][1:] == pairs[order][:-1]]
    return later


def _rapid(answers: Answers, thresholds: NDArray[np.float64]) -> Marks:
    """Which answers were given in less than the threshold of their item."""
    whole = np.ceil(thresholds).astype(np.int32)
    rapid = np.empty(answers.count, np.bool_)

    def mark(here: slice) -> None:
        times = answers.times_ms[here]
        rapid[here] = (times >= 0) & (times < whole[answers.items(here)])

    answers.each_piece(mark)
    return rapid


def _guessing(answers: Answers, rapid: Marks, learners: int) -> Marks:
    """Which learners guessed rapidly most of the time."""
    rapid_of = answers.tally(
        learners, lambda here: answers.persons(here)[np.flatnonzero(rapid[here])]
    )
    often = rapid_of > BOT_SHARE * BOT_FEWEST_TIMES
    if not often.any():
        return often
    timed_of = answers.tally(
        learners, lambda here: answers.persons(here)[answers.times_ms[here] >= 0]
    )
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
    times, items = answers.times_ms[here], answers.items(here)
    timed = times >= 0
    if not timed.all():
        times, items = times[timed], items[timed]
    cells = items * spans
    cells += np.minimum(times // (LONGEST_MEDIAN // spans), spans - 1)
    return cells, timed


def _first_above(upto: Whole, rank: Whole) -> Whole:
    """In each row the place of the first number above `rank`, or the last place."""
    place: Whole = np.minimum((upto <= rank[:, None]).sum(axis=1), upto.shape[1] - 1)
    return place


def _in_the_middle(
    answers: Answers, middle: Marks, first: int, end: int
) -> Iterator[NDArray[np.uint64]]:
    """As item << 32 | milliseconds of the answers to items first..end-1 in the marked spans."""
    yield np.zeros(0, np.uint64)
    marked = np.zeros_like(middle)
    marked[first:end] = middle[first:end]
    marks, spans = marked.ravel(), middle.shape[1]
    for here in answers.pieces():
        cell, timed = _spans(answers, here, spans)
        mine = np.flatnonzero(marks[cell])
        times = answers.times_ms[here]
        times = times[mine] if timed.all() else times[timed][mine]
        yield ((cell[mine] // spans).astype(np.uint64) << HALF) | times.astype(np.uint64)
