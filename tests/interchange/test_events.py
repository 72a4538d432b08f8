"""Answers from records of learning: xAPI statements and Caliper events, however they are packed."""

import io
import json

import pytest

from itemwell.interchange.responses import objects as objects_module
from itemwell.interchange.responses.sniff import rows

STATEMENT = {
    "actor": {"account": {"homePage": "https://lms.example", "name": "ann"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
    "object": {"id": "https://lms.example/items/itemwell-12"},
    "result": {"success": True, "response": "B", "duration": "PT1M2.5S"},
    "timestamp": "2026-11-01T10:00:00Z",
}
EVENT = {
    "type": "AssessmentItemEvent",
    "actor": {"id": "https://lms.example/users/ann", "type": "Person"},
    "object": {"id": "https://lms.example/items/12", "type": "AssessmentItem"},
    "generated": {"type": "MultipleChoiceResponse", "value": "B", "duration": "PT62.5S"},
    "eventTime": "2026-11-01T10:00:00Z",
}
PACKED = {
    "lines": lambda one, _key: "\n".join(json.dumps(each) for each in one),
    "array": lambda one, _key: json.dumps(one),
    "pretty": lambda one, _key: json.dumps(one, indent=2),
    "envelope": lambda one, key: json.dumps({"sensor": "s", key: one, "more": {"a": ["]"]}}),
    "envelopes": lambda one, key: "\n".join(json.dumps({key: [each]}) for each in one),
}


def read(form, text):
    """The rows that `text` gives, as tuples, and what was refused."""
    found, refused = [], []
    for raw in rows(io.BytesIO(text.encode()), form)[1]:
        found += zip(*raw.columns.values(), strict=True)
        refused += raw.refused
    return found, refused


@pytest.mark.parametrize("block", [7, 1 << 16])
@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize(
    ("form", "one", "key"), [("xapi", STATEMENT, "statements"), ("caliper", EVENT, "data")]
)
def test_answers_are_found_however_they_are_packed(form, one, key, packed, block, monkeypatch):
    if packed.startswith("envelope"):
        block = max(block, 512)  # an envelope's beginning is looked for within one block
    monkeypatch.setattr(objects_module, "BLOCK", block)

    found, refused = read(form, PACKED[packed]([one, one], key))

    correct = "1" if form == "xapi" else ""
    assert found == [("ann", "12", correct, "B", "62500", "2026-11-01T10:00:00Z")] * 2
    assert refused == []


def test_what_is_no_answer_is_told_and_the_rest_goes_in():
    other = STATEMENT | {"verb": {"id": "http://adlnet.gov/expapi/verbs/viewed"}}

    found, refused = read("xapi", "\n".join(map(json.dumps, [other, 5, STATEMENT])))

    assert len(found) == 1
    assert [(row.line, row.reason) for row in refused] == [
        (1, "a statement that is no answer"),
        (2, "no JSON object"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON object; what follows is not read"),
        ("[" + "x" * 2_000_000, "longer than a line may be"),
        ('["' + "x" * 2_000_000, "longer than a line may be"),
        ('{"a": ' + "[" * 100_000, "no JSON object; what follows is not read"),
    ],
)
def test_what_cannot_be_read_is_refused_once(text, reason):
    found, refused = read("caliper", text)

    assert found == []
    assert [row.reason for row in refused] == [reason]
