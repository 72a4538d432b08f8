"""How a text is read: folded to one form, cut into words and sentences."""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SIZED = re.compile("[\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u2070-\u209f\u2150-\u215f\u2189]")
_PUNCTUATION = str.maketrans({
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2044": "/",
})  # fmt: skip
_CHUNK = 1_000  # normalising takes the square of a run of combining marks
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!:;\u3002\uff1f])\s+|\n+")
_QUOTATION = re.compile('"[^"]*"|«[^«»]*»|„[^„"]*"')
_ENGLISH = frozenset({"the", "which", "what", "this", "that", "these", "who", "how", "there"})


@lru_cache(maxsize=256)
def fold(text: str) -> str:
    """One form for what looks the same: NFKC, plain dashes and quotes, single spaces.

    Unlike NFKC, it keeps what a raised, lowered or broken digit means.

    >>> fold("3² \u2212 1½")
    '3^2 - 1 1/2'
    """
    visible = _SIZED.sub(_spelt, _INVISIBLE.sub("", text))
    chunks = (visible[start : start + _CHUNK] for start in range(0, len(visible), _CHUNK))
    normal = "".join(unicodedata.normalize("NFKC", chunk) for chunk in chunks)
    return " ".join(normal.translate(_PUNCTUATION).split())


def listed(text: str) -> frozenset[str]:
    """A word list written as one text."""
    return frozenset(text.split())


@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` in lower case; numbers are none.

    >>> words("Isn't 5 O'Clock too late?")
    ("isn't", "o'clock", 'too', 'late')
    """
    return tuple(_WORD.findall(fold(text).casefold()))


def sentences(text: str) -> list[str]:
    """The sentences of `text` as written, none of them blank."""
    return [sentence for sentence in _BETWEEN_SENTENCES.split(text.strip()) if sentence]


def lead_in(stem: str) -> str:
    """The sentence that asks: the last with a question mark, and else the last. Folded."""
    folded = [fold(sentence) for sentence in sentences(stem)]
    asking = [sentence for sentence in folded if "?" in sentence]
    return (asking or folded or [""])[-1]


def without_quotations(text: str) -> str:
    """`text` folded, with what somebody else says in it taken out."""
    return _QUOTATION.sub('""', fold(text))


def is_english(text: str) -> bool:
    """Whether a word that only English has stands in `text`. In doubt, no."""
    return not _ENGLISH.isdisjoint(words(text))


def holds(text: str, phrase: str) -> bool:
    """Whether the words of `phrase`, in their order and side by side, stand in `text`."""
    return f" {' '.join(words(phrase))} " in f" {' '.join(words(text))} "


def _spelt(match: re.Match[str]) -> str:
    kind, _, codes = unicodedata.decomposition(match[0]).partition(" ")
    plain = "".join(chr(int(code, 16)) for code in codes.split())
    return {"<super>": "^", "<sub>": "_", "<fraction>": " "}.get(kind, "") + (plain or match[0])
