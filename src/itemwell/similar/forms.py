"""What nominates a question's neighbours by equality, and a draft as the rule sees it. Pure."""

from hashlib import sha256
from typing import NamedTuple

from itemwell.bank import Draft, Stimulus
from itemwell.similar.decide import Side
from itemwell.similar.tokens import canonical, loose

LONGEST_KEY = 200
"""Signs of a key's form. What is alike for so long may be compared: a form only nominates."""


class Forms(NamedTuple):
    """`stimulus` is '' for none, `key_form` '' for a key without words or signs."""

    loose: str
    key_form: str
    stimulus: str


class Within(NamedTuple):
    """Which questions are compared with. None means any; '' means those without a stimulus."""

    stimulus: str | None = None
    key_form: str | None = None


ANYWHERE = Within()


def forms_of(draft: Draft) -> Forms:
    """The forms of `draft`: equal for every two that the rule could call canonically equal.

    >>> from dataclasses import replace
    >>> from itemwell.bank import Option, Stratum
    >>> one = Draft(stratum=Stratum("math", "easy"), stem="What is 2 + 2?", key="A", explanation="",
    ...             options=(Option("The 4"), Option("5")))
    >>> forms_of(one) == forms_of(replace(one, stem="Q1. what is **two** + 2"))
    True
    >>> forms_of(one).key_form, forms_of(one).stimulus
    ('4', '')
    """
    stimulus = stimulus_of(draft.stimulus)
    return Forms(
        loose=_digest(loose(draft.stem), stimulus),
        key_form=key_form_of(draft.right.text),
        stimulus=stimulus,
    )


def key_form_of(key: str) -> str:
    """A key without capitals, articles and punctuation; an answer such as "A" stays.

    >>> key_form_of("The Mitochondrion."), key_form_of("A"), key_form_of(" ")
    ('mitochondrion', 'a', '')
    """
    return (loose(key) or canonical(key))[:LONGEST_KEY]


def stimulus_of(stimulus: Stimulus | None) -> str:
    """What identifies a stimulus: 64 hexadecimal digits, or '' for none."""
    if stimulus is None:
        return ""
    return _digest(canonical(stimulus.text), stimulus.svg or "")


def side_of(draft: Draft) -> Side:
    """`draft` as the rule compares it."""
    return Side(
        stem=draft.stem,
        key=draft.right.text,
        stimulus=stimulus_of(draft.stimulus) or None,
        type=draft.stratum.question_type,
    )


def _digest(*parts: str) -> str:
    return sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
