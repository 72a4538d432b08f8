"""What tells two texts apart that vectors cannot: numbers, negation, opposites, order, names, parts.

Each difference is a reason with a name. A text is read once; the reasons of a pair come from the two
readings and are the same whichever side is named first.
"""

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from itemwell.similar.tokens import REMEMBERED, Token, fold, tokens
from itemwell.similar.words import (
    FUNCTION,
    GROUPS,
    NEGATIONS,
    NEGATIVE_PREFIXES,
    OPPOSITES,
    ORDINALS,
    QUANTITIES,
)

LONGEST_ALIGNED = 300
"""Above so many tokens the order is not compared token by token: that would grow with the square."""


class Number(NamedTuple):
    """A number with its sign, and the unit behind or before it ("" for none)."""

    value: str
    unit: str


class Reading(NamedTuple):
    """What the guard knows of a text."""

    tokens: tuple[str, ...]  # canonical, all of them
    words: tuple[str, ...]  # folded, numbers and operators with them, punctuation not
    content: tuple[str, ...]  # folded words that carry a topic, plurals as singulars
    masked: tuple[str, ...]  # # for numbers, @ for names and quoted words
    numbers: tuple[Number, ...]
    names: frozenset[str]
    negations: int


def read(text: str) -> Reading:
    """The reading of `text`. Readings of recent texts are remembered."""
    return _read(tokens(text)) if len(text) > REMEMBERED else _remembered(text)


@lru_cache(maxsize=1 << 12)
def _remembered(text: str) -> Reading:
    return _read(tokens(text))


def _read(found: tuple[Token, ...]) -> Reading:
    names, quoted = _names(found)
    words = tuple(
        fold(token.text) for token in found if token.kind != "sign" or token.text not in ".,;:?!\"'"
    )
    return Reading(
        tokens=tuple(token.text for token in found),
        words=words,
        content=tuple(_singular(word) for word in words if word not in FUNCTION),
        masked=_masked(found, names | quoted),
        numbers=tuple(_numbers(found)),
        names=frozenset(found[at].text for at in names | quoted),
        negations=sum(token.text in NEGATIONS or fold(token.text) in NEGATIONS for token in found)
        + _thai_negations(found),
    )


def _thai_negations(found: tuple[Token, ...]) -> int:
    return sum(one.text == "ไ" and two.text == "ม่" for one, two in pairwise(found))


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _names(found: tuple[Token, ...]) -> tuple[frozenset[int], frozenset[int]]:
    """The places of names, and of words in quotation marks."""
    names, quoted, inside = set(), set(), False
    for at, token in enumerate(found):
        if token.text == '"':
            inside = not inside
        elif inside:
            quoted.add(at)
        elif (
            token.kind == "word" and token.text[0].isupper() and fold(token.text) not in QUANTITIES
        ) or (token.kind == "word" and token.opens and _opening_name(found, at)):
            names.add(at)
    return frozenset(names), frozenset(quoted if not inside else ())


def _opening_name(found: tuple[Token, ...], at: int) -> bool:
    """Whether the folded word that opens a sentence is a name, by the same word's capital elsewhere."""
    word = found[at].text
    following = found[at + 1].text if at + 1 < len(found) else ""
    if word in FUNCTION or word in ORDINALS:
        return False
    return following in _AFTER_NAMES or any(
        token.text.casefold().removesuffix("'s") == word and token.text[0].isupper()
        for token in found
    )


_AFTER_NAMES = frozenset(
    "is has had was buys bought sells sold eats ate walks runs reads drives saves owns earns".split()
)


def _masked(found: tuple[Token, ...], hidden: frozenset[int]) -> tuple[str, ...]:
    """# and @ for numbers and names, runs of them as one; without punctuation."""
    out: list[str] = []
    for at, token in enumerate(found):
        if at in hidden:
            mask = "@"
        elif token.kind == "number" or token.text in ORDINALS:
            mask = "#"
        elif token.text in ".,;:?!\"'":
            continue
        else:
            mask = fold(token.text)
        if mask in "#@" and out and out[-1] == mask:
            continue
        out.append(mask)
    return tuple(out)


def _numbers(found: tuple[Token, ...]) -> Iterable[Number]:
    for at, token in enumerate(found):
        if token.text in ORDINALS:
            yield Number(str(ORDINALS[token.text]), "th")
        if token.kind != "number":
            continue
        before = found[at - 1].text if at else ""
        earlier = found[at - 2] if at > 1 else None
        unary = before in {"-", "+"} and (
            earlier is None
            or earlier.text in "(=*/^,<>≤≥["
            or (earlier.kind == "word" and len(earlier.text) > 1)
        )
        sign = "-" if unary and before == "-" else ""
        after = found[at + 1].text if at + 1 < len(found) else ""
        unit = before if before in {"$", "£", "€"} else after if after in QUANTITIES else ""
        yield Number(sign + _value(token.text), unit)


