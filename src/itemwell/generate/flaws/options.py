"""Rules on the options as a set: distinct, independent, plausible, and options at all."""

import re
from collections.abc import Sequence
from itertools import combinations

from itemwell.bank import Draft, Option
from itemwell.generate.flaws.numbers import quantity, span
from itemwell.generate.flaws.parts import key, lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, lead_in, listed, words

_ORDINARY = re.compile(r"[^\W\d_]{4,}")
_CAPTION = re.compile(r"<(title|desc)\b[^<>]*>[^<]*</\1>")
_FORM_ASKED = re.compile(
    r"simplest|simplif|lowest terms|standard form|notation|significant|decimal|as an? (\w+ )?(fraction|percentage|mixed)|in the form",
    re.IGNORECASE,
)
_QUANTITY_ASKED = re.compile(
    r"\bhow (many|much|old|long|far|tall|high|deep|wide|fast|heavy|often)\b"
    r"|\b(what|which) (percentage|proportion|share|number|age|amount)\b"
    r"|\bin (which|what) (\w+ )?(range|interval|group|band|bracket|class)\b",
    re.IGNORECASE,
)
_NARROWEST_ASKED = re.compile(
    r"narrow|smallest|shortest|tightest|wid(?:e|est)\b|largest|most precise|best estimate",
    re.IGNORECASE,
)
_EQUIVALENT_ASKED = re.compile(r"equivalent|negation|same as|means? the same", re.IGNORECASE)
_EITHER = re.compile(r"(?:either )?([^\d,;]{3,}?) or ([^\d,;]{3,})", re.IGNORECASE)
_ALL_OR_NONE = re.compile(
    r"(all|none|neither|both|any|some|two|three|several|more than one|not any)"
    r" (of )?((the|these) )?(above|preceding|following|options|answers|choices|other options|others above)"
    r"( (is|are) (correct|right|true|wrong|false|possible))?"
    r"|(all|none|both|neither)( of (these|them))? (is|are) (correct|right)"
    r"|(all|none) of these|no (correct|right) answer",
    re.IGNORECASE,
)
_LETTERS_JOINED = re.compile(
    r"(?:only )?(?:both |either |neither )?[A-F](?:, ?[A-F])*,? (?:and|or|nor|&) [A-F](?: only)?"
)
_NUMERALS_JOINED = re.compile(
    r"(?:only )?(?:both |either |neither )?(?:I{1,3}|IV|V)(?:, ?(?:I{1,3}|IV|V))*,? (?:and|or|nor|&) (?:I{1,3}|IV|VI?)(?: only)?"
)
_OTHER_OPTION = re.compile(
    r"\b(?:option|answer|choice)s? \(?[A-F]\b|\b(?:same|right|wrong|true|correct) as [B-F]\b"
)
_LONE_LETTER = re.compile(r"\b[B-F]\b")
_FILLER = re.compile(
    r"(i |we )?(do not|don'?t|cannot|can'?t) (know|tell you|remember|care)|i am not sure|(i'm )?not sure"
    r"|(i have )?no (idea|clue)|who (knows|cares)|idk|n/a|not applicable|i give up|just guess(ing)?"
    r"|something else|blah( blah)*|asdf\w*|lol",
    re.IGNORECASE,
)
_VERDICTS = listed("true false yes no correct incorrect right wrong both neither maybe")


def same_option(draft: Draft) -> str | None:
    seen: dict[tuple[str, str | None], str] = {}
    drawn: dict[str, str] = {}
    for letter, option in lettered(draft):
        picture = _drawing(option)
        earlier = seen.setdefault((_alike(option.text), picture), letter)
        if picture is not None:
            earlier = min(earlier, drawn.setdefault(picture, letter))
        if earlier != letter and (picture or fold(option.text)):
            return f"{earlier} and {letter} are the same: {quoted(option.text)}"
    return None


def same_number(draft: Draft) -> str | None:
    """Left alone where the form of a number is what the stem asks for."""
    if _FORM_ASKED.search(draft.stem):
        return None
    read = [(letter, option, quantity(option.text)) for letter, option in lettered(draft)]
    for (letter, one, value), (other, two, other_value) in combinations(read, 2):
        if value is not None and value == other_value and _alike(one.text) != _alike(two.text):
            return f"{letter} and {other} are equal: {quoted(one.text)} and {quoted(two.text)}"
    return None


def overlapping(draft: Draft) -> str | None:
    """Two options that one answer would fit: "5-10" with "8-12", "Anna" with "Anna or Ben".

    Ranges count where the stem asks for a quantity and not for the best range, and where they
    share more than an end.
    """
    return _overlapping_ranges(draft) or _inclusive_or(draft)


def all_or_none(draft: Draft) -> str | None:
    return _first_matching(draft, _ALL_OR_NONE, "stands for other options")


