"""Moodle XML: multiple choice with one right answer, its pictures, feedback, tags and category."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, BinaryIO

from lxml import etree, html

from itemwell.bank import LETTERS, Option, Question, Stratum
from itemwell.interchange.row import MOST_BYTES, Row, parsed
from itemwell.interchange.tags import category, fields, stratum_of, tags
from itemwell.interchange.xml import SAFE, Unreadable, clean, first_line, refuse_doctype, text_of

LONGEST = 10_000_000
PLACE = "@@PLUGINFILE@@/"


def write(file: BinaryIO, questions: Iterable[Question]) -> int:
    """Write `questions`, a category before each change of stratum; how many they were."""
    count, filed = 0, None
    file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    for question in questions:
        if question.draft.stratum != filed:
            filed = question.draft.stratum
            file.write(_bytes(_category(category(filed))))
        file.write(_bytes(_question(question)))
        count += 1
    file.write(b"</quiz>\n")
    return count


def read(file: BinaryIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The rows of `file`, by the line that each question begins on."""
    filed, line = "", 1
    try:
        bounded = _Bounded(file)
        for _, element in etree.iterparse(bounded, events=("end",), tag="question", **SAFE):
            bounded.read_since = 0
            refuse_doctype(element)
            line = element.sourceline or line
            if element.get("type") == "category":
                filed = _text(element, "category")
            else:
                yield _row(line, element, filed, assumed)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except Unreadable as error:
        yield Row(line, problem=str(error))
    except etree.XMLSyntaxError as error:
        yield Row(error.lineno or line, problem=f"no XML that can be read: {first_line(error)}")


class _Bounded:
    """A file that is read no further than a question may be long: libxml2 would hold it all."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.read_since = file, 0

    def read(self, size: int = -1) -> bytes:
        """As the file's. Raises Unreadable where no question has ended for too long."""
        data = self._file.read(size)
        self.read_since += len(data)
        if self.read_since > LONGEST:
            raise Unreadable(f"a question of more than {LONGEST:,} bytes; the rest was not read")
        return data


def _row(line: int, element: Any, filed: str, assumed: Stratum | None) -> Row:
    try:
        return parsed(line, _fields(element) | stratum_of(filed, assumed))
    except Unreadable as error:
        return Row(line, problem=str(error))


def _fields(element: Any) -> dict[str, Any]:
    if element.get("type") != "multichoice" or _text(element, "single") == "false":
        raise Unreadable("not a multiple choice with one right answer")
    answers = element.findall("answer")
    right = [place for place, each in enumerate(answers) if float(each.get("fraction") or 0) == 100]
    if len(right) != 1 or len(answers) > len(LETTERS):
        raise Unreadable(f"not one right answer among at most {len(LETTERS)}")
    posed = element.find("questiontext")
    stem, stimulus = _posed(posed)
    return {
        "stem": stem,
        "stimulus": stimulus,
        "options": [_option(answer) for answer in answers],
        "key": LETTERS[right[0]],
        "explanation": _plain(element.find("generalfeedback")),
    } | fields(tag.text or "" for tag in element.findall("tags/tag/text"))


def _posed(posed: Any) -> tuple[str, dict[str, Any] | None]:
    """The stem, and the stimulus where ours says which part that is."""
    if posed is None:
        raise Unreadable("no questiontext")
    shown = _html(posed)
    for part in shown.iter("div"):
        if part.get("class") == "itemwell-stimulus":
            stimulus = _shown(part, posed)
            part.clear(keep_tail=True)
            return text_of(shown), {"text": stimulus[0], "svg": stimulus[1]}
    if next(shown.iter("img"), None) is not None:
        raise Unreadable("a picture in the question's text that is no stimulus of ours")
    return text_of(shown), None


def _option(answer: Any) -> dict[str, Any]:
    text, svg = _shown(_html(answer), answer)
    return {"text": text, "svg": svg, "misconception": _plain(answer.find("feedback")) or None}


