"""Rules on what gives the key away to somebody who knows nothing but tests."""

import re
from collections import Counter

from itemwell.bank import Draft
from itemwell.generate.flaws.numbers import quantity
from itemwell.generate.flaws.parts import key, lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, holds, is_english, listed, words

LONGER_BY_RATIO = 1.5
LONGER_BY_CHARACTERS = 15

_EXTREMES = listed("always never absolutely completely entirely totally invariably")
_QUANTIFIERS = listed("all none only every nobody nothing everyone everything")
_OTHER_QUANTIFIERS = listed("some most many few each no any both sometimes often how")
_HEDGES = listed("usually often frequently generally typically sometimes normally mostly")
_FREQUENCY_ASKED = re.compile(r"\bhow (?:often|frequent)|\bfrequency\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(an?)[\s:_.…]*$", re.IGNORECASE)
_SOUNDS_LIKE_VOWEL = re.compile(r"(?:[aio]|e(?!u|we))(?!nce\b|ne\b|ne-)[a-z]{2,}")
_SOUNDS_LIKE_CONSONANT = re.compile(r"[b-df-gj-np-tv-z][a-z]{2,}")
_PLURAL_ASKED = re.compile(r"\b(?:are|were)[\s:_.…]*$", re.IGNORECASE)
_SINGULAR = re.compile(r"(?:an?|one) (?!and\b)[^,;]*", re.IGNORECASE)
_BETWEEN_ELEMENTS = re.compile(r" ?[,;/] ?(?:and )?| and | with ")
_ELEMENT = re.compile(r"[^\W\d_]{3,}(?:[ '-][^\W\d_]+)*")
_WEAK = listed(
    "about above after again against among another answer because before below between correct"
    " could despite during either every first following found given hence however might never"
    " often option other question right shall should since statement their there therefore these"
    " thing those though through under until using where whether which while whose within without"
    " would yours"
    " the and for are was has had his her its not but can all any who how why one two out off our you"
    " she him may must will with from that this they them than then what when have were been does did"
    " each some most more less only also into onto over very much many such both same"
)


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
    question's own, as the quantifiers of a syllogism are.
    """
    told = _told(draft)
    absolutes = _EXTREMES - told
    if told.isdisjoint(_QUANTIFIERS | _OTHER_QUANTIFIERS):
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


def convergence(draft: Draft) -> str | None:
    """Options that are lists of words, and a key that alone is made of what most options have."""
    parts = {letter: _elements(o.text) for letter, o in lettered(draft) if o.svg is None}
    right = parts.get(draft.key, frozenset())
    if len(right) < 2 or {len(elements) for elements in parts.values()} != {len(right)}:
        return None
    count_by_element = Counter(element for elements in parts.values() for element in elements)
    common = {element for element, n in count_by_element.items() if 2 * n > len(parts)}
    if [letter for letter, elements in parts.items() if elements <= common] != [draft.key]:
        return None
    return f"the parts of key {draft.key} are those that most options have"


def key_in_stem(draft: Draft) -> str | None:
    """The whole key in the stem, where no distractor consists of the stem's words.

    Keys with a digit, and keys of fewer than four letters, stand in stems by chance.
    """
    right = key(draft)
    if right is None or _letters(right.text) < 4 or any(c.isdigit() for c in right.text):
        return None
    asked = set(words(draft.stem))
    if any(words(option.text) and asked.issuperset(words(option.text)) for option in draft.wrong):
        return None
    return f"the stem names the key: {quoted(right.text)}" if holds(draft.stem, right.text) else None


def clang(draft: Draft) -> str | None:
    """A word of five letters that stem and key share, where no distractor shares any of three."""
    if key(draft) is None or key_in_stem(draft):
        return None
    asked = _content(draft.stem)
    shared = {letter: asked & _content(option.text) for letter, option in lettered(draft)}
    repeated = sorted(word for word in shared.pop(draft.key) if len(word) >= 5)
    if not repeated or any(shared.values()):
        return None
    return f"only key {draft.key} repeats the stem: {', '.join(repeated[:3])}"


def odd_form(draft: Draft) -> str | None:
    """A key that alone has, or alone lacks, a full stop or a unit."""
    if key(draft) is None:
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
        return bool(wrong.match(option))
    return bool(
        _PLURAL_ASKED.search(stem) and _SINGULAR.fullmatch(option) and " and " not in option
    )


def _elements(text: str) -> frozenset[str]:
    parts = _BETWEEN_ELEMENTS.split(fold(text).casefold().rstrip("."))
    if not all(_ELEMENT.fullmatch(part) for part in parts):
        return frozenset()
    return frozenset(parts)


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _content(text: str) -> set[str]:
    return {word for word in words(text) if len(word) >= 3} - _WEAK


RULES = (
    Rule("longest-key", "NBME: long correct answer; Haladyna 2002, 24", longest_key),
    Rule("absolute-distractors", "NBME: absolute terms; Haladyna 2002, 28a", absolute_distractors),
    Rule("hedged-key", "Tarrant 2006: vague terms", hedged_key),
    Rule("grammatical-cue", "NBME: grammatical cues; Haladyna 2002, 28c", grammatical_cue),
    Rule("convergence", "NBME: convergence strategy", convergence),
    Rule("key-in-stem", "Haladyna 2002, 28b: choices identical to words in the stem", key_in_stem),
    Rule("clang", "NBME: word repeats; Haladyna 2002, 28b: clang associations", clang),
    Rule("odd-form", "Haladyna 2002, 28d: conspicuous correct choice", odd_form),
)
