"""Every format: what it can carry comes back equal, and what it cannot is what the table says."""

import csv
import html
import io
import os
import re
import sqlite3
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from lxml import etree
from tests.builders import a_draft

from itemwell.bank import Citation, Option, Question, Slot, Stimulus, Stratum
from itemwell.generate.draft import draft
from itemwell.interchange.formats import FORMATS, TWO_WAY, module_of
from itemwell.templates import models

AWKWARD = 'He said: "2,5"\nthen; <b>~ = # { } : \\ n</b> & \\n left – ünï 🙂 =1+1'
QTI_SCHEMAS = os.environ.get("QTI_SCHEMAS", "")
ASSUMED = Stratum("math", "easy")


AWKWARDS = [
    a_draft(),
    a_draft(stem=AWKWARD, explanation=AWKWARD, key="E", right=AWKWARD + "!"),
    a_draft(
        stimulus=Stimulus('A "grid"\nof 2 & 3', svg="<svg a='1'/>"),
        right=Option("8 <pounds>", svg="<svg/>"),
        wrong=[Option(f"{n} pounds", misconception="slip", svg="<svg/>") for n in range(3)],
    ),
    a_draft(stimulus=Stimulus(AWKWARD)),
    a_draft(citation=Citation("pens.md", "0" * 64, AWKWARD)),
    a_draft(family="math.pens", features={"steps": 2, "traps": -1}),
    a_draft(wrong=("=6", "-9"), key="A"),
]


def of_all_models():
    for number in range(100):
        for model in models().values():
            for level in sorted(model.levels):
                slot = Slot(0, Stratum(model.question_type, level), number, "interchange")
                yield draft(slot, model)


