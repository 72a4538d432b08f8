"""What may be in an event, and that texts of questions and ids of learners may not."""

import logging

import pytest

from itemwell.sentry.event import crumb, line, permitted

STEM = "Which planet is the largest?"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"0 of 5 kept: check: {STEM!r} is a leak", "0 of 5 kept: check: '…' is a leak"),
        (f"“{STEM}” and ‘{STEM}’", "'…' and '…'"),
        (f"invalid input\nDETAIL: ({STEM})", "invalid input"),
        ("learner 7c9e6679-7425-40de-944b-e07fc1f90ae7 is gone", "learner '…' is gone"),
        ("it can't be, the server's away", "it can't be, the server's away"),
    ],
)
def test_a_line_keeps_its_words_and_not_what_it_quotes(said, left):
    assert line(said, str) == left


def an_exception(kind, value):
    frames = [
        {"filename": "a.py", "lineno": 3, "vars": {"stem": STEM}, "abs_path": "/home/ann/a.py"}
    ]
    return {"type": kind, "value": value, "stacktrace": {"frames": frames}}


def test_an_event_has_what_is_allowed_and_nothing_else():
    event = {
        "level": "fatal",
        "user": {"id": 7},
        "extra": {"stem": STEM},
        "request": {},
        "modules": {},
    }
    event |= {"contexts": {"trace": {"trace_id": "1"}, "runtime": {}}, "_meta": {}}
    event["exception"] = {
        "values": [an_exception("KeyError", "'ann'"), an_exception("ValueError", f"for {STEM!r}")]
    }

    kept = permitted(event, str)

    key, value = kept["exception"]["values"]
    assert set(kept) == {"level", "contexts", "exception"}
    assert kept["contexts"] == {"trace": {"trace_id": "1"}}
    assert (key["value"], value["value"]) == ("'…'", "for '…'")
    assert key["stacktrace"] == {"frames": [{"filename": "a.py", "lineno": 3}]}


def test_what_is_about_our_code_keeps_its_names():
    said = "'NoneType' object has no attribute 'stem'"
    kept = permitted({"exception": {"values": [an_exception("AttributeError", said)]}}, str)

    assert kept["exception"]["values"][0]["value"] == said


def a_record(name, said):
    return {"log_record": logging.LogRecord(name, logging.INFO, "a.py", 1, said, None, None)}


def test_a_line_of_our_log_is_a_crumb_with_its_counts_alone():
    hint = a_record("itemwell.generate.job", {"event": "kept", "slot": 7, "why": STEM})

    kept = crumb(hint, str)

    assert (kept["message"], kept["data"]) == ("kept", {"slot": 7})
    assert crumb(a_record("httpx", "GET https://vendor"), str) is None
