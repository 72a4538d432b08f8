"""Mutants: a sound question with one defect put in, to see which gate finds it.

To add one: write a pure function `(draft, chance) -> Draft | None` and name it in `MUTANTS`. It gives
None where the question does not allow that defect, and never the question as it was.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random

from itemwell.bank import LETTERS, Draft, Option, Stimulus
from itemwell.similar.signature import canonical

Mutant = Callable[[Draft, Random], Draft | None]

OTHER_END = {"easy": "hard", "hard": "easy"}
IN_WORDS = dict(
    enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
)
NUMBER = re.compile(r"([£$€]?)(\d{1,9})(\.\d+)?((?: ?[^\d\s/:.,][^\d]*)?)")
FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")
PAIR = re.compile(r"([\w'-]+(?: [\w'-]+)?) and ([\w'-]+(?: [\w'-]+)?)")
ARTICLE = re.compile(r"(?:a|an|the) (?=\w)", re.IGNORECASE)
PLURAL = re.compile(r".*\w{2,}[^\Ws]s")
LEAKS = (
    "Everybody who worked it out carefully came to this: {key}.",
    "Keep in mind that it is {key} in the end.",
    "It is known already that the result is {key}.",
)
ABSURD = (
    "a purple Tuesday that hums",
    "the square root of a sandwich",
    "minus four million singing teapots",
    "whatever the moon had for breakfast",
    "my neighbour's invisible bicycle",
)
QUALIFIED = (
    ", all of it taken together",
    ", once each part of what was told is put beside the others",
    ", with nothing of what was said above left out of account",
)


def key_swapped(draft: Draft, chance: Random) -> Draft | None:
    """A distractor is the key, and the explanation still derives the right one."""
    wrong = chance.choice([letter for letter in _letters(draft) if letter != draft.key])
    lured = dict(zip(LETTERS, draft.options, strict=False))[wrong]
    demoted = replace(draft.right, misconception=lured.misconception or "Overlooks a step.")
    promoted = replace(lured, misconception=None)
    changed = _with(_with(draft, draft.key, demoted), wrong, promoted)
    return replace(changed, key=wrong)


def two_right(draft: Draft, chance: Random) -> Draft | None:
    """A distractor says what the key says, in other words or figures. None for pictures."""
    if draft.right.svg or not draft.right.text.strip():
        return None
    taken = {canonical(option.text) for option in draft.options}
    twins = [text for text in _equals(draft.right.text) if canonical(text) not in taken]
    if not twins:
        return None
    letter, lost = _a_distractor(draft, chance)
    return _with(draft, letter, replace(lost, text=chance.choice(twins)))


def answer_leaked(draft: Draft, chance: Random) -> Draft | None:
    """The stem or the stimulus says the key."""
    key = draft.right.text.strip().rstrip(".")
    if not key:
        return None
    leak = chance.choice(LEAKS).format(key=key)
    read = draft.stimulus
    if read and not read.svg and chance.random() < 0.5:
        return replace(draft, stimulus=Stimulus(f"{read.text}\n{leak}"))
    return replace(draft, stem=f"{leak} {draft.stem}")


def wrong_level(draft: Draft, chance: Random) -> Draft | None:  # noqa: ARG001 - every mutant has it
    """It stands at the other end of the scale. None in its middle, which has none."""
    other = OTHER_END.get(draft.stratum.difficulty)
    return replace(draft, stratum=draft.stratum._replace(difficulty=other)) if other else None


def grammatical_cue(draft: Draft, chance: Random) -> Draft | None:
    """The key alone agrees with the rest, or is much longer. None for pictures."""
    texts = [option.text for option in draft.options]
    if draft.right.svg or not all(texts):
        return None
    ways = [_longer_key(draft)]
    if all(ARTICLE.match(text) for text in texts):
        ways.append(_elsewhere(draft, lambda text: ARTICLE.sub("", text, count=1)))
    if all(PLURAL.fullmatch(text) for text in texts):
        ways.append(_elsewhere(draft, lambda text: text[:-1]))
    return chance.choice(ways)


def nonsense_distractor(draft: Draft, chance: Random) -> Draft | None:
    """A distractor is absurd. None for pictures."""
    if any(option.svg for option in draft.options):
        return None
    letter, lost = _a_distractor(draft, chance)
    return _with(draft, letter, replace(lost, text=chance.choice(ABSURD)))


MUTANTS: Mapping[str, Mutant] = {
    each.__name__: each
    for each in (
        key_swapped,
        two_right,
        answer_leaked,
        wrong_level,
        grammatical_cue,
        nonsense_distractor,
    )
}


def _equals(text: str) -> list[str]:
    """Other ways to say `text`: other figures where there are some, else other words."""
    return [*_equal_figures(text)] or [*_other_words(text)]


def _equal_figures(text: str) -> Iterator[str]:
    if match := NUMBER.fullmatch(text):
        yield from _equal_numbers(*match.groups(default=""))
    if match := FRACTION.fullmatch(text):
        yield f"{2 * int(match[1])}/{2 * int(match[2])}"
    if re.fullmatch(r"\d(?: \d)+", text):
        yield text.replace(" ", ", ")
    if (match := PAIR.fullmatch(text)) and " and " not in match[2]:
        yield f"{match[2]} and {match[1]}"


def _other_words(text: str) -> Iterator[str]:
    if text[-1] == ".":
        yield f"It is true that {text[0].lower()}{text[1:]}"
    else:
        yield f"in other words, {text}"
        yield f"exactly {text}"


def _equal_numbers(sign: str, whole: str, part: str, unit: str) -> Iterator[str]:
    number = int(whole)
    if not part:
        yield f"{sign}{whole}.{'00' if sign else '0'}{unit}"
    elif not part.strip(".0"):
        yield f"{sign}{whole}{unit}"
    if not part and not sign and number in IN_WORDS:
        yield f"{IN_WORDS[number]}{unit}"
    if not part and not sign and number == 12:
        yield f"a dozen{unit}"


def _longer_key(draft: Draft) -> Draft:
    """The key so long that it stands out beside the longest distractor."""
    text, end = draft.right.text.rstrip("."), "." if draft.right.text.endswith(".") else ""
    longest = max(len(option.text) for option in draft.wrong)
    for clause in QUALIFIED:
        text += clause
        if len(text) > 2 * longest:
            break
    return _with(draft, draft.key, replace(draft.right, text=text + end))


def _elsewhere(draft: Draft, change: Callable[[str], str]) -> Draft:
    """`draft` with the text of each distractor changed."""
    changed = [
        option if letter == draft.key else replace(option, text=change(option.text))
        for letter, option in zip(LETTERS, draft.options, strict=False)
    ]
    return replace(draft, options=tuple(changed))


def _a_distractor(draft: Draft, chance: Random) -> tuple[str, Option]:
    letter = chance.choice([letter for letter in _letters(draft) if letter != draft.key])
    return letter, draft.options[LETTERS.index(letter)]


def _letters(draft: Draft) -> str:
    return LETTERS[: len(draft.options)]


def _with(draft: Draft, letter: str, option: Option) -> Draft:
    options = list(draft.options)
    options[LETTERS.index(letter)] = option
    return replace(draft, options=tuple(options))
