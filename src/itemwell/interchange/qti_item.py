"""One question as a QTI item: a choice among its options, with feedback, scored 1 for the key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from itemwell.bank import LETTERS, Option, Question
from itemwell.interchange.xml import clean, fill


class Dialect(NamedTuple):
    """A version of QTI: its namespace, and how it spells names (2.1 in camels, 3.0 with hyphens)."""

    namespace: str
    hyphens: bool

    def tag(self, word: str) -> str:
        """The name of one of QTI's own elements."""
        return self.html(f"qti-{kebab(word)}" if self.hyphens else word)

    def html(self, word: str) -> str:
        """The name of an element that is HTML's."""
        return f"{{{self.namespace}}}{word}"

    def attributes(self, given: Mapping[str, str]) -> dict[str, str]:
        """Attributes in this version's spelling."""
        return {kebab(key) if self.hyphens else key: value for key, value in given.items()}


def item(question: Question, dialect: Dialect) -> tuple[Any, dict[str, str]]:
    """The item's root, and its pictures by their path in the package."""
    return _Writer(question, dialect).item()


class _Writer:
    def __init__(self, question: Question, dialect: Dialect) -> None:
        self.question, self.dialect = question, dialect
        self.pictures: dict[str, str] = {}

    def item(self) -> tuple[Any, dict[str, str]]:
        question, dialect = self.question, self.dialect
        about = {
            "identifier": f"itemwell-{question.id}",
            "title": f"{question.draft.stratum} {question.id}",
            "adaptive": "false",
            "timeDependent": "false",
        }
        tag = dialect.tag("assessmentItem")
        root = etree.Element(tag, dialect.attributes(about), nsmap={None: dialect.namespace})
        self._declare(root)
        self._body(root)
        self._processing(root)
        feedback = self._add(
            root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier="NEVER", showHide="hide"
        )
        self._fill(self._add(feedback, "contentBody") if dialect.hyphens else feedback,
                   question.draft.explanation)  # fmt: skip
        return root, self.pictures

    def _declare(self, root: Any) -> None:
        response = self._add(
            root, "responseDeclaration",
            identifier="RESPONSE", cardinality="single", baseType="identifier",
        )  # fmt: skip
        self._add(self._add(response, "correctResponse"), "value").text = self.question.draft.key
        for name, value in (("SCORE", "0"), ("MAXSCORE", "1")):
            self._outcome(root, name, "float", value)
        self._outcome(root, "FEEDBACK", "identifier", None)
        for name, value in _own(self.question):
            self._outcome(root, f"ITEMWELL_{name}", "string", value)

    def _outcome(self, root: Any, name: str, kind: str, value: str | None) -> None:
        declared = self._add(
            root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=kind
        )
        if value is not None:
            self._fill_value(self._add(self._add(declared, "defaultValue"), "value"), value)

    def _body(self, root: Any) -> None:
        draft = self.question.draft
        body = self._add(root, "itemBody")
        if draft.stimulus:
            part = etree.SubElement(body, self.dialect.html("div"), {"class": "stimulus"})
            shown = Option(draft.stimulus.text, svg=draft.stimulus.svg)
            self._show(etree.SubElement(part, self.dialect.html("p")), shown, "stimulus")
        choice = self._add(
            body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
        )
        self._fill(self._add(choice, "prompt"), draft.stem)
        for letter, option in zip(LETTERS, draft.options, strict=False):
            simple = self._add(choice, "simpleChoice", identifier=letter)
            self._show(simple, option, letter)
            if option.misconception:
                feedback = self._add(
                    simple, "feedbackInline",
                    outcomeIdentifier="FEEDBACK", identifier=letter, showHide="show",
                )  # fmt: skip
                self._fill(feedback, option.misconception)

    def _show(self, element: Any, shown: Option, place: str) -> None:
        """A text, or a picture that it describes."""
        if shown.svg is None:
            self._fill(element, shown.text)
            return
        path = f"images/itemwell-{self.question.id}-{place}.svg"
        self.pictures[path] = shown.svg
        image = {"src": f"../{path}", "alt": clean(shown.text)}
        etree.SubElement(element, self.dialect.html("img"), image)

    def _processing(self, root: Any) -> None:
        processing = self._add(root, "responseProcessing")
        self._set(
            processing, "FEEDBACK", lambda at: self._add(at, "variable", identifier="RESPONSE")
        )
        condition = self._add(self._add(processing, "responseCondition"), "responseIf")
        match = self._add(condition, "match")
        self._add(match, "variable", identifier="RESPONSE")
        self._add(match, "correct", identifier="RESPONSE")
        self._set(condition, "SCORE", self._one)

    def _one(self, at: Any) -> None:
        self._add(at, "baseValue", baseType="float").text = "1"

    def _set(self, at: Any, name: str, value: Any) -> None:
        value(self._add(at, "setOutcomeValue", identifier=name))

    def _add(self, parent: Any, word: str, **attributes: str) -> Any:
        return etree.SubElement(parent, self.dialect.tag(word), self.dialect.attributes(attributes))

    def _fill(self, element: Any, text: str) -> None:
        fill(element, text, self.dialect.html("br"))

    def _fill_value(self, element: Any, text: str) -> None:
        element.text = clean(text)


def _own(question: Question) -> Iterator[tuple[str, str]]:
    """What QTI has no element for."""
    draft = question.draft
    yield "question_type", draft.stratum.question_type
    yield "difficulty", draft.stratum.difficulty
    yield "status", question.status
    if draft.family:
        yield "family", draft.family
    if draft.features:
        yield "features", json.dumps(dict(draft.features), ensure_ascii=False, sort_keys=True)
    if recipe := question.gates.get("draft"):
        yield "recipe", recipe
    if draft.citation:
        yield "citation_source", draft.citation.source
        yield "citation_sha256", draft.citation.sha256
        yield "citation_quote", draft.citation.quote


def kebab(word: str) -> str:
    """The word with hyphens for capitals: choiceInteraction is choice-interaction."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in word)
