"""The canonical tokens of a text: everything that can change a meaning stays, and nothing else.

text -> plain (markup, LaTeX, Unicode forms) -> tokens (numbers, words, signs) -> canonical

Two texts of equal canonical tokens are the same question. What is folded: composition, white space,
final punctuation, "Q1.", markup, number words, units, contractions, the capital that opens a sentence.
What stays: operators, signs, charges, brackets, decimal points, every other capital.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from itemwell.similar.plain import plain
from itemwell.similar.words import (
    CONTRACTIONS,
    EMPHATIC,
    FUNCTION,
    NUMBERS,
    ORDINALS,
    SPELLINGS,
    UNIT_OPENERS,
    UNITS,
)

_SPACELESS = "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Thai, Lao, Tibetan, Myanmar, Khmer, kana and ideographs: scripts that set no space between words."""

_SPACELESS_RANGES = tuple(zip(_SPACELESS[::3], _SPACELESS[2::3], strict=True))

_MARKED = (
    (0x300, 0x3100), (0xA600, 0xAC00), (0xFB00, 0xFE30), (0x10A00, 0x11F60), (0x16A00, 0x16FF0), (0x1E000, 0x1E960),
)  # fmt: skip
"""Where combining marks live. \\w knows none of them: it would cut each Hindi word into pieces."""

REMEMBERED = 1000
"""Readings of texts of so many signs are kept: a run compares the same few questions again and again."""

_PUNCTUATION = frozenset(".,;:?!\"'")


class Token(NamedTuple):
    """A number, a word or a sign; `text` is its canonical form, `opens` tells a sentence's first."""

    kind: str  # number, word, sign
    text: str
    opens: bool = False


def tokens(text: str) -> tuple[Token, ...]:
    """The canonical tokens of `text`; () for a text without words and signs.

    >>> [token.text for token in tokens("Q1. Don't 1,000 metres equal **twenty-one** x^2?")]
    ['do', 'not', '1000', 'm', 'equal', '21', 'x', '^', '2']
    """
    return _tokens(text) if len(text) > REMEMBERED else _remembered(text)


def canonical(text: str) -> str:
    """The canonical tokens as one string: equal for the same question, in any format.

    >>> canonical("What is twenty-five percent of 80?") == canonical("what is 25 % of 80")
    True
    >>> canonical("Is Fe2+ smaller than Fe3+?") == canonical("Is Fe2- smaller than Fe3+?")
    False
    """
    return " ".join(token.text for token in tokens(text))


def loose(text: str) -> str:
    """A form that may only nominate: no capitals, no articles, no punctuation, one spelling.

    >>> loose("What colour is the sky?") == loose("What color is a sky")
    True
    """
    words = (fold(token.text) for token in tokens(text) if token.text not in _PUNCTUATION)
    return " ".join(word for word in words if word not in {"a", "an", "the"})


def spaceless(text: str) -> bool:
    """Whether `text` begins in a script that sets no space between words, such as Thai or Chinese."""
    return any(first <= text[:1] <= last for first, last in _SPACELESS_RANGES)


@lru_cache(maxsize=1 << 14)
def fold(word: str) -> str:
    """`word` without capitals and in American spelling, for comparisons that only weigh."""
    low = word.casefold()
    return SPELLINGS.get(low, low)


@lru_cache(maxsize=1 << 12)
def _remembered(text: str) -> tuple[Token, ...]:
    return _tokens(text)


def _tokens(text: str) -> tuple[Token, ...]:
    found = [match.group() for match in _pattern().finditer(plain(text))]
    while found and (found[-1] in _PUNCTUATION - {"!"} or set(found[-1]) == {"_"} or _shout(found)):
        found.pop()
    return tuple(_joined(_classed(found)))


def _shout(found: list[str]) -> bool:
    """Whether the text ends with an exclamation that is no factorial."""
    return found[-1] == "!" and not (
        len(found) > 1 and (len(found[-2]) == 1 or found[-2][-1].isdigit())
    )


