"""Rules on what is asked: that something is, once, plainly, and with what it speaks of at hand."""

import re

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, lead_in, sentences, without_quotations, words

_AUXILIARY = (
    "is|are|was|were|be|been|do|does|did|can|could|would|will|should|must|may|might|has|have|had"
)
_SUBORDINATE = "if|when|because|that|since|although|though|while|unless|but|and|or|not|so|who|to"
_PLAIN = rf"(?: (?!(?:{_AUXILIARY}|{_SUBORDINATE})\b)[\w'-]+)"
_NOT = r"(?P<mark>[*_]{1,2})?(?P<no>not)\b"
_NEGATIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:which|what|who|whose|where){_PLAIN}{{0,9}} (?:{_AUXILIARY}) {_NOT}",
        rf"\b(?:which|what|who|whose|where){_PLAIN}{{0,9}} (?:can|could|do|does|did|should|would|must){_PLAIN}{{1,4}} {_NOT}",
        rf"\b(?:which|what|who|whose|where){_PLAIN}{{0,9}} (?P<no>cannot|(?:{_AUXILIARY}|ca|wo)n't)\b",
        rf"\b(?:choose|select|find|pick|identify|mark) (?:the|an) (?:odd )?(?:one|option|answer|choice|statement|word|item|figure|shape|number|picture) (?:that|which) (?:{_AUXILIARY}) {_NOT}",
        r"\b(?:all|each|every|any|both)\b.*?\b(?P<mark>[*_]{1,2})?(?P<no>except)\b[*_]{0,2}(?: for)?\W*$",
        r"\bwhich (?:one )?of (?:the following|these)\b[^.?]*? (?P<mark>[*_]{1,2})?(?P<no>least) (?!number|amount|common|value|possible|sum|expensive)",
    )
)
_NEGATIVE = re.compile(r"\b(?:not|never|cannot|\w+n't)\b", re.IGNORECASE)
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
    if not stem or "?" in stem or _ENDED.match(end) or not _SPELT_OUT.match(end):
        return None
    return f"the stem ends in {quoted(stem[-12:])}, with no question, full stop, colon or blank"


def too_short(draft: Draft) -> str | None:
    """A stem of fewer than three words. Digits, signs and other scripts than Latin say more."""
    stem = fold(draft.stem)
    if stem and (len(stem) < 3 or (len(words(stem)) < 3 and _LATIN_WORDS.fullmatch(stem))):
        return f"the stem is only {quoted(draft.stem)}"
    return None


def unfocused(draft: Draft) -> str | None:
    if draft.stimulus is None and _UNFOCUSED.fullmatch(fold(draft.stem)):
        return "the stem does not say what the question is about"
    return None


def hidden_negative(draft: Draft) -> str | None:
    """A stem that asks for the exception, and does not say so in capitals or in bold.

    A negation inside what is told ("if it does not rain") is no business of this rule.
    """
    for match in _negations(draft):
        if not match["no"].isupper() and not match.groupdict().get("mark"):
            return f"{quoted(match['no'])} wants capitals"
    return None


def double_negative(draft: Draft) -> str | None:
    """Left alone where the negation is in what was told: a denied premise is denied again."""
    if not _negations(draft):
        return None
    told = fold(draft.stem).replace(lead_in(draft.stem), "")
    if _NEGATIVE.search(told) or (draft.stimulus and _NEGATIVE.search(fold(draft.stimulus.text))):
        return None
    for letter, option in lettered(draft):
        if _NEGATIVE.search(fold(option.text)):
            return f"the stem is negative, and so is {letter}: {quoted(option.text)}"
    return None


def opinion(draft: Draft) -> str | None:
    found = _OPINION.search(without_quotations(draft.stem))
    return f"the stem asks for an opinion: {quoted(found[0])}" if found else None


def repeats_itself(draft: Draft) -> str | None:
    if found := _DOUBLED.search(fold(draft.stem)):
        return f"the stem says {quoted(found[0])}"
    said: set[str] = set()
    for sentence in map(fold, sentences(draft.stem)):
        if len(sentence) >= 15 and sentence.casefold() in said:
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


def _negations(draft: Draft) -> list[re.Match[str]]:
    asked = lead_in(draft.stem)
    return [match for pattern in _NEGATIONS if (match := pattern.search(asked))]


RULES = (
    Rule("no-question", "Haladyna 2002, 14: directions in the stem are clear", no_question),
    Rule("too-short", "Haladyna 2002, 15: the central idea is in the stem", too_short),
    Rule("unfocused", "Tarrant 2006: unfocused stem", unfocused),
    Rule("hidden-negative", "Haladyna 2002, 17: NOT and EXCEPT in capitals", hidden_negative),
    Rule("double-negative", "Haladyna 2002, 27: phrase choices positively", double_negative),
    Rule("opinion", "Haladyna 2002, 6: avoid opinion-based items", opinion),
    Rule("repeats-itself", "Haladyna 2002, 11: edit and proof items", repeats_itself),
    Rule("no-stimulus", "Tarrant 2006: unclear information", no_stimulus),
)
