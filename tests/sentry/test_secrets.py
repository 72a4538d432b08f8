"""A secret goes by its value, however it is written and wherever it stands."""

import base64
import json
import os
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell.sentry.secrets import GONE, cleaned, in_force, redacting
from itemwell.settings import load

SECRET = 'p@ss/w0rd "quoted" it\'s\\ü+&'
WRITTEN = {
    "as it is": str,
    "in a URL": lambda text: quote(text, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "in a URL in small letters": lambda text: quote(text, safe="").lower(),
    "in JSON": json.dumps,
    "in readable JSON": lambda text: json.dumps(text, ensure_ascii=False),
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "by Python": repr,
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in a URL's base64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_a_secret_goes_however_it_is_written(way):
    written = WRITTEN[way](SECRET)

    left = redacting([SECRET])(f"before {written} after")

    assert GONE in left
    assert left.startswith("before ")
    assert left.endswith(" after")
    assert len(left) <= len("before '[redacted]'.. after") + 4


@given(st.text(min_size=8, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_a_secret_goes_from_the_middle_of_base64(secret, before, after):
    secret = f"k{secret}y"  # whose ends are not blank
    written = base64.b64encode(before + secret.encode("utf-8", "surrogatepass") + after).decode()

    assert GONE in redacting([secret])(written)


@given(st.text(min_size=4, max_size=60))
def test_a_secret_of_any_letters_goes(secret):
    secret = f"x{secret}x"

    assert secret not in redacting([secret])(f"<{secret}> {secret}")


def test_a_short_secret_goes_as_a_word_and_one_of_a_letter_stays():
    redact = redacting(["a", "hunter"])

    assert redact("a hunter, the huntery") == f"a {GONE}, the huntery"


def test_keys_numbers_and_bytes_of_nested_data_are_looked_at():
    redact = redacting(["12345678", "hunter2!"])

    left = cleaned({"hunter2!": [{"n": 12345678, "b": b"\xffhunter2!"}, True, None, 7]}, redact)

    assert left == {GONE: [{"n": GONE, "b": b"\xff" + GONE.encode()}, True, None, 7]}


def test_a_line_of_a_private_key_goes_alone():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----"

    assert redacting([key])("line 2: MIIEvQIBADANBgkqhkiG9w0BAQ") == f"line 2: {GONE}"


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcdefghijkl",
        "AIzaSyabcdefghijklmnop",
        "Authorization: Bearer abc.def-ghi",
        "postgresql://me:hunter@db/bank",
    ],
)
def test_what_looks_like_a_secret_goes_though_nobody_set_it(text):
    left = redacting([])(text)

    assert GONE in left
    assert not any(part in left for part in ("abc", "hunter"))


def test_what_is_secret_here_is_told_by_settings_and_names(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss%2Fword@db/bank")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("CRON_SECRET", "a-bearer")
    monkeypatch.setenv("CACHE_URL", "redis://:other-word@cache/0")

    found = in_force(load().settings, os.environ)

    assert {"p@ss/word", "p%40ss%2Fword", "sk-of-openai", "a-bearer", "other-word"} <= found
