import asyncio

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.llm.asks import http, serving

from itemwell.llm.transport import Unwanted, client, retry_after


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1", 1.0),
        ("0", 0.0),
        ("3600", 3600.0),
        ("1e3", 1000.0),
        ("-1", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("", None),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 30.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Wed, 31 Dec 1969 23:59:00 GMT", None),
        ("Thu, 99 Foo 1970 00:00:30 GMT", None),
        ("9" * 10_000, None),
        ("9" * 100, 86_400.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_else_nothing(said, seconds):
    assert retry_after({"retry-after": said}, now=0.0) == seconds


def test_a_date_is_read_by_the_vendors_own_clock():
    headers = {
        "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT",
        "date": "Thu, 01 Jan 2026 00:00:00 GMT",
    }

    assert retry_after(headers) == 30.0


def test_milliseconds_win_over_whole_seconds():
    assert retry_after({"retry-after-ms": "250", "retry-after": "1"}) == 0.25


@given(st.text(max_size=50))
def test_no_retry_after_breaks_anything_or_is_negative(said):
    seconds = retry_after({"retry-after": said})

    assert seconds is None or seconds >= 0


def get(raw, *, most_bytes=1_000, path="/"):
    async def call():
        async with serving(lambda: raw) as url, client(url, most_bytes=most_bytes) as line:
            return await line.post(path if path.startswith("http") else url + path, content=b"{}")

    return asyncio.run(call())


def test_json_passes_and_a_gzipped_body_is_unpacked_within_the_cap():
    import gzip

    packed = http(gzip.compress(b'{"a": 1}'), content_encoding="gzip")

    assert get(http("{}")).json() == {}
    assert get(packed).json() == {"a": 1}


def test_a_bomb_is_stopped_at_the_cap():
    import gzip

    packed = http(gzip.compress(b" " * 10_000_000), content_encoding="gzip")

    with pytest.raises(Unwanted, match="more than 100,000 bytes"):
        get(packed, most_bytes=100_000)


@pytest.mark.parametrize("announced", [True, False])
def test_a_long_body_is_cut_whether_it_is_announced_or_not(announced):
    raw = http(b"x" * 2_000)
    raw = raw if announced else raw.replace(b"content-length: 2000\r\n", b"")

    with pytest.raises(Unwanted, match="more than 1,000 bytes"):
        get(raw)


def test_html_with_200_is_refused_and_kept():
    with pytest.raises(Unwanted, match="text/html") as refused:
        get(http("<h1>WiFi</h1>", content_type="text/html"))

    assert (refused.value.kind, refused.value.text) == ("invalid", "<h1>WiFi</h1>")


def test_html_with_an_error_status_is_a_response():
    assert get(http("<h1>Bad gateway</h1>", 502, content_type="text/html")).status_code == 502


def test_a_redirect_is_not_followed():
    with pytest.raises(Unwanted, match=r"redirects to https://evil\.example/, not followed"):
        get(http("", 307, location="https://evil.example/?key=1"))


def test_no_request_leaves_for_another_host():
    with pytest.raises(Unwanted, match=r"does not go to evil\.example"):
        get(http("{}"), path="https://evil.example/")


def test_a_broken_length_is_a_broken_line():
    with pytest.raises(httpx2.RemoteProtocolError):
        get(http("{}").replace(b"content-length: 2", b"content-length: two"))
