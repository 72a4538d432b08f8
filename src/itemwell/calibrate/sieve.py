"""The rules that look at more than one answer: repeated answers, rapid guesses, bots. See `rules.py`."""

from collections.abc import Iterator

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
    kept: Marks | None = None
    for first, end in ranges(answers.tally(learners, answers.persons)):
        later = _later(answers, answers.of_persons(first, end))
        if len(later):
            kept = np.ones(answers.count, np.bool_) if kept is None else kept
            kept[later] = False
    if kept is not None:
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
    """Below how many milliseconds an answer to each item is rapid; 0 where too few are timed."""
    thresholds = np.zeros(items)
    timed = answers.tally(items, lambda here: answers.items(here)[answers.times_ms[here] >= 0])
    for first, end in ranges(timed):
        times = np.sort(np.concatenate(list(_timed(answers, first, end)))) & LOW
        sizes = timed[first:end]
        enough = np.flatnonzero(sizes >= FEWEST_TIMES)
        begin, size = (np.cumsum(sizes) - sizes)[enough], sizes[enough]
        medians = (times[begin + (size - 1) // 2] + times[begin + size // 2]) / 2
        thresholds[first + enough] = np.minimum(RAPID_SHARE * medians, RAPID_MOST_MS)
    return thresholds


def _timed(answers: Answers, first: int, end: int) -> Iterator[NDArray[np.uint64]]:
    """As item << 32 | milliseconds of the timed answers to items first..end-1."""
    yield np.zeros(0, np.uint64)
    for here in answers.pieces():
        item, times = answers.items(here), answers.times_ms[here]
        mine = (item >= first) & (item < end) & (times >= 0)
        yield (item[mine].view(np.uint64) << HALF) | times[mine].astype(np.uint64)
