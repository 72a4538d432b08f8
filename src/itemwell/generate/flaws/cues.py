"""Rules on a form that gives the key away to somebody who knows nothing but tests."""

import re
from collections import Counter

from itemwell.bank import Draft
from itemwell.generate.flaws.numbers import quantity
from itemwell.generate.flaws.parts import key, lettered
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, is_english, listed, words

LONGER_BY_RATIO = 1.5
LONGER_BY_CHARACTERS = 15

_EXTREMES = listed("always never absolutely completely entirely totally invariably")
_QUANTIFIERS = listed("all none only every nobody nothing everyone everything")
_OTHER_QUANTIFIERS = listed("some most many few each no any both sometimes often how")
_HEDGES = listed("usually often frequently generally typically sometimes normally mostly")
_INFERENCE = re.compile(
    r"\b(?:true|false|follows?|infer|deriv|conclu|statement|argument)", re.IGNORECASE
)
_FREQUENCY_ASKED = re.compile(r"\bhow (?:often|frequent)|\bfrequency\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(an?)[\s:_.…]*$", re.IGNORECASE)
_SOUNDS_LIKE_VOWEL = re.compile(r"(?:[aio]|e(?!u|we))(?!nce\b|ne\b|ne-)[a-z]{2,}")
_SOUNDS_LIKE_CONSONANT = re.compile(r"[b-df-gj-np-tv-z][a-z]{2,}")
_PLURAL_ASKED = re.compile(r"\b(?:are|were)[\s:_.…]*$", re.IGNORECASE)
_SINGULAR = re.compile(r"(?:an?|one) (?!and\b)[^,;]*", re.IGNORECASE)


def longest_key(draft: Draft) -> str | None:
    """A key over 1.5 times as long as the longest distractor, and by 15 characters or more."""
    right = key(draft)
    if right is None or right.svg is not None:
        return None
    length = len(fold(right.text))
    longest = max((len(fold(option.text)) for option in draft.wrong), default=0)
    if (
        length <= LONGER_BY_RATIO * longest
        or length - longest < LONGER_BY_CHARACTERS
        or not longest
    ):
        return None
    return f"key {draft.key} has {length} characters, the longest distractor {longest}"


def absolute_distractors(draft: Draft) -> str | None:
    """Two distractors or more that say always, never, all, only, and a key that does not.

    Left alone where the options are a scale ("always true"), and for words that are the
    question's own, as quantifiers are where something is to be inferred.
    """
    told = _told(draft)
    absolutes = _EXTREMES - told
    if told.isdisjoint(_QUANTIFIERS | _OTHER_QUANTIFIERS) and not _INFERENCE.search(draft.stem):
        absolutes |= _QUANTIFIERS
    if key(draft) is None or _is_scale(draft):
        return None
    saying = [letter for letter, o in lettered(draft) if not absolutes.isdisjoint(words(o.text))]
    if len(saying) < 2 or draft.key in saying:
        return None
    return f"only distractors are absolute: {', '.join(saying)}"


def hedged_key(draft: Draft) -> str | None:
    """Left alone where the stem or the stimulus speaks of how often."""
    if key(draft) is None or _is_scale(draft) or _FREQUENCY_ASKED.search(draft.stem):
        return None
    hedges = _HEDGES - _told(draft)
    saying = [letter for letter, o in lettered(draft) if not hedges.isdisjoint(words(o.text))]
    return f"only the key, {draft.key}, is vague" if saying == [draft.key] else None


def grammatical_cue(draft: Draft) -> str | None:
    """An option that does not follow from the stem's last word: "an ... banana", "are ... a dog".

    Only in English, and only where the first letters leave no doubt about the sound.
    """
    if not is_english(draft.stem):
        return None
    stem = fold(draft.stem)
    misfits = [letter for letter, option in lettered(draft) if _misfits(stem, fold(option.text))]
    if not misfits or len(misfits) == len(draft.options):
        return None
    return f"{', '.join(misfits)} cannot follow the end of the stem"


def odd_form(draft: Draft) -> str | None:
    """A key that alone has, or alone lacks, a full stop or a unit."""
    if key(draft) is None or any(option.svg for option in draft.options):
        return None
    sentences = {
        le: fold(o.text).endswith(".") for le, o in lettered(draft) if len(words(o.text)) > 2
    }
    read = {letter: quantity(option.text) for letter, option in lettered(draft)}
    units = {le: any(c.isalpha() for c in q.unit) for le, q in read.items() if q is not None}
    for what, has in (("a full stop", sentences), ("a unit", units)):
        if len(has) == len(draft.options) >= 3 and _stands_alone(draft.key, has):
            return (
                f"key {draft.key} is the only one {'with' if has[draft.key] else 'without'} {what}"
            )
    return None


def _stands_alone(letter: str, has: dict[str, bool]) -> bool:
    return Counter(has.values())[has[letter]] == 1


def _told(draft: Draft) -> set[str]:
    return set(words(draft.stem)).union(words(draft.stimulus.text if draft.stimulus else ""))


def _is_scale(draft: Draft) -> bool:
    return all(len(words(option.text)) <= 3 for option in draft.options)


def _misfits(stem: str, option: str) -> bool:
    if article := _ARTICLE.search(stem):
        wrong = _SOUNDS_LIKE_VOWEL if article[1].lower() == "a" else _SOUNDS_LIKE_CONSONANT
        return bool(wrong.match(option[:1].lower() + option[1:]))
    return bool(
        _PLURAL_ASKED.search(stem) and _SINGULAR.fullmatch(option) and " and " not in option
    )


RULES = (
    Rule("longest-key", "NBME: long correct answer; Haladyna 2002, 24", longest_key),
    Rule("absolute-distractors", "NBME: absolute terms; Haladyna 2002, 28a", absolute_distractors),
    Rule("hedged-key", "NBME: vague terms in the options", hedged_key),
    Rule("grammatical-cue", "NBME: grammatical cues; Haladyna 2002, 28c", grammatical_cue),
    Rule("odd-form", "Haladyna 2002, 28d: conspicuous correct choice", odd_form),
)
