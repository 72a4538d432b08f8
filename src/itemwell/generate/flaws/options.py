"""Rules on what an option says: an answer, and nothing about the other options."""

import re

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, listed, words

_ALL_OR_NONE = re.compile(
    r"(all|none|neither|both|any|some|two|three|several|more than one|not any)"
    r" (of )?((the|these) )?(above|preceding|following|options|answers|choices|other options|others above)"
    r"( (is|are) (correct|right|true|wrong|false|possible))?"
    r"|(all|none|both|neither)( of (these|them))? (is|are) (correct|right)"
    r"|(all|none) of these|no (correct|right) answer",
    re.IGNORECASE,
)
_LETTERS_JOINED = re.compile(
    r"(?i:only )?(?i:both |either |neither )?[A-F](?:, ?[A-F])*,? (?:and|or|nor|&) [A-F](?: only)?"
)
_NUMERALS_JOINED = re.compile(
    r"(?i:only )?(?i:both |either |neither )?(?:I{1,3}|IV|V)(?:, ?(?:I{1,3}|IV|V))*,? (?:and|or|nor|&) (?:I{1,3}|IV|VI?)(?: only)?"
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
_UNFINISHED = listed("a an the of to in on at by for from with and or")
_VERDICTS = listed("true false yes no correct incorrect right wrong both neither maybe")


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
    """Three words that every option begins with belong in the stem, unless they want a fourth."""
    starts = {tuple(fold(option.text).casefold().split()[:3]) for _, option in lettered(draft)}
    if len(starts) != 1 or len(draft.options) < 2:
        return None
    start = starts.pop()
    if (
        len(start) == 3
        and start[2] not in _UNFINISHED
        and all(word.replace("'", "").isalpha() for word in start)
    ):
        return f"every option begins with {quoted(' '.join(start))}"
    return None


def _first_matching(draft: Draft, pattern: re.Pattern[str], complaint: str) -> str | None:
    for letter, option in lettered(draft):
        if pattern.fullmatch(fold(option.text).rstrip(".!")):
            return f"{letter} {complaint}: {quoted(option.text)}"
    return None


RULES = (
    Rule("all-or-none", "Haladyna 2002, 25 and 26: all, none of the above", all_or_none),
    Rule("refers-to-options", "Haladyna 2002, 9: avoid complex (Type K)", refers_to_options),
    Rule("carries-letters", "ours: options are shuffled, their letters are not", carries_letters),
    Rule("filler", "Haladyna 2002, 29: make all distractors plausible", filler),
    Rule("verdicts-only", "NBME: one best answer, not true or false", verdicts_only),
    Rule("same-beginning", "Haladyna 2002, 13: minimize the amount of reading", same_beginning),
)