def a_question(number, made):
    return Question(
        id=number,
        draft=made,
        status="retired" if number % 7 == 0 else "active",
        status_reason=None,
        signature=f"s{number}",
        skeleton="k",
        gates={"check": "x", "draft": f"{number}:0:a:b"},
        run_id=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def questions():
    """Five hundred of all types, and the awkward ones."""
    return [
        a_question(number, made)
        for number, made in enumerate([*AWKWARDS, *islice(of_all_models(), 500)], 1)
    ]


def pictured(question):
    shown = [option.svg for option in question.draft.options]
    stimulus = question.draft.stimulus
    return any(shown) or bool(stimulus and stimulus.svg)


def carried(name, questions):
    return [each for each in questions if FORMATS[name].pictures or not pictured(each)]


def written(name, questions):
    file = io.BytesIO() if FORMATS[name].binary else io.StringIO(newline="")
    assert module_of(name).write(file, questions) == len(questions)
    file.seek(0)
    return file


def lines(text):
    return " ".join(text.split())


def without(question, losses):
    """Draft, status and recipe as they come back from a format that loses `losses`."""
    made = question.draft
    if "stimulus" in losses and made.stimulus:
        made = replace(made, stem=f"{made.stimulus.text}\n\n{made.stem}", stimulus=None)
    if "lines" in losses:
        options = tuple(replace(option, text=lines(option.text)) for option in made.options)
        made = replace(made, stem=lines(made.stem), options=options)
    if "misconceptions" in losses:
        made = replace(made, options=tuple(replace(o, misconception=None) for o in made.options))
    nothing = {"citation": None, "explanation": "", "family": None, "features": {}}
    gone = {name: value for name, value in nothing.items() if name in losses}
    gone |= {"stratum": ASSUMED} if "stratum" in losses else {}
    status = "" if "status" in losses else question.status
    recipe = "" if "recipe" in losses else question.gates["draft"]
    return replace(made, **gone), status, recipe


@pytest.mark.parametrize("name", TWO_WAY)
def test_what_a_format_can_carry_comes_back_equal(name, questions):
    there = carried(name, questions)

    rows = list(module_of(name).read(written(name, there), ASSUMED))

    assert [row.problem for row in rows if row.problem] == []
    for row, question in zip(rows, there, strict=True):
        assert (row.draft, row.status, row.recipe) == without(question, FORMATS[name].losses)


@pytest.mark.parametrize("name", TWO_WAY)
def test_a_format_loses_all_that_its_line_says(name, questions):
    """No loss stands in the table that is none."""
    losses = FORMATS[name].losses - {"pictures"}
    there = carried(name, questions)
    for loss in losses:
        less = losses - {loss}
        assert any(without(each, less) != without(each, losses) for each in there), loss
    assert ("pictures" in FORMATS[name].losses) is not FORMATS[name].pictures


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_questions_are_the_same_bytes(name, questions):
    some = carried(name, questions[:60])

    first, second = (written(name, some).read() for _ in range(2))

    assert first == second


def test_anki_makes_a_deck_with_a_note_a_question(questions, tmp_path):
    with zipfile.ZipFile(written("anki", questions[:60])) as package:
        path = package.extract("collection.anki2", tmp_path)

    with sqlite3.connect(path) as db:
        notes = db.execute("SELECT flds FROM notes ORDER BY id").fetchall()
    db.close()

    assert len(notes) == 60
    assert "&lt;b&gt;" in notes[1][0]


def test_moodle_xml_is_read_by_a_parser_that_is_not_ours(questions):
    from moodle_xml_parser.parser import parse_bytes

    found = parse_bytes(written("moodle", questions).read())["multichoice"]

    assert len(found) == len(questions)
    for theirs, question in zip(found, questions, strict=True):
        made = question.draft
        key = [option.score_fraction for option in theirs.options].index(100)
        assert (theirs.name, "ABCDEF"[key]) == (f"Itemwell {question.id}", made.key)
        assert (theirs.single, theirs.shuffle_answers, theirs.default_grade) == (True, True, 1.0)
        shown = [html.unescape(option.answer).replace("<br>", "\n") for option in theirs.options]
        if not made.options[0].svg:
            assert shown == [option.text for option in made.options]
        assert len(theirs.options) == len(made.options)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_gift_is_read_by_a_parser_that_is_not_ours(questions):
    """pygiftparser of 2017, the only one on PyPI; it leaves escapes in options, and knows no tags."""
    from pygiftparser.parser import parseFile

    there = [each for each in carried("gift", questions) if each.id > len(AWKWARDS)]
    found = parseFile(written("gift", there))

    assert len(found) == len(there)
    for theirs, question in zip(found, there, strict=True):
        made = question.draft
        options = theirs.answers.answers
        assert theirs.valid
        assert [option.fraction for option in options].index(100) == "ABCDEF".index(made.key)
        plain = [re.sub(r"\\([~=#{}:])", r"\1", option.answer) for option in options]
        assert plain == [option.text for option in made.options]


def test_cells_that_spreadsheets_calculate_are_made_harmless(questions):
    text = written("csv", questions[:7]).read()

    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=6" in text


FOREIGN = ("http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2001/10/synthesis")
"""No question of ours has formulas or speech in their markup: any element stands for those."""


def qti_schema(pattern, folder):
    """The official schema, whose foreign vocabularies are any elements of their names."""
    (path, *_) = sorted(Path(QTI_SCHEMAS).rglob(pattern))
    document = etree.parse(path)
    root, xs = document.getroot(), "{http://www.w3.org/2001/XMLSchema}"
    named = [each.get("ref", "").rpartition(":") for each in root.iter(f"{xs}element")]
    for number, space in enumerate(FOREIGN):
        names = {name for prefix, _, name in named if root.nsmap.get(prefix) == space}
        stub = etree.Element(f"{xs}schema", targetNamespace=space, nsmap={"xs": xs[1:-1]})
        for name in sorted(names):
            etree.SubElement(stub, f"{xs}element", name=name, type="xs:anyType")
        (folder / f"{number}.xsd").write_bytes(etree.tostring(stub))
        for each in root.iter(f"{xs}import"):
            if each.get("namespace") == space:
                each.set("schemaLocation", str(folder / f"{number}.xsd"))
    return etree.XMLSchema(document)


@pytest.mark.skipif(not QTI_SCHEMAS, reason="QTI_SCHEMAS names no folder with the official schemas")
@pytest.mark.parametrize(
    ("name", "pattern", "packaging"),
    [
        ("qti21", "imsqti_v2p1.xsd", "imscp_v1p1.xsd"),
        ("qti3", "imsqti_asiv3p0*.xsd", "imsqtiv3p0_imscpv1p2_v1p0.xsd"),
    ],
)
def test_qti_is_valid_by_the_official_schema(name, pattern, packaging, questions, tmp_path):
    schema, checked = qti_schema(pattern, tmp_path), 0

    with zipfile.ZipFile(written(name, questions)) as package:
        qti_schema(packaging, tmp_path).assertValid(
            etree.fromstring(package.read("imsmanifest.xml"))
        )
        for path in package.namelist():
            if path.startswith("items/"):
                item = etree.fromstring(package.read(path))
                schema.assertValid(item)
                checked += 1

    assert checked == len(questions)
    item.append(etree.Element("{http://example.org}other"))
    assert not schema.validate(item)


def test_qti_3_is_qti_21_in_other_names(questions):
    """So what the schema of the one says of structure holds for the other."""

    def shape(name):
        with zipfile.ZipFile(written(name, questions)) as package:
            for path in package.namelist():
                if path.startswith("items/"):
                    for element in etree.fromstring(package.read(path)).iter():
                        tag = etree.QName(element).localname.removeprefix("qti-")
                        if tag != "content-body":
                            yield (
                                tag.replace("-", "").lower(),
                                {
                                    key.replace("-", "").lower(): value
                                    for key, value in element.attrib.items()
                                },
                            )

    assert list(shape("qti3")) == list(shape("qti21"))