def refers_to_options(draft: Draft) -> str | None:
    """Letters count as options' letters where the stem and the stimulus have no such names."""
    if found := _first_matching(draft, _NUMERALS_JOINED, "combines numbered statements"):
        return found
    if _LONE_LETTER.search(draft.stem + " " + (draft.stimulus.text if draft.stimulus else "")):
        return None
    for letter, option in lettered(draft):
        if _OTHER_OPTION.search(fold(option.text)):
            return f"{letter} speaks of another option: {quoted(option.text)}"
    return _first_matching(draft, _LETTERS_JOINED, "combines other options")


def carries_letters(draft: Draft) -> str | None:
    """Only where every option begins with the letter of its place: "A. Einstein" is a name."""
    options = lettered(draft)
    labelled = [
        re.match(rf"\(?{letter}[).:] ?\S", fold(o.text), re.IGNORECASE) for letter, o in options
    ]
    return "the options carry their letters in their texts" if options and all(labelled) else None


def filler(draft: Draft) -> str | None:
    return _first_matching(draft, _FILLER, "is filler")


def verdicts_only(draft: Draft) -> str | None:
    """A scale with "cannot say" is a format of its own, and left alone."""
    said = [words(option.text) for _, option in lettered(draft)]
    if len(said) > 1 and all(len(word) == 1 and word[0] in _VERDICTS for word in said):
        return "the options only say true or false, yes or no"
    return None


def same_beginning(draft: Draft) -> str | None:
    """Three words that every option begins with belong in the stem."""
    starts = {tuple(fold(option.text).casefold().split()[:3]) for _, option in lettered(draft)}
    if len(starts) != 1 or len(draft.options) < 2:
        return None
    start = starts.pop()
    if len(start) == 3 and all(word.replace("'", "").isalpha() for word in start):
        return f"every option begins with {quoted(' '.join(start))}"
    return None


def _drawing(option: Option) -> str | None:
    return None if option.svg is None else _CAPTION.sub("", option.svg)


def _alike(text: str) -> str:
    """`text` folded, without a full stop, and without capitals where they tell nothing.

    They do in short words and odd ones: 5 mW is not 5 MW, nor ABab abAB.
    """
    return _ORDINARY.sub(_plain_case, fold(text).rstrip("."))


def _plain_case(match: re.Match[str]) -> str:
    word = match[0]
    return word.lower() if word in {word.lower(), word.upper(), word.capitalize()} else word


def _overlapping_ranges(draft: Draft) -> str | None:
    if not _QUANTITY_ASKED.search(draft.stem) or _NARROWEST_ASKED.search(draft.stem):
        return None
    spans = [(letter, ends) for letter, o in lettered(draft) if (ends := span(o.text)) is not None]
    for (letter, (low, high)), (other, (other_low, other_high)) in combinations(spans, 2):
        if draft.key in {letter, other} and max(low, other_low) < min(high, other_high):
            return f"the ranges of {letter} and {other} overlap"
    return None


def _inclusive_or(draft: Draft) -> str | None:
    if key(draft) is None or _EQUIVALENT_ASKED.search(lead_in(draft.stem)):
        return None
    place = {fold(option.text).casefold().rstrip("."): letter for letter, option in lettered(draft)}
    for text, letter in place.items():
        for part in _parts_of_or(text):
            if part in place and draft.key in {letter, place[part]}:
                return f"{place[part]} is part of {letter}: {quoted(text)}"
    return None


def _parts_of_or(text: str) -> Sequence[str]:
    match = _EITHER.fullmatch(text)
    return match.groups() if match else ()


def _first_matching(draft: Draft, pattern: re.Pattern[str], complaint: str) -> str | None:
    for letter, option in lettered(draft):
        if pattern.fullmatch(fold(option.text).rstrip(".!")):
            return f"{letter} {complaint}: {quoted(option.text)}"
    return None


RULES = (
    Rule("same-option", "Haladyna 2002, 22: keep choices independent", same_option),
    Rule("same-number", "Haladyna 2002, 22: keep choices independent", same_number),
    Rule("overlap", "Haladyna 2002, 22: choices should not be overlapping", overlapping),
    Rule("all-or-none", "Haladyna 2002, 25 and 26: all, none of the above", all_or_none),
    Rule("refers-to-options", "Haladyna 2002, 9: avoid complex (Type K)", refers_to_options),
    Rule("carries-letters", "ours: options are shuffled, their letters are not", carries_letters),
    Rule("filler", "Haladyna 2002, 29: make all distractors plausible", filler),
    Rule("verdicts-only", "Tarrant 2006: true/false questions", verdicts_only),
    Rule("same-beginning", "Haladyna 2002, 13: minimize the amount of reading", same_beginning),
)
