"""QTI packages, 2.1 and 3.0: a zip with a manifest, an XML file a question, and its pictures.

The two versions say the same in other names, so a `Dialect` spells them and all else is common. What
QTI has no element for (type, difficulty, family ...) goes as outcome variables with default values,
which every QTI tool keeps.
"""

import json
import posixpath
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from itemwell.bank import LETTERS, Question, Stratum
from itemwell.interchange.package import TooLarge, contents, items, opened, put
from itemwell.interchange.qti_item import Dialect, item, kebab
from itemwell.interchange.row import Row, parsed
from itemwell.interchange.xml import Unreadable, name, text_of
from itemwell.interchange.xml import parsed as tree_of

OWN = "ITEMWELL_"


class Manifest(NamedTuple):
    """How a version's manifest names its namespace, schema and kinds of resources."""

    namespace: str
    schema: str
    version: str
    item: str


def write(
    file: BinaryIO, questions: Iterable[Question], dialect: Dialect, manifest: Manifest
) -> int:
    """Write a package of `questions`; how many they were."""
    ids = []
    with zipfile.ZipFile(file, "w") as package:
        for question in questions:
            document, pictures = item(question, dialect)
            put(package, f"items/itemwell-{question.id}.xml", _bytes(document))
            for path, svg in pictures.items():
                put(package, path, svg.encode())
            ids.append((question.id, tuple(pictures)))
        put(package, "imsmanifest.xml", _bytes(_manifest(ids, manifest)))
    return len(ids)


def read(file: BinaryIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The items of a package of either version. A row's line is its entry's place in the zip."""
    package = opened(file)
    for place, entry in items(package):
        try:
            root = tree_of(contents(package, entry))
            if name(root) not in {"assessmentItem", "qti-assessment-item"}:
                continue
            folder = posixpath.dirname(entry.filename)
            fields = _fields(root, partial(_picture, package, folder), assumed)
        except (TooLarge, Unreadable) as error:
            yield Row(place, problem=f"{entry.filename[:80]}: {error}")
        else:
            yield parsed(place, fields)


def _fields(root: Any, picture: Any, assumed: Stratum | None) -> dict[str, Any]:
    own = dict(_declared(root))
    choices = list(_all(root, "simpleChoice"))
    if len(list(_all(root, "choiceInteraction"))) != 1 or len(choices) > len(LETTERS):
        raise Unreadable(f"not one choice of at most {len(LETTERS)} options")
    right = [value.text for each in _all(root, "correctResponse") for value in _all(each, "value")]
    letters = [choice.get("identifier") for choice in choices]
    if len(right) != 1 or right[0] not in letters:
        raise Unreadable("not one right option")
    features = own.pop("features", "") or "{}"
    citation = {key: own.pop(f"citation_{key}", "") for key in ("source", "sha256", "quote")}
    try:
        numbers = json.loads(features)
    except (ValueError, RecursionError):
        raise Unreadable("its features are no JSON") from None
    kind, difficulty = assumed or (None, None)
    return {
        "question_type": own.get("question_type") or kind,
        "difficulty": own.get("difficulty") or difficulty,
        "stem": _first(root, "prompt"),
        "stimulus": _stimulus(root, picture),
        "options": [_option(choice, picture) for choice in choices],
        "key": LETTERS[letters.index(right[0])],
        "explanation": _first(root, "modalFeedback"),
        "family": own.get("family"),
        "features": numbers,
        "citation": citation if citation["source"] else None,
        "status": own.get("status"),
        "verified": {"draft": own["recipe"]} if own.get("recipe") else {},
    }


def _stimulus(root: Any, picture: Any) -> dict[str, Any] | None:
    """What stands before the choice."""
    texts, svg, described = [], None, ""
    (body,) = list(_all(root, "itemBody"))[:1] or [[]]
    for part in body:
        if name(part) in _spelled("choiceInteraction"):
            break
        text = text_of(part)
        texts += [text] if text else []
        for image in part.iter("{*}img"):
            svg, described = picture(image.get("src")), image.get("alt") or ""
    text = "\n".join([*([described] if described else []), *texts])
    return {"text": text, "svg": svg} if text or svg else None


def _option(choice: Any, picture: Any) -> dict[str, Any]:
    feedback = frozenset(_spelled("feedbackInline"))
    text, svg = text_of(choice, feedback), None
    for image in choice.iter("{*}img"):
        svg, text = picture(image.get("src")), text or image.get("alt") or ""
    return {"text": text, "svg": svg, "misconception": _first(choice, "feedbackInline") or None}


def _picture(package: zipfile.ZipFile, folder: str, source: str | None) -> str | None:
    path = posixpath.normpath(posixpath.join(folder, source or ""))
    if not path.endswith(".svg"):
        raise Unreadable(f"a picture that is no SVG of the package: {(source or '')[:80]}")
    try:
        return contents(package, package.getinfo(path)).decode()
    except (KeyError, UnicodeDecodeError):
        raise Unreadable(f"a picture is not in the package: {path[:80]}") from None


def _declared(root: Any) -> Iterator[tuple[str, str]]:
    for declaration in _all(root, "outcomeDeclaration"):
        identifier = declaration.get("identifier") or ""
        if identifier.startswith(OWN):
            value = next(_all(declaration, "value"), None)
            text = "" if value is None else "".join(value.itertext())
            yield identifier.removeprefix(OWN), text


def _first(element: Any, wanted: str) -> str:
    return next((text_of(found) for found in _all(element, wanted)), "")


def _all(element: Any, wanted: str) -> Iterator[Any]:
    names = _spelled(wanted)
    return (found for found in element.iter() if name(found) in names)


def _spelled(wanted: str) -> tuple[str, str]:
    """The name in 2.1 and in 3.0."""
    return wanted, "qti-" + kebab(wanted)


def _manifest(ids: list[tuple[int, tuple[str, ...]]], names: Manifest) -> Any:
    space = names.namespace
    root = etree.Element(f"{{{space}}}manifest", nsmap={None: space}, identifier="itemwell")
    metadata = etree.SubElement(root, f"{{{space}}}metadata")
    etree.SubElement(metadata, f"{{{space}}}schema").text = names.schema
    etree.SubElement(metadata, f"{{{space}}}schemaversion").text = names.version
    etree.SubElement(root, f"{{{space}}}organizations")
    resources = etree.SubElement(root, f"{{{space}}}resources")
    for number, pictures in ids:
        href = f"items/itemwell-{number}.xml"
        attributes = {"identifier": f"itemwell-{number}", "type": names.item, "href": href}
        resource = etree.SubElement(resources, f"{{{space}}}resource", attributes)
        for path in (href, *pictures):
            etree.SubElement(resource, f"{{{space}}}file", href=path)
    return root


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
