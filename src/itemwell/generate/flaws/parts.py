"""The parts of a draft: named for an operator, and cut to a size at which every rule is quick."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from itemwell.bank import LETTERS, Draft, Option, Stimulus

LIMITS = {
    "stem": 3_000,
    "option": 500,
    "misconception": 500,
    "explanation": 3_000,
    "stimulus": 20_000,
    "picture": 20_000,
}
"""How many characters a part may have."""

OPTIONS = range(3, 7)
"""How many options a question may have."""


class Part(NamedTuple):
    """A text of the draft. `kind` is what it is limited as, `name` how an operator finds it."""

    kind: str
    name: str
    text: str


def clipped(draft: Draft) -> Draft:
    """`draft` cut one character, or one option, past its limits.

    That much is enough to see that it is too large. No rule ever reads more, so that none takes
    long, whatever a model replied.
    """
    options = draft.options[: OPTIONS.stop]
    parts = (*texts(draft), *pictures(draft))
    if len(options) == len(draft.options) and not any(is_oversized(part) for part in parts):
        return draft
    return replace(
        draft,
        stem=_cut("stem", draft.stem),
        options=tuple(_cut_option(option) for option in options),
        explanation=_cut("explanation", draft.explanation),
        stimulus=_cut_stimulus(draft.stimulus),
    )


def is_oversized(part: Part) -> bool:
    return len(part.text) > LIMITS[part.kind]


def lettered(draft: Draft) -> list[tuple[str, Option]]:
    """Each option with the letter of its place, as far as letters go."""
    return list(zip(LETTERS, draft.options, strict=False))


def key(draft: Draft) -> Option | None:
    """The right option; None where the key names none."""
    return dict(lettered(draft)).get(draft.key)


def texts(draft: Draft) -> Iterator[Part]:
    """Every text there is, pictures apart."""
    yield Part("stem", "stem", draft.stem)
    for letter, option in zip(LETTERS + "G", draft.options, strict=False):
        yield Part("option", f"option {letter}", option.text)
        if option.misconception is not None:
            yield Part("misconception", f"misconception of {letter}", option.misconception)
    yield Part("explanation", "explanation", draft.explanation)
    if draft.stimulus is not None:
        yield Part("stimulus", "stimulus", draft.stimulus.text)


def pictures(draft: Draft) -> Iterator[Part]:
    """The source of every picture."""
    if draft.stimulus is not None and draft.stimulus.svg is not None:
        yield Part("picture", "picture of the stimulus", draft.stimulus.svg)
    for letter, option in zip(LETTERS + "G", draft.options, strict=False):
        if option.svg is not None:
            yield Part("picture", f"picture of {letter}", option.svg)


def quoted(text: str, length: int = 40) -> str:
    """The beginning of `text` in quotation marks, fit for a log and for Postgres."""
    start = text[:length] + ("..." if len(text) > length else "")
    return '"' + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in start) + '"'


def _cut(kind: str, text: str) -> str:
    return text[: LIMITS[kind] + 1]


def _cut_option(option: Option) -> Option:
    return Option(
        text=_cut("option", option.text),
        misconception=option.misconception and _cut("misconception", option.misconception),
        svg=option.svg and _cut("picture", option.svg),
    )


def _cut_stimulus(stimulus: Stimulus | None) -> Stimulus | None:
    return stimulus and Stimulus(
        text=_cut("stimulus", stimulus.text), svg=stimulus.svg and _cut("picture", stimulus.svg)
    )
