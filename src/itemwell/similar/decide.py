"""The rule: two questions and the cosine of their vectors -> a verdict with its reasons. Pure.

Vectors retrieve; key and guard decide; what neither can tell is grey and goes to an arbiter. Without
a key on both sides nothing above grey is said, except of canonical equality.
"""

from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

from itemwell.similar import keys
from itemwell.similar.guard import Reading, jaccard, masked_ratio, read, reasons, same_numbers

DUPLICATE, ISOMORPH, VARIANT, GREY, NEW = "duplicate", "isomorph", "variant", "grey", "new"
KINDS = (DUPLICATE, ISOMORPH, VARIANT, GREY, NEW)
"""From what is never kept, over enemies kept up to a cap and what waits for an arbiter, to what is free."""

_TEMPLATE = frozenset({"num", "unit", "numorder", "ent", "slot"})
_TELLING = frozenset({"neg", "pol", "sign", "order", "unit", "numorder"})
_DEICTIC = frozenset(
    "following these statement statements above below passage text picture figure diagram shown this".split()
)


class Side(NamedTuple):
    """A question as the rule sees it. `key` is the text of the right answer, never its letter."""

    stem: str
    key: str | None = None
    stimulus: str | None = None  # what identifies it; questions after other stimuli are never twins
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the rule's bands lie. The values are cosines, except `masked`, a ratio of tokens.

    They belong to one embedder. The defaults are those of MiniLM.
    """

    certain: float = 0.95
    same_key: float = 0.75
    same_key_guarded: float = 0.85
    variant: float = 0.90
    other_key: float = 0.80
    grey: float = 0.72
    grey_same_key: float = 0.60
    isomorph: float = 0.40
    masked: float = 0.80
    slot: float = 0.90


class Figures(NamedTuple):
    """What the verdict rests on. `key` is same, differ or unknown."""

    cosine: float
    jaccard: float
    masked: float
    key: str


class Verdict(NamedTuple):
    """One of KINDS, the named reasons of the guard and of the rule, and the figures."""

    kind: str
    reasons: tuple[str, ...]
    figures: Figures


def decide(one: Side, other: Side, cosine: float, thresholds: Thresholds = Thresholds()) -> Verdict:
    """The verdict on two questions; the same with the sides exchanged.

    An empty stem, or a cosine that is none, is grey: it waits. Raises nothing.

    >>> decide(Side("What is 12% of 250?", "30"), Side("What is twelve percent of 250?", "30"), 0.9).kind
    'duplicate'
    >>> decide(Side("What is 12% of 250?", "30"), Side("What is 15% of 340?", "51"), 0.9).kind
    'isomorph'
    """
    return judge(compared(one, other, cosine), thresholds)


class Compared(NamedTuple):
    """Two questions as far as no threshold matters, to be judged by many."""

    one: Side
    other: Side
    readings: tuple[Reading, Reading]
    reasons: tuple[str, ...]  # of the guard
    figures: Figures


def compared(one: Side, other: Side, cosine: float) -> Compared:
    """All that `judge` needs."""
    first, second = read(one.stem), read(other.stem)
    key = keys.compare(one.key, other.key)
    figures = Figures(cosine, jaccard(first, second), masked_ratio(first, second), key)
    return Compared(one, other, (first, second), reasons(first, second), figures)


def judge(pair: Compared, thresholds: Thresholds) -> Verdict:
    """The verdict of `decide`."""
    return Verdict(*_judge(pair, thresholds), pair.figures)


def _judge(pair: Compared, at: Thresholds) -> tuple[str, tuple[str, ...]]:
    (first, second), figures, told = pair.readings, pair.figures, pair.reasons
    one, other = pair.one, pair.other
    if one.stimulus != other.stimulus:
        return NEW, ("stimulus",)
    if not first.tokens or not second.tokens:
        return GREY, ("empty",)
    if isnan(figures.cosine):
        return GREY, ("cosine",)
    if first.tokens == second.tokens and figures.key != keys.DIFFER:
        if figures.key == keys.UNKNOWN and _points(first):
            return GREY, ("canonical", "deictic")
        return DUPLICATE, ("canonical",)
    if figures.cosine >= at.slot or figures.key == keys.SAME:
        told = tuple(reason for reason in told if reason != "slot")
    if (
        figures.masked >= at.masked
        and figures.cosine >= at.isomorph
        and not _TEMPLATE.isdisjoint(told)
    ):
        return ISOMORPH, told
    return _band(told, figures, at, one.type == other.type, same_numbers(first, second))


def _band(
    told: tuple[str, ...], figures: Figures, at: Thresholds, alike: bool, numbers_agree: bool
) -> tuple[str, tuple[str, ...]]:
    """What the cosine says of a pair that is no template's."""
    cosine = figures.cosine
    if figures.key == keys.DIFFER:
        kind = VARIANT if cosine >= at.variant else GREY if cosine >= at.other_key else NEW
        return kind, ("key", *told)
    if figures.key == keys.SAME and alike:
        if not told and cosine >= at.same_key:
            return DUPLICATE, ("same key",)
        if cosine >= at.same_key_guarded and numbers_agree and _TELLING.isdisjoint(told):
            return DUPLICATE, ("same key", *told)
    said = told if alike else ("type", *told)
    if figures.key == keys.UNKNOWN:
        said = ("no key", *said)
    grey = at.grey_same_key if figures.key == keys.SAME else at.grey
    return (GREY if cosine >= grey else NEW), said


def _points(reading: Reading) -> bool:
    """Whether the stem points at what stands outside of it, such as options or a passage."""
    return not _DEICTIC.isdisjoint(reading.words)