@cache
def _pattern() -> re.Pattern[str]:
    """Numbers, words with their marks, runs of blanks, and any other sign by itself."""
    marks = "".join(
        chr(code)
        for first, last in _MARKED
        for code in range(first, last)
        if unicodedata.category(chr(code)).startswith("M")
    )
    letter = f"[^\\W\\d_{_SPACELESS}]"
    return re.compile(
        rf"\d+(?:\.\d+)*|{letter}(?:[^\W{_SPACELESS}]|[{marks}]|['](?={letter}))*"
        rf"|[{_SPACELESS}][{marks}]*|__+|\S[{marks}]*"
    )


def _classed(found: list[str]) -> list[Token]:
    """Each piece with its kind; contractions parted, function words and sentence openers folded."""
    classed: list[Token] = []
    opens = True
    for piece in found:
        if piece[0].isdigit():
            classed.append(Token("number", _number(piece), opens))
        elif piece[0].isalpha():
            classed.extend(_word(piece, opens=opens))
        else:
            classed.append(Token("sign", piece))
            opens = piece in {".", "?", "!", ":", '"'} or (opens and piece in {"(", "'", "["})
            continue
        opens = False
    return classed


def _number(digits: str) -> str:
    whole, dot, fraction = digits.partition(".")
    return f"{whole.lstrip('0') or '0'}{dot}{fraction}"


def _word(piece: str, *, opens: bool) -> list[Token]:
    low = piece.casefold()
    if low in CONTRACTIONS:
        first, *rest = CONTRACTIONS[low].split()
        return [Token("word", first, opens), *(Token("word", word) for word in rest)]
    titled = piece[0].isupper() and piece[1:].islower()
    plain_word = low in FUNCTION or low in NUMBERS or low in ORDINALS
    shouted = low in EMPHATIC and len(low) > 1
    folds = (
        shouted or (titled and plain_word) or (opens and (low == "a" or (titled and len(low) > 2)))
    )
    return [Token("word", low if folds else piece, opens)]


def _joined(classed: list[Token]) -> list[Token]:
    """Number words become digits, and names of units become symbols."""
    out: list[Token] = []
    at = 0
    while at < len(classed):
        token = classed[at]
        taken, text = _number_words(classed, at) if token.kind == "word" else (0, "")
        if taken:
            out.append(Token("number", text, token.opens))
            at += taken
            continue
        taken, text = _unit_words(classed, at) if token.kind == "word" else (0, "")
        if taken:
            out.extend(Token("sign" if part in "%/" else "word", part) for part in text.split())
            at += taken
            continue
        out.append(token)
        at += 1
    return out


def _number_words(classed: list[Token], at: int) -> tuple[int, str]:
    """How many tokens from `at` spell a number, and its digits. "one" alone may be a pronoun."""
    total = current = taken = 0
    last = at
    while last < len(classed):
        word = classed[last].text
        if word in {"-", "and"} and taken:
            following = classed[last + 1].text if last + 1 < len(classed) else ""
            hyphen = word == "-" and current % 10 == 0 and 20 <= current % 100 <= 90
            joins = hyphen and NUMBERS.get(following, 99) < 10
            if not joins and not (
                word == "and" and current >= 100 and NUMBERS.get(following, 999) < 100
            ):
                break
            last += 1
            continue
        value = NUMBERS.get(word) if classed[last].kind == "word" else None
        if value is None or not (current == 0 or value >= 100 or _fits(current, value)):
            break
        if value >= 1000:
            total, current = total + (current or 1) * value, 0
        elif value == 100:
            current = (current or 1) * value
        else:
            current += value
        last += 1
        taken = last - at
    alone = taken == 1 and classed[at].text in {"one", "hundred", "thousand", "million", "billion"}
    return (0, "") if not taken or alone else (taken, str(total + current))


def _fits(current: int, value: int) -> bool:
    """Whether `value` may follow `current` in one spelt number, as 5 does 20 in twenty-five."""
    tens = current % 100
    return (tens == 0 and current >= 100 and value < 100) or (
        tens >= 20 and tens % 10 == 0 and value < 10
    )


def _unit_words(classed: list[Token], at: int) -> tuple[int, str]:
    if classed[at].text not in UNIT_OPENERS:
        return 0, ""
    for length in (3, 2, 1):
        phrase = " ".join(token.text for token in classed[at : at + length])
        if phrase in UNITS:
            return min(length, len(classed) - at), UNITS[phrase]
    return 0, ""
