r"""GIFT, Moodle's text format: a question in braces, `=` the right answer, `~` others, `#` their feedback.

A blank line ends a question; within one, line ends are written `\n`, and `~ = # { } : \` escaped.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from itemwell.bank import LETTERS, Question, Stratum
from itemwell.interchange.paragraphs import TooLong, paragraphs
from itemwell.interchange.row import Row, parsed
from itemwell.interchange.tags import category, fields, stratum_of, tags
from itemwell.interchange.xml import clean

STIMULUS = "stimulus paragraphs="
_SPECIAL = re.compile(r"[~=#{}:\\]")
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_TAG = re.compile(r"\[tag:((?:[^\]\\]|\\.)*)\]")
_FORMAT = re.compile(r"^\[(html|plain|markdown|moodle)\]")
_WEIGHT = re.compile(r"^%(-?[\d.]{1,12})%")


def write(file: TextIO, questions: Iterable[Question]) -> int:
    """Write `questions`; how many they were. Their pictures are not: leave out those that have any."""
    count, filed = 0, None
    for question in questions:
        if question.draft.stratum != filed:
            filed = question.draft.stratum
            file.write(f"$CATEGORY: {category(filed)}\n\n")
        file.write(_question(question))
        count += 1
    return count


def read(file: TextIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The rows of `file`, by the line that each question begins on."""
    filed = ""
    try:
        for line, lines in paragraphs(file):
            told = [text for text in lines if text.lstrip().startswith("//")]
            body = [text for text in lines if not text.lstrip().startswith("//")]
            if body and body[0].startswith("$CATEGORY:"):
                filed = body.pop(0).removeprefix("$CATEGORY:").strip()
            if body:
                yield _row(line, "\n".join(body), told, stratum_of(filed, assumed))
    except TooLong as error:
        yield Row(error.line, problem=str(error))


def _row(line: int, body: str, told: list[str], stratum: dict[str, str | None]) -> Row:
    named = [_plain(tag) for text in told for tag in _TAG.findall(text)]
    try:
        found = _fields(body)
    except ValueError as error:
        return Row(line, problem=str(error))
    return parsed(line, found | fields(named) | stratum | _apart(found["stem"], named))


def _apart(stem: str, named: list[str]) -> dict[str, Any]:
    """Stimulus and stem, where a tag says how many paragraphs are the stimulus."""
    counts = [tag.removeprefix(STIMULUS) for tag in named if tag.startswith(STIMULUS)]
    if not counts or not counts[0].isdecimal() or len(counts[0]) > 3:
        return {}
    parts = stem.split("\n\n")
    before, after = parts[: int(counts[0])], parts[int(counts[0]) :]
    return {"stimulus": {"text": "\n\n".join(before)}, "stem": "\n\n".join(after)}


def _fields(body: str) -> dict[str, Any]:
    text = re.sub(r"^::(?:[^:\\]|\\.)*::", "", body.strip(), count=1).strip()
    opening, closing = _first(text, "{"), _first(text, "}")
    if not 0 <= opening < closing or text[closing + 1 :].strip():
        raise ValueError("not a question followed by answers in braces")
    stem = _plain(_FORMAT.sub("", text[:opening]))
    answers, _, explanation = _cut(text[opening + 1 : closing], "####")
    options: list[dict[str, str | None]] = []
    right: list[int] = []
    for sign, answer in _answers(answers):
        weight = _WEIGHT.match(answer)
        shown, _, feedback = _cut(_WEIGHT.sub("", answer), "#")
        if sign == "=" or (weight and float(weight[1]) == 100):
            right.append(len(options))
        options.append({
            "text": _plain(_FORMAT.sub("", shown.strip())), "misconception": _plain(feedback) or None
        })  # fmt: skip
    if len(right) != 1 or not 1 < len(options) <= len(LETTERS):
        raise ValueError(f"not one right answer among 2 to {len(LETTERS)}")
    return {
        "stem": stem,
        "options": options,
        "key": LETTERS[right[0]],
        "explanation": _plain(explanation),
    }


def _answers(text: str) -> Iterator[tuple[str, str]]:
    """The answers with their signs; `->` of a matching question is none."""
    marks = [match.start() for match in re.finditer(r"(?<!\\)(?:\\\\)*[=~]", text)]
    marks = [text.index(next(sign for sign in text[at:] if sign in "=~"), at) for at in marks]
    for begin, end in zip(marks, [*marks[1:], len(text)], strict=True):
        yield text[begin], text[begin + 1 : end]


def _first(text: str, sign: str) -> int:
    """Where `sign` stands unescaped; -1 where nowhere."""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == sign:
            return at
        at += 1
    return -1


def _cut(text: str, sign: str) -> tuple[str, str, str]:
    """As `partition`, at an unescaped sign."""
    at = _first(text, sign[0])
    while at >= 0 and not text.startswith(sign, at):
        run = len(text[at:]) - len(text[at:].lstrip(sign[0]))
        rest = _first(text[at + run :], sign[0])
        at = at + run + rest if rest >= 0 else -1
    return (text, "", "") if at < 0 else (text[:at], sign, text[at + len(sign) :])


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text).strip()


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], clean(text)).replace("\n", "\\n")


def _question(question: Question) -> str:
    draft = question.draft
    named = "".join(f" [tag:{tag}]" for tag in tags(question))
    if draft.stimulus:
        paragraphs_before = clean(draft.stimulus.text).strip().count("\n\n") + 1
        named += f" [tag:{STIMULUS}{paragraphs_before}]"
    before = f"{_escaped(draft.stimulus.text.strip())}\\n\\n" if draft.stimulus else ""
    lines = [
        f"// [id:itemwell-{question.id}]{named}",
        f"::Itemwell {question.id}::[plain]{before}{_escaped(draft.stem)} {{",
    ]
    for letter, option in zip(LETTERS, draft.options, strict=False):
        sign = "=" if letter == draft.key else "~"
        why = f"#{_escaped(option.misconception)}" if option.misconception else ""
        lines.append(f"\t{sign}{_escaped(option.text)}{why}")
    lines += [f"\t####{_escaped(draft.explanation)}"] if draft.explanation else []
    return "\n".join([*lines, "}", "", ""])
