"""Thresholds from labelled pairs: half to search on -> bands one by one -> half to judge by. Pure.

The figures that count are those of the half that was not searched on, with Wilson's intervals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import Any, NamedTuple

from itemwell.similar import keys
from itemwell.similar.decide import (
    DUPLICATE,
    GREY,
    ISOMORPH,
    NEW,
    Compared,
    Thresholds,
    judge,
)

DUP, ISO, DIFF = "dup", "iso", "diff"
LABELS = (DUP, ISO, DIFF)
"""The same question; another of its template; another question. The last two are changed ones."""

LEAST = 20
"""Duplicates, and changed questions: with fewer of a kind no threshold can be told from chance."""

LEAST_OF_BAND = 10
"""Of both in the half that is searched on, with such keys: else their bands stay as they are."""

MOST_REFUSED = 0.02
"""Of changed questions."""

FAR = 400
"""Unrelated pairs that are looked at: the nearest, and those of the likest masked words."""

BANDS = {
    keys.UNKNOWN: ("grey", "slot"),
    keys.SAME: ("same_key", "same_key_guarded", "grey_same_key"),
    keys.DIFFER: ("variant", "other_key"),
}
ANY = ("isomorph", "masked")
GRID = tuple(step / 50 for step in range(15, 50))
ROUNDS = 3


class Labelled(NamedTuple):
    """A pair and what it is."""

    pair: Compared
    label: str


class Counts(NamedTuple):
    """What thresholds do to labelled pairs."""

    duplicates: int
    caught: int  # refused or asked about
    refused: int
    changed: int
    changed_refused: int
    changed_asked: int
    isomorphs: int
    isomorphs_told: int


class Tuned(NamedTuple):
    """Thresholds, and what those of before and they do to the pairs that were held out."""

    thresholds: Thresholds
    before: Counts
    after: Counts
    flagged_before: int  # of the unrelated pairs that were held out
    flagged: int


class Far(NamedTuple):
    """Unrelated pairs: those that are searched on, and those of other stems, to judge by."""

    mine: Sequence[Compared]
    held_out: Sequence[Compared]


class TooFew(Exception):
    """Of some kind there are not enough pairs to tell a threshold from chance."""


def tune(sources: Sequence[Sequence[Labelled]], far: Far, start: Thresholds) -> Tuned:
    """Thresholds for these pairs, every second of each source and label held out. Raises TooFew.

    Where the search gains nothing they are those of the start.
    """
    pairs = [each for source in sources for each in source]
    for what, labels in (("duplicates", {DUP}), ("changed questions", {ISO, DIFF})):
        count = sum(each.label in labels for each in pairs)
        if count < LEAST:
            raise TooFew(f"{count} {what} among the pairs, and at least {LEAST} are needed")
    mine, held_out = halves(sources)
    found = search(mine, nearest(far.mine), start)
    flagged = flagged_of(far.held_out, start), flagged_of(far.held_out, found)
    return Tuned(found, count_of(held_out, start), count_of(held_out, found), *flagged)


def halves(sources: Sequence[Sequence[Labelled]]) -> tuple[list[Labelled], list[Labelled]]:
    """Every second pair of each source and label."""
    mine: list[Labelled] = []
    others: list[Labelled] = []
    for source in sources:
        for label in LABELS:
            same = [each for each in source if each.label == label]
            mine += same[::2]
            others += same[1::2]
    return mine, others


def count_of(pairs: Iterable[Labelled], at: Thresholds) -> Counts:
    """How many of each kind there are, and what becomes of them."""
    kinds = [(each.label, judge(each.pair, at).kind) for each in pairs]

    def count(labels: str, *wanted: str) -> int:
        return sum(
            label in labels.split() and (not wanted or kind in wanted) for label, kind in kinds
        )

    return Counts(
        duplicates=count(DUP),
        caught=count(DUP, DUPLICATE, GREY),
        refused=count(DUP, DUPLICATE),
        changed=count(f"{ISO} {DIFF}"),
        changed_refused=count(f"{ISO} {DIFF}", DUPLICATE),
        changed_asked=count(f"{ISO} {DIFF}", GREY),
        isomorphs=count(ISO),
        isomorphs_told=count(ISO, ISOMORPH),
    )


def search(pairs: Sequence[Labelled], far: Sequence[Compared], start: Thresholds) -> Thresholds:
    """The best thresholds found by moving one band at a time; of equally good ones the nearest."""
    best, best_score = start, _score(pairs, far, start, start)
    for _ in range(ROUNDS):
        before = best
        for band in _bands(pairs):
            for value in GRID:
                tried = replace(best, **{band: value})
                if not _in_order(tried):
                    continue
                score = _score(pairs, far, tried, start)
                if score > best_score:
                    best, best_score = tried, score
        if best == before:
            break
    return best


def nearest(far: Iterable[Compared]) -> list[Compared]:
    """Of unrelated pairs those that thresholds could flag first."""
    near = sorted(far, key=lambda pair: -pair.figures.cosine)
    return near[:FAR] + sorted(near[FAR:], key=lambda pair: -pair.figures.masked)[: FAR // 4]


def flagged_of(far: Iterable[Compared], at: Thresholds) -> int:
    """How many of these are not new."""
    return sum(judge(each, at).kind != NEW for each in far)


def strangers(stems: Sequence[str], words: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """The places of stems that have no word of content in common."""
    return [
        (one, other)
        for one, other in combinations(range(len(stems)), 2)
        if words[one] and words[other] and words[one].isdisjoint(words[other])
    ]


def _bands(pairs: Sequence[Labelled]) -> list[str]:
    """The bands that enough pairs of both kinds depend on."""
    found = list(ANY)
    for relation, bands in BANDS.items():
        same = [each for each in pairs if each.pair.figures.key == relation]
        duplicates = sum(each.label == DUP for each in same)
        if min(duplicates, len(same) - duplicates) >= LEAST_OF_BAND:
            found += bands
    return found


def _in_order(at: Thresholds) -> bool:
    return at.grey_same_key <= at.same_key <= at.same_key_guarded and at.other_key <= at.variant


def _score(
    pairs: Sequence[Labelled], far: Sequence[Compared], at: Thresholds, start: Thresholds
) -> tuple[float, ...]:
    """Two limits first, then what is caught, then what the arbiter and the enemies' cap have of it."""
    counts = count_of(pairs, at)
    flagged = flagged_of(far, at)
    over = max(0, counts.changed_refused - int(MOST_REFUSED * counts.changed))
    old = asdict(start)
    moved = sum(abs(value - old[name]) for name, value in asdict(at).items())
    missed = counts.isomorphs - counts.isomorphs_told
    return (-flagged, -over, counts.caught, -missed, -counts.changed_asked, counts.refused, -moved)


def as_figures(tuned: Tuned) -> dict[str, Any]:
    """What is stored beside the thresholds."""
    return {
        "before": tuned.before._asdict() | {"unrelated_flagged": tuned.flagged_before},
        "after": tuned.after._asdict() | {"unrelated_flagged": tuned.flagged},
    }
