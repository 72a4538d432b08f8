"""Rules on what is asked: that something is, once, plainly, and with what it speaks of at hand."""

import re

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import LIMITS, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, sentences, without_quotations, words

_OPINION = re.compile(
    r"\bdo you (?:think|feel|believe|prefer|like|agree)\b|\bin your (?:own )?(?:opinion|view)\b"
    r"|\bwould you (?:prefer|like|rather)\b|\byour (?:favou?rite|personal)\b|\bwhat is your (?:opinion|view)\b",
    re.IGNORECASE,
)
_UNFOCUSED = re.compile(
    r"(?:which|what)(?: one)?(?: of)?(?: the following| these| the options below)?(?: statements?| options?| answers?| sentences?)?"
    r" (?:is|are) (?:\*\*)?(?:not )?(?:true|correct|right|false|incorrect|wrong|accurate)(?:\*\*)?\W*",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[^\w,]|_")
_CLOSING = " \"'»)]}*"
_SPELT_OUT = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f0-9,]")
_LATIN_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f' ?.:!-]*")
_DOUBLED = re.compile(r"\b(the|of|and) \1\b", re.IGNORECASE)

_PICTURE = "picture|figure|image|diagram|graph|chart|map|photograph|photo|drawing|illustration"
_READING = "passage|text|paragraph|article|story|poem|extract|list|table|dialogue|letter|email"
_POINTING = (
    r"\b(?:the (?:\w+ )?(?:{0}) (?:above|below|shown|given)|(?:above|preceding|following) (?:{0})"
    r"|(?:according to|based on|shown in|depicted in) (?:the|this) (?:{0}))\b"
)
_AT_PICTURE = re.compile(
    _POINTING.format(_PICTURE) + r"|\bin (?:the|this) (?:picture|diagram|image|illustration)\b",
    re.IGNORECASE,
)
_AT_READING = re.compile(_POINTING.format(_READING), re.IGNORECASE)
_GIVEN_INLINE = re.compile(r":|\n|\"|,[^,]*,|\|")


def no_question(draft: Draft) -> str | None:
    """Left alone in scripts that end sentences without a mark, as Thai does."""
    stem = fold(draft.stem)
    end = stem.rstrip(_CLOSING)[-1:]
    if (
        not stem
        or len(draft.stem) > LIMITS["stem"]
        or "?" in stem
        or _ENDED.match(end)
        or not _SPELT_OUT.match(end)
    ):
        return None
    return f"the stem ends in {quoted(stem[-12:])}, with no question, full stop, colon or blank"


def too_short(draft: Draft) -> str | None:
    """A stem of fewer than three words, with nothing before it that it asks about.

    Digits, signs and other scripts than Latin say more in less.
    """
    stem = fold(draft.stem)
    if not stem or len(draft.stem) > LIMITS["stem"] or draft.stimulus is not None:
        return None
    if len(stem) < 3 or (len(words(stem)) < 3 and _LATIN_WORDS.fullmatch(stem)):
        return f"the stem is only {quoted(draft.stem)}"
    return None


def unfocused(draft: Draft) -> str | None:
    if draft.stimulus is None and _UNFOCUSED.fullmatch(fold(draft.stem)):
        return "the stem does not say what the question is about"
    return None


def opinion(draft: Draft) -> str | None:
    found = _OPINION.search(without_quotations(draft.stem))
    return f"the stem asks for an opinion: {quoted(found[0])}" if found else None


def repeats_itself(draft: Draft) -> str | None:
    if found := _DOUBLED.search(fold(draft.stem)):
        return f"the stem says {quoted(found[0])}"
    said: set[str] = set()
    for sentence in map(fold, sentences(draft.stem)):
        if len(words(sentence)) >= 4 and sentence.casefold() in said:
            return f"the stem says twice {quoted(sentence)}"
        said.add(sentence.casefold())
    return None


def no_stimulus(draft: Draft) -> str | None:
    """A passage or a list may stand in the stem itself; a picture may be each option's own."""
    if draft.stimulus is not None:
        return None
    if draft.stratum.question_type == "memory":
        return "there is nothing to remember"
    found = _AT_PICTURE.search(draft.stem)
    if found and "\n" not in draft.stem and not any(o.svg for o in draft.options):
        return f"there is no {quoted(found[0])}"
    found = _AT_READING.search(draft.stem)
    if found and not _GIVEN_INLINE.search(fold_lines(draft.stem)) and len(draft.stem) < 250:
        return f"there is no {quoted(found[0])}"
    return None


def fold_lines(text: str) -> str:
    """`text` folded, its line breaks kept."""
    return "\n".join(fold(line) for line in text.splitlines())


RULES = (
    Rule("no-question", "Haladyna 2002, 14: directions in the stem are clear", no_question),
    Rule("too-short", "Haladyna 2002, 15: the central idea is in the stem", too_short),
    Rule("unfocused", "NBME: answerable without looking at the options", unfocused),
    Rule("opinion", "Haladyna 2002, 6: avoid opinion-based items", opinion),
    Rule("repeats-itself", "Haladyna 2002, 11: edit and proof items", repeats_itself),
    Rule("no-stimulus", "ours: what a stem speaks of is at hand", no_stimulus),
)
