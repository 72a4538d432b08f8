import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.llm.asks import GOOD, VERDICT, Verdict

from itemwell.llm.reading import Unreadable, find_object, load, parse


def test_plain_json_is_read_without_a_note():
    assert parse(Verdict, GOOD) == (VERDICT, ())


@pytest.mark.parametrize(
    "text",
    [f"```json\n{GOOD}\n```", f"Here: {GOOD}", f"{GOOD}\nI hope this helps!", f"```{GOOD}```"],
)
def test_a_fence_and_text_around_the_answer_are_dropped_with_a_note(text):
    assert parse(Verdict, text) == (VERDICT, ("text around the answer dropped",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD + GOOD, "a second object"),
        (f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```", "a second object"),
        (f"[{GOOD}]", "a list"),
        ("", "no JSON object"),
        ("The answer is B.", "no JSON object"),
        ('{"key": "B", "reason": {"key": "A", "reason": "x"}', "no valid JSON"),
        ('{"key": "A", "key": "B", "reason": "x"}', "stands twice"),
        ('{"key": NaN}', "NaN is no number"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ('{"key": ' + "9" * 5_000 + "}", "no valid JSON"),
    ],
)
def test_what_holds_no_single_answer_is_refused_with_the_reason(text, reason):
    with pytest.raises(Unreadable, match=reason):
        parse(Verdict, text)


def test_an_object_of_another_shape_is_refused():
    with pytest.raises(ValidationError):
        parse(Verdict, '{"answer": 42}')


def test_nul_and_half_an_emoji_are_cleaned_with_a_note():
    answer, notes = parse(Verdict, r'{"key": "B\u0000", "reason": "half an \ud83d"}')

    assert (answer.key, answer.reason) == ("B", "half an \ufffd")
    assert notes == ("NUL or half a character cleaned",)


def test_a_whole_emoji_in_escapes_is_left_alone():
    answer, notes = parse(Verdict, r'{"key": "B", "reason": "\ud83d\ude00"}')

    assert (answer.reason, notes) == ("\N{GRINNING FACE}", ())


def test_an_envelope_with_trailing_text_is_refused():
    with pytest.raises(Unreadable):
        load("{} {}")


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
def test_any_text_is_read_or_refused(text):
    for read in (load, find_object):
        try:
            tree, _ = read(text)
        except Unreadable:
            continue
        json.dumps(tree, ensure_ascii=False).encode()
