"""Anki decks (.apkg) by genanki, one way: a card has no key that could be read back safely.

The same question is the same note whenever it is exported, so that a second import into Anki updates
it. The bytes are the same for the same questions: nothing of the clock is in them.
"""

import tempfile
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import BinaryIO

import genanki

from itemwell.bank import LETTERS, Option, Question
from itemwell.interchange.package import put

DECK = 1_764_380_001
MODEL = 1_764_380_002
MOMENT = 1_764_380_000.0
FIELDS = ("id", "stem", "options", "key", "explanation")
_FRONT = "<div>{{stem}}</div><ol type='A'>{{options}}</ol>"
_BACK = "{{FrontSide}}<hr id=answer><b>{{key}}</b><div>{{explanation}}</div>"


def write(file: BinaryIO, questions: Iterable[Question]) -> int:
    """Write a deck of `questions`; how many they were. They are held in memory until all are there."""
    model = genanki.Model(
        MODEL,
        "Itemwell choice",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Choice", "qfmt": _FRONT, "afmt": _BACK}],
        css=".card { font: 18px sans-serif } svg { max-width: 100% }",
    )
    deck = genanki.Deck(DECK, "Itemwell")
    for question in questions:
        deck.add_note(_note(model, question))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "deck.apkg")
        genanki.Package(deck).write_to_file(path, timestamp=MOMENT)
        with zipfile.ZipFile(path) as made, zipfile.ZipFile(file, "w") as package:
            for name in sorted(made.namelist()):
                put(package, name, made.read(name))
    return len(deck.notes)


def _note(model: genanki.Model, question: Question) -> genanki.Note:
    draft = question.draft
    before = _shown(Option(draft.stimulus.text, svg=draft.stimulus.svg)) if draft.stimulus else ""
    options = "".join(f"<li>{_shown(option)}</li>" for option in draft.options)
    place = LETTERS.index(draft.key)
    return genanki.Note(
        model=model,
        guid=sha256(f"itemwell {question.id} {question.signature}".encode()).hexdigest()[:16],
        fields=[
            str(question.id),
            f"{before}<p>{_lines(draft.stem)}</p>",
            options,
            f"{draft.key}. {_shown(draft.options[place])}",
            _lines(draft.explanation),
        ],
        tags=[_tag(draft.stratum.question_type), _tag(draft.stratum.difficulty)],
    )


def _shown(option: Option) -> str:
    """A text; or the picture, which passed the gate for pictures, with its description."""
    if option.svg is None:
        return _lines(option.text)
    return (
        f'<span role="img" aria-label="{escape(" ".join(option.text.split()))}">{option.svg}</span>'
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _tag(text: str) -> str:
    return text.replace(" ", "_")
