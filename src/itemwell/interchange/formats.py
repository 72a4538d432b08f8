"""The table of formats for questions: one module each, and what each cannot carry.

To add one: write the module, and a line here. `tests/interchange/test_formats.py` holds every line:
what is not named as lost comes back equal.
"""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class Format(NamedTuple):
    """A format: its file's ending, and what of a question is lost on the way there and back."""

    ending: str
    losses: frozenset[str] = frozenset()
    binary: bool = False
    two_way: bool = True
    pictures: bool = True
    """Whether it has pictures; where not, questions with pictures are left out, and counted."""


def _lost(names: str) -> frozenset[str]:
    return frozenset(names.split())


FORMATS = {
    "jsonl": Format("jsonl"),
    "csv": Format("csv"),
    "qti3": Format("zip", binary=True),
    "qti21": Format("zip", binary=True),
    "moodle": Format("xml", _lost("citation"), binary=True),
    "gift": Format("gift", _lost("citation pictures"), pictures=False),
    "aiken": Format(
        "aiken",
        _lost(
            "citation explanation family features lines misconceptions pictures recipe status"
            " stimulus stratum"
        ),
        pictures=False,
    ),
    "anki": Format("apkg", binary=True, two_way=False),
}
"""`stimulus` lost: it comes back as the beginning of the stem. `lines` lost: as spaces."""

TWO_WAY = tuple(name for name, form in FORMATS.items() if form.two_way)


def module_of(name: str) -> ModuleType:
    """The module with `read` and `write`."""
    return import_module(f"itemwell.interchange.{name}")


def named(form: str | None, ending: str) -> str:
    """The format that was asked for, or that of the file's ending, or jsonl."""
    own = {each.ending: name for name, each in FORMATS.items() if each.ending != "zip"}
    return form or own.get(ending) or ("qti3" if ending == "zip" else "jsonl")