def _value(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if digits.count(".") == 1 else digits


def reasons(one: Reading, other: Reading) -> tuple[str, ...]:
    """The named differences of two readings, in one order whichever comes first; () for none.

    num       both hold a number that the other lacks
    unit      the same numbers in other units
    numorder  the same numbers in another order
    more      one holds numbers that the other lacks
    neg       negated against not negated           (where half of the tokens agree, as for pol)
    pol       opposites, or words of which one cannot stand for the other
    sign      the same words with other operators, charges or brackets
    order     the same content in another order
    ent       both hold a name that the other lacks
    part      one says all that the other says, and more
    slot      one content word replaced
    """
    close = jaccard(one, other) >= 0.5
    lack, other_lacks = _lack_numbers(one, other), _lack_numbers(other, one)
    checks = {
        "num": lack and other_lacks,
        "unit": _other_units(one, other),
        "numorder": _other_order([n.value for n in one.numbers], [n.value for n in other.numbers]),
        "more": lack != other_lacks,
        "neg": close and one.negations % 2 != other.negations % 2,
        "pol": close and _opposed(one, other),
        "sign": close and _other_signs(one, other),
        "order": _other_order(one.content, other.content),
        "ent": _lack_names(one, other) and _lack_names(other, one),
        "part": _part(one.content, other.content) or _part(other.content, one.content),
        "slot": _slot(one, other),
    }
    return tuple(name for name, differs in checks.items() if differs)


def jaccard(one: Reading, other: Reading) -> float:
    """The share of common words, 0 to 1; 0 where neither has any."""
    first, second = set(one.words), set(other.words)
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared or 1)


def masked_ratio(one: Reading, other: Reading) -> float:
    """How much of the two masked texts is the same and in the same order, 0 to 1, the same both ways."""
    first, second = sorted((one.masked, other.masked))
    if first == second:
        return 1.0 if first else 0.0
    if max(len(first), len(second)) > LONGEST_ALIGNED:
        shared = sum((Counter(first) & Counter(second)).values())
        return 2 * shared / (len(first) + len(second))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def same_numbers(one: Reading, other: Reading) -> bool:
    """Whether both hold the same numbers, as often."""
    return not _lack_numbers(one, other) and not _lack_numbers(other, one)


def _lack_numbers(one: Reading, other: Reading) -> bool:
    """Whether `one` has a number that `other` lacks, also as the same quantity in another unit."""
    if not one.numbers or one.numbers == other.numbers:
        return False
    held: dict[str, int] = {}  # a Counter's own arithmetic takes several times as long
    for number in other.numbers:
        held[number.value] = held.get(number.value, 0) + 1
    left = set()
    for number in one.numbers:
        held[number.value] = held.get(number.value, 0) - 1
        if held[number.value] < 0:
            left.add(number.value)
    if not left:
        return False
    quantities = {quantity(number) for number in other.numbers} - {None}
    return any(quantity(number) not in quantities for number in one.numbers if number.value in left)


def quantity(number: Number) -> tuple[str, float] | None:
    """The dimension and size of a number with a unit; None without one that is known."""
    if number.unit not in QUANTITIES:
        return None
    dimension, size = QUANTITIES[number.unit]
    return dimension, float(f"{float(number.value) * size:.9g}") if number.value.count(
        "."
    ) < 2 else 0.0


def _other_units(one: Reading, other: Reading) -> bool:
    units = {number.value: number.unit for number in one.numbers if number.unit}
    return any(
        number.unit
        and number.value in units
        and quantity(number) != quantity(Number(number.value, units[number.value]))
        and number not in one.numbers
        for number in other.numbers
    ) and any(number.unit and number not in other.numbers for number in one.numbers)


def _other_order(first: Iterable[str], second: Iterable[str]) -> bool:
    mine, theirs = list(first), list(second)
    return len(mine) == len(theirs) and mine != theirs and sorted(mine) == sorted(theirs)


def _lack_names(one: Reading, other: Reading) -> bool:
    if not one.names:
        return False
    known = {
        _bare(fold(word)) for word in (*other.words, *other.tokens)
    }  # a quoted sign is no word
    initials = "".join(word[0] for word in other.words)
    return any(
        not all(_bare(part) in known for part in [fold(name)])
        and not (len(name) > 2 and name.isupper() and name.casefold() in initials)
        for name in one.names
    )


def _bare(word: str) -> str:
    return _singular(word.removesuffix("'s").removesuffix("'"))


def _opposed(one: Reading, other: Reading) -> bool:
    mine = set(one.words) - set(other.words)
    theirs = set(other.words) - set(one.words)
    return (
        any(
            not OPPOSITES.get(word, frozenset()).isdisjoint(theirs)
            or not _prefixed(word).isdisjoint(theirs)
            for word in mine
        )
        or any(not _prefixed(word).isdisjoint(mine) for word in theirs)
        or any(not group.isdisjoint(mine) and not group.isdisjoint(theirs) for group in GROUPS)
    )


@lru_cache(maxsize=1 << 12)
def _prefixed(word: str) -> frozenset[str]:
    return (
        frozenset(prefix + word for prefix in NEGATIVE_PREFIXES) if len(word) > 2 else frozenset()
    )


def _other_signs(one: Reading, other: Reading) -> bool:
    """Operators, brackets and charges differ where all words are the same."""
    first, second = ([word for word in each.words if word[0].isalnum()] for each in (one, other))
    return first == second and one.words != other.words


def _part(less: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Whether `more` says all of `less` in its order, and something beside."""
    if not less or len(more) <= len(less):
        return False
    rest = iter(more)
    return all(word in rest for word in less)


def _slot(one: Reading, other: Reading) -> bool:
    """Whether exactly one content word is another, in its place."""
    if len(one.words) != len(other.words):
        return False
    replaced = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    return (
        len(replaced) == 1
        and all(word.isalpha() and word not in FUNCTION for word in replaced[0])
        and _singular(replaced[0][0]) != _singular(replaced[0][1])
    )
