"""Rules on stems that ask for the exception."""

import re

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, lead_in

_AUXILIARY = (
    "is|are|was|were|be|been|do|does|did|can|could|would|will|should|must|may|might|has|have|had"
)
_SUBORDINATE = "if|when|because|that|since|although|though|while|unless|but|and|or|not|so|who|to"
_AMOUNT = "percent|percentage|fraction|proportion|share|part|number|amount"
_ASKING = (
    rf"(?:^(?:\w+ )?(?:which|what|who|whose|where)|[,:;] (?:which|what|whose)(?! (?:{_AUXILIARY})\b))"
    rf"(?! (?:{_AMOUNT})\b)"
)
_PLAIN = rf"(?: (?!(?:{_AUXILIARY}|{_SUBORDINATE})\b)[\w'-]+)"
_NOT = r"(?P<mark>[*_]{1,2})?(?P<no>not)\b"
_NEGATIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_ASKING}{_PLAIN}{{0,9}} (?:{_AUXILIARY}) {_NOT}",
        rf"{_ASKING}{_PLAIN}{{0,9}} (?:can|could|do|does|did|should|would|must){_PLAIN}{{1,4}} {_NOT}",
        rf"{_ASKING}{_PLAIN}{{0,9}} (?P<no>cannot|(?:{_AUXILIARY}|ca|wo)n't)\b",
        rf"\b(?:choose|select|find|pick|identify|mark) (?:the|an) (?:odd )?(?:one|option|answer|choice|statement|word|item|figure|shape|number|picture) (?:that|which) (?:{_AUXILIARY}) {_NOT}",
        r"\b(?:all|each|every|any|both)\b.{0,200}?\b(?P<mark>[*_]{1,2})?(?P<no>except)\b[*_]{0,2}(?: for)?\W*$",
        r"\bwhich (?:one )?of (?:the following|these)\b[^.?]*? (?P<mark>[*_]{1,2})?(?P<no>least) (?!number|amount|common|value|possible|sum|expensive)",
    )
)
_NEGATIVE = re.compile(r"\b(?:not|never|cannot|\w+n't)\b", re.IGNORECASE)


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


def _negations(draft: Draft) -> list[re.Match[str]]:
    asked = lead_in(draft.stem)
    return [match for pattern in _NEGATIONS if (match := pattern.search(asked))]


RULES = (
    Rule("hidden-negative", "Haladyna 2002, 17: NOT and EXCEPT in capitals", hidden_negative),
    Rule("double-negative", "Haladyna 2002, 27: phrase choices positively", double_negative),
)
