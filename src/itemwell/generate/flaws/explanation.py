"""Rules on the explanation: that it leads to the key, and that its sums are right."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from itemwell.bank import Draft
from itemwell.generate.flaws.numbers import DECIMAL, number
from itemwell.generate.flaws.parts import key, lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, sentences

_END = r"(?=[.,;:!]|$| because\b| since\b| as\b)"
_NAMED_RIGHT = re.compile(
    rf"\b(?:correct |right |best )?(?:answer|option|choice|key)(?: is|:| must be) (?:option )?\(?([A-F])\)?{_END}"
    r"|\b(?:option )?\(?([A-F])\)? is (?:the )?(?:correct|right|best)\b",
)
_ANSWER = re.compile(r"\b(?:the|so the) (?:correct |right )?answer is (.+)", re.IGNORECASE)
_DOUBTFUL = re.compile(
    r"\b(?:think|seem|tempt|mistak|error|wrong|incorrect|instead|forg[eo]t|if|would|not)",
    re.IGNORECASE,
)

_EQUATION = re.compile(
    rf"(?<![\w.,:/^])(-?{DECIMAL}) ?([-+*/\u00d7÷·]) ?({DECIMAL}) ?= ?(-?{DECIMAL})(?![\w/^%]|[.,:]\d)",
    re.ASCII,
)
_CURRENCY = re.compile("[$£€¥₹]")
_GOES_ON_BEFORE = re.compile(
    r"(?:[-+*/\u00d7÷·=(^%)]|\b(?:of|times|minus|plus|by|over|mod|[a-z]))$"
)
_GOES_ON_AFTER = re.compile(
    r" ?(?:[-+*/\u00d7÷·=^%!]|\(?mod|remainder|r\b|rem\b|[a-z]\b)", re.IGNORECASE
)
_OTHER_ARITHMETIC = re.compile(r"o'clock|modul|\bmod\b|remainder|\bbase\b|binary", re.IGNORECASE)
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda one, two: one + two,
    "-": lambda one, two: one - two,
    **dict.fromkeys("*\u00d7·", lambda one, two: one * two),
    **dict.fromkeys("/÷", lambda one, two: one / two),
}


def contradicts_key(draft: Draft) -> str | None:
    """An explanation that says another option is the answer, by its letter or by its whole text.

    Letters that are names in an option's text say nothing about options.
    """
    if key(draft) is None:
        return None
    text = {letter: fold(option.text).casefold().rstrip(".") for letter, option in lettered(draft)}
    for sentence in map(fold, sentences(draft.explanation)):
        if _DOUBTFUL.search(sentence):
            continue
        named = _named_letter(sentence, text) or _named_text(sentence, text)
        if named and text[named] != text[draft.key]:
            return f"the key is {draft.key}, the explanation says {named}: {quoted(sentence)}"
    return None


def wrong_sum(draft: Draft) -> str | None:
    """A sum of two numbers that is false: "3 + 4 = 8". A quotient may be rounded.

    Left alone where the stem redefines the signs by false sums of its own, and in a sentence
    about an error.
    """
    if "=" not in draft.explanation:
        return None
    told = fold(draft.stem + "\n" + (draft.stimulus.text if draft.stimulus else ""))
    if _OTHER_ARITHMETIC.search(told + draft.explanation) or any(_false_sums(told)):
        return None
    for sentence in map(fold, sentences(draft.explanation)):
        if not _DOUBTFUL.search(sentence):
            for false in _false_sums(sentence):
                return f"the explanation is wrong in {quoted(false)}"
    return None


def _named_letter(sentence: str, text: dict[str, str]) -> str | None:
    match = _NAMED_RIGHT.search(sentence)
    letter = match and (match[1] or match[2])
    if not letter or letter not in text:
        return None
    is_name = any(re.search(rf"\b{letter.casefold()}\b", option) for option in text.values())
    return None if is_name else letter


def _named_text(sentence: str, text: dict[str, str]) -> str | None:
    match = _ANSWER.search(sentence)
    said = match and match[1].casefold().strip(' ".!')
    return next((letter for letter, option in text.items() if said and option == said), None)


def _false_sums(text: str) -> Iterator[str]:
    if "=" not in text:
        return
    plain = _CURRENCY.sub("", text)
    for match in _EQUATION.finditer(plain):
        before = plain[max(0, match.start() - 8) : match.start()].rstrip()
        if _GOES_ON_BEFORE.search(before) or _GOES_ON_AFTER.match(plain, match.end()):
            continue
        if not _holds(match):
            yield match[0]


def _holds(match: re.Match[str]) -> bool:
    one, two, said = _signed(match[1]), _signed(match[3]), _signed(match[4])
    if match[2] in "/÷" and not two:
        return False
    error = abs(_OPERATIONS[match[2]](one, two) - said)
    last_digit = Fraction(1, 10 ** len(match[4].partition(".")[2]))
    may_be_rounded = match[2] in "/÷" or "." in match[1] + match[3]
    return error < last_digit if may_be_rounded else not error


def _signed(text: str) -> Fraction:
    return -number(text[1:]) if text.startswith("-") else number(text)


RULES = (
    Rule("contradicts-key", "Haladyna 2002, 19: only one choice is right", contradicts_key),
    Rule("wrong-sum", "Haladyna 2002, 11: edit and proof items", wrong_sum),
)
