"""Stage 3, check: free rules that refuse a draft before anything is paid for solving and judging."""

from collections import Counter
from collections.abc import Sequence
from math import erfc, exp, gamma, sqrt
from typing import NamedTuple

from itemwell.bank import LETTERS, Draft
from itemwell.generate.flaws import RULES
from itemwell.generate.flaws.parts import clipped

SURPRISE = 0.001
"""The p below which keys stand too unevenly to be chance."""

EXPECTED = 5
"""The keys that each place must be due for the chi-square to mean anything (Cochran 1954)."""


class Flaw(NamedTuple):
    """What is wrong, by which rule. The reason is one short printable line."""

    rule: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"


def check(draft: Draft) -> tuple[Flaw, ...]:
    """All flaws of `draft` in the order of the rules; none where it is sound.

    Takes any draft whatsoever, never raises, and reads no more of it than may stand in a question.
    """
    seen = clipped(draft)
    return tuple(
        Flaw(rule.name, reason) for rule in RULES if (reason := rule.find(seen)) is not None
    )


def key_balance(keys: Sequence[str], option_counts: Sequence[int]) -> Flaw | None:
    """Whether the keys of a run favour some places, by chi-square at p < 0.001.

    Questions with the same number of options are tested together, and the tests added up; too few
    of them (under 25 with five options) are left out, so that a small run is always balanced.
    Haladyna, Downing & Rodriguez (2002), 20: vary the location of the right answer.
    """
    statistic, freedom, seen = 0.0, 0, Counter[str]()
    for count in sorted(set(option_counts)):
        found = Counter(k for k, n in zip(keys, option_counts, strict=True) if n == count)
        places = LETTERS[:count]
        expected = sum(found[place] for place in places) / max(len(places), 1)
        if len(places) == count > 1 and expected >= EXPECTED:
            statistic += sum((found[place] - expected) ** 2 for place in places) / expected
            freedom += count - 1
            seen.update(found)
    p = chi_square_tail(statistic, freedom)
    if p >= SURPRISE:
        return None
    places = ", ".join(f"{place} {seen[place]}" for place in LETTERS if place in seen)
    return Flaw("key-balance", f"keys stand at {places}: chi-square {statistic:.1f}, p {p:.1g}")


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability of a chi-square of at least `statistic`; 1 without degrees of freedom.

    Abramowitz & Stegun (1964), 26.4.4 and 26.4.5: the tail for two degrees more is one term more.

    >>> f"{chi_square_tail(18.467, 4):.4f}"
    '0.0010'
    """
    if freedom == 0:
        return 1.0
    half = statistic / 2
    degrees, tail = (1, erfc(sqrt(half))) if freedom % 2 else (2, exp(-half))
    for step in range(degrees, freedom, 2):
        tail += half ** (step / 2) * exp(-half) / gamma(step / 2 + 1)
    return tail