def _shown(part: Any, holder: Any) -> tuple[str, str | None]:
    """A text, or the picture that stands for it with its description."""
    for image in part.iter("img"):
        name = (image.get("src") or "").removeprefix(PLACE)
        for file in holder.findall("file"):
            if file.get("name") == name and name.endswith(".svg"):
                return image.get("alt") or "", _decoded(file.text or "")
        raise Unreadable(f"a picture that is no SVG of the file: {name[:80]}")
    return text_of(part), None


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=False).decode()
    except ValueError:
        raise Unreadable("a picture that is no SVG") from None


def _html(holder: Any) -> Any:
    text = _text(holder, ".")
    if len(text) > MOST_BYTES:
        raise Unreadable("a text that is too long")
    if holder.get("format") in {"plain_text", "markdown"}:
        text = escape(text).replace("\n", "<br>")
    return html.fragment_fromstring(text, create_parent="div")


def _plain(holder: Any) -> str:
    return "" if holder is None else text_of(_html(holder))


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    own = found.find("text") if found is not None else None
    return ((own if own is not None else found).text or "").strip() if found is not None else ""


def _category(path: str) -> Any:
    element = etree.Element("question", type="category")
    _put(etree.SubElement(element, "category"), path)
    return element


def _question(question: Question) -> Any:
    draft = question.draft
    element = etree.Element("question", type="multichoice")
    _put(etree.SubElement(element, "name"), f"Itemwell {question.id}")
    posed = etree.SubElement(element, "questiontext", format="html")
    before = ""
    if draft.stimulus:
        shown = Option(draft.stimulus.text, svg=draft.stimulus.svg)
        before = f'<div class="itemwell-stimulus">{_markup(shown, "stimulus")}</div>'
    _put_html(posed, before + f"<p>{_lines(draft.stem)}</p>")
    _attach(posed, draft.stimulus.svg if draft.stimulus else None, "stimulus")
    _put_html(
        etree.SubElement(element, "generalfeedback", format="html"), _lines(draft.explanation)
    )
    for name, value in _SETTINGS:
        etree.SubElement(element, name).text = value
    etree.SubElement(element, "idnumber").text = f"itemwell-{question.id}"
    for letter, option in zip(LETTERS, draft.options, strict=False):
        fraction = "100" if letter == draft.key else "0"
        answer = etree.SubElement(element, "answer", fraction=fraction, format="html")
        _put_html(answer, _markup(option, letter))
        _attach(answer, option.svg, letter)
        feedback = etree.SubElement(answer, "feedback", format="html")
        _put_html(feedback, _lines(option.misconception or ""))
    named = etree.SubElement(element, "tags")
    for tag in tags(question):
        _put(etree.SubElement(named, "tag"), tag)
    return element


def _markup(shown: Option, name: str) -> str:
    if shown.svg is None:
        return _lines(shown.text)
    described = escape(clean(shown.text)).replace("\n", "&#10;")
    return f'<img src="{PLACE}{name}.svg" alt="{described}">'


def _lines(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>")


def _attach(holder: Any, svg: str | None, name: str) -> None:
    if svg is not None:
        about = {"name": f"{name}.svg", "path": "/", "encoding": "base64"}
        etree.SubElement(holder, "file", about).text = b64encode(svg.encode()).decode()


def _put(element: Any, text: str) -> None:
    etree.SubElement(element, "text").text = clean(text)


def _put_html(element: Any, markup: str) -> None:
    etree.SubElement(element, "text").text = etree.CDATA(markup)


def _bytes(element: Any) -> bytes:
    return bytes(etree.tostring(element, encoding="UTF-8", xml_declaration=False)) + b"\n"


_SETTINGS = (
    ("defaultgrade", "1"),
    ("penalty", "0"),
    ("hidden", "0"),
    ("single", "true"),
    ("shuffleanswers", "true"),
    ("answernumbering", "ABCD"),
)
