"""A quiz of a learning platform: which question of the bank each text of its report is.

Such reports name no question. They show what a learner read, as plain text: the stem, a colon, and
the options in the order of that attempt.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import NamedTuple

from itemwell.bank import LETTERS, Option, Question, Stimulus


class Asked(NamedTuple):
    """A question as plain text. `letter_of` has each option that reads like no other."""

    id: str
    lead: str
    options: tuple[str, ...]
    letter_of: Mapping[str, str]
    key: str


class Quiz(NamedTuple):
    """The questions in the quiz's order, or by what is read; None where several read the same."""

    slots: Sequence[Asked] = ()
    by_text: Mapping[str, Asked | None] = {}
    zone: tzinfo = UTC  # of the report's times


def plain(text: str) -> str:
    r"""`text` with single spaces for all white space, as it survives any export.

    >>> plain(" two\n\nlines ")
    'two lines'
    """
    return " ".join(text.split())


def asked(question: Question) -> Asked:
    """The question as a report shows it: a picture is its description in brackets."""
    draft = question.draft
    options = tuple(map(_shown, draft.options))
    lead = f"{_shown(draft.stimulus)} {draft.stem}" if draft.stimulus else draft.stem
    letters = zip(LETTERS, options, strict=False)
    letter_of = {text: letter for letter, text in letters if options.count(text) == 1}
    return Asked(str(question.id), plain(lead), options, letter_of, draft.key)


def recognised(texts: Collection[str], questions: Iterable[Question]) -> dict[str, Asked | None]:
    """Which of `questions` each of `texts` is, those that are none left out.

    One pass over the questions, of which those alone are held that are found.
    """
    texts_of = defaultdict(list)
    for text in texts:
        texts_of[_bag(text)].append(text)
    found: dict[str, Asked | None] = {}
    for question in questions:
        one = asked(question)
        for text in texts_of.get(_bag(" ".join((one.lead, *one.options))), ()):
            if _is(text, one):
                found[text] = None if text in found else one
    return found


def _is(text: str, one: Asked) -> bool:
    head = f"{one.lead}: "
    return text.startswith(head) and _made_of(text.removeprefix(head), one.options)


def _made_of(text: str, options: tuple[str, ...]) -> bool:
    """Whether `text` is these options in any order, with semicolons between them."""
    if len(options) < 2:
        return text == "".join(options)
    return any(
        text.startswith(f"{option}; ")
        and _made_of(text.removeprefix(f"{option}; "), options[:place] + options[place + 1 :])
        for place, option in enumerate(options)
    )


def _bag(text: str) -> tuple[str, ...]:
    """The words in no order: equal for all orders of the options."""
    return tuple(sorted(word for each in text.split() if (word := each.strip(":;"))))


def _shown(part: Option | Stimulus) -> str:
    text, svg = plain(part.text), part.svg
    return f"[{text}]" if svg else text
