"""Stage 1, plan: stock and targets -> strata to write for, the thinnest first."""

from collections.abc import Mapping
from math import ceil, floor

from itemwell.bank import Stratum


def plan(
    stock: Mapping[Stratum, int], targets: Mapping[Stratum, float], count: int
) -> list[Stratum]:
    """Exactly `count` strata out of `targets`, so that all come as near as can be to one level.

    The level is the share of its target that a stratum holds; whole numbers by largest remainder.
    Where every target is 0 they count as equal. With no strata at all the list is empty.

    >>> easy, hard = Stratum("logic", "easy"), Stratum("logic", "hard")
    >>> [slot.difficulty for slot in plan({easy: 5, hard: 3}, {easy: 10, hard: 10}, count=4)]
    ['hard', 'hard', 'easy', 'hard']
    """
    open_to = {stratum: target for stratum, target in targets.items() if target > 0}
    open_to = open_to or dict.fromkeys(targets, 1.0)
    if not open_to:
        return []
    shares = _shares(stock, open_to, count)
    left = {stratum: floor(share) for stratum, share in shares.items()}
    by_remainder = sorted(shares, key=lambda each: left[each] - shares[each])
    for stratum in by_remainder[: count - sum(left.values())]:
        left[stratum] += 1
    return _thinnest_first(stock, open_to, left)


def shortage(stock: Mapping[Stratum, int], targets: Mapping[Stratum, float]) -> int:
    """How many questions the strata lack, each against its own target."""
    return sum(max(0, ceil(target - 1e-9) - stock.get(each, 0)) for each, target in targets.items())


def whole_targets(targets: Mapping[Stratum, float]) -> dict[Stratum, int]:
    """`targets` as whole numbers whose sum per type is kept, by largest remainder.

    >>> mix = {"easy": 15.0, "medium": 22.5, "hard": 12.5}
    >>> list(whole_targets({Stratum("math", name): share for name, share in mix.items()}).values())
    [15, 23, 12]
    """
    whole: dict[Stratum, int] = {}
    for kind in dict.fromkeys(stratum.question_type for stratum in targets):
        mine = {each: target for each, target in targets.items() if each.question_type == kind}
        whole |= _rounded(mine)
    return whole


def _rounded(shares: Mapping[Stratum, float]) -> dict[Stratum, int]:
    whole = {each: floor(share + 1e-9) for each, share in shares.items()}
    missing = round(sum(shares.values())) - sum(whole.values())
    for each in sorted(shares, key=lambda one: whole[one] - shares[one])[:missing]:
        whole[each] += 1
    return whole


def _shares(
    stock: Mapping[Stratum, int], targets: Mapping[Stratum, float], count: int
) -> dict[Stratum, float]:
    """What each stratum lacks of the one level that `count` questions can lift the thinnest to."""
    by_level = sorted(targets, key=lambda each: stock.get(each, 0) / targets[each])
    level, held, wanted = 0.0, 0, 0.0
    for place, stratum in enumerate(by_level):
        held += stock.get(stratum, 0)
        wanted += targets[stratum]
        level = (count + held) / wanted
        rest = by_level[place + 1 :]
        if not rest or level <= stock.get(rest[0], 0) / targets[rest[0]]:
            break
    return {each: max(0.0, level * targets[each] - stock.get(each, 0)) for each in targets}


def _thinnest_first(
    stock: Mapping[Stratum, int], targets: Mapping[Stratum, float], left: dict[Stratum, int]
) -> list[Stratum]:
    """Hand out what is left one by one, always to the stratum furthest below its target."""
    order = []
    for stratum, number in left.items():
        levels = ((stock.get(stratum, 0) + given) / targets[stratum] for given in range(number))
        order += [(level, stratum) for level in levels]
    places = {stratum: place for place, stratum in enumerate(targets)}
    return [stratum for _, stratum in sorted(order, key=lambda one: (one[0], places[one[1]]))]
