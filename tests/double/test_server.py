"""The double as a server: parallel, seeded, scripted, in a thread or in a process of its own."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from statistics import mean
from urllib.parse import urlsplit

import pytest
from tests.double.clients import A_QUESTION, BODIES, PROMPT, post

from itemwell.double import ALL, Answer, Double, Fault, apart


def statuses(double, number):
    found = []
    for _ in range(number):
        try:
            found.append(post(double, "openai").status)
        except Exception as error:  # noqa: BLE001 - any fault may strike
            found.append(type(error).__name__)
    return found


def test_a_script_goes_first_and_then_the_brain():
    with Double(brain=lambda _: "from the brain") as double:
        double.script("openai", [Fault.OVERLOADED, A_QUESTION, "text", lambda seen: seen.prompt])
        replies = [post(double, "openai") for _ in range(5)]

    assert replies[0].status == 503
    assert [reply.text for reply in replies[2:]] == ["text", PROMPT, "from the brain"]


def test_a_script_is_one_vendor_s():
    with Double() as double:
        double.script("openai", [Fault.OVERLOADED])

        assert [post(double, form).status for form in ("google", "openai")] == [200, 503]


def test_a_brain_can_answer_with_a_fault():
    with Double(brain=lambda _: Fault.RATE_LIMIT(retry_after="7")) as double:
        reply = post(double, "anthropic")

    assert (reply.status, reply.headers["retry-after"]) == (429, "7")
    assert double.bill.calls == 0


def test_a_brain_s_bug_is_raised_at_the_end():
    with pytest.raises(ZeroDivisionError), Double(brain=lambda _: 1 / 0) as double:
        assert post(double, "openai").status == 500


def test_faults_by_chance_are_seeded():
    runs = []
    for seed in (1, 1, 2):
        with Double(seed=seed, fault_rate=0.5) as double:
            runs.append(statuses(double, 40))

    assert runs[0] == runs[1] != runs[2]
    assert 5 < runs[0].count(200) < 35


def test_only_the_named_faults_strike():
    with Double(fault_rate=1.0, faults=[Fault.OVERLOADED]) as double:
        assert set(statuses(double, 10)) == {503}


def test_latency_is_lognormal_about_its_mean():
    from random import Random

    from itemwell.double.mind import Chance

    rng = Random(1)
    delays = [Chance(latency=1.0, sigma=0.8).delay(rng) for _ in range(20_000)]

    assert mean(delays) == pytest.approx(1.0, abs=0.03)
    assert max(delays) > 4


def test_hundreds_wait_at_once():
    with Double(latency=0.5) as double, ThreadPoolExecutor(300) as pool:
        start = time.monotonic()
        replies = list(pool.map(lambda _: post(double, "openai").status, range(300)))
        took = time.monotonic() - start

    assert replies == [200] * 300
    assert double.bill["openai"].delivered == 300
    assert took < 300 * 0.5 / 10


def test_a_connection_is_kept_alive():
    with Double() as double:
        connection = HTTPConnection(urlsplit(double.url).netloc)
        path = "/double/seen"
        connection.request("GET", path)
        connection.getresponse().read()
        first = connection.sock.getsockname()
        connection.request("GET", path)
        connection.getresponse().read()
        second = connection.sock.getsockname()
        connection.close()

    assert first == second


def test_an_answer_to_nobody_is_charged_but_not_delivered():
    path, body = BODIES["openai"]
    content = json.dumps(body).encode()
    with Double(latency=0.5) as double:
        host, port = urlsplit(double.url).netloc.split(":")
        head = (
            f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {double.keys['openai']}\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port))) as client:
            client.sendall(head.encode() + content)
            while not double.seen:
                time.sleep(0.01)
        post(double, "google")  # asked later, and so answered later

    assert (double.bill["openai"].calls, double.bill["openai"].delivered) == (1, 0)
    assert double.bill["google"].delivered == 1


def test_the_same_request_has_the_same_digest():
    with Double() as double:
        for _ in range(2):
            post(double, "google")
        post(double, "openai")

    assert len({charge.digest for charge in double.bill}) == 2


def test_what_is_no_vendor_s_is_not_found():
    with Double() as double:
        assert post(double, "openai", path="/elsewhere").status == 404
        assert post(double, "openai", path="/openai/v1/unknown").status == 404
        assert post(double, "openai", key="wrong").status == 401


def test_a_request_in_chunks_is_read():
    async def chunks():
        yield b'{"model": "gpt-5.4-mini", '
        yield b'"input": "hello"}'

    async def send(double):
        import httpx2

        async with httpx2.AsyncClient() as client:
            headers = {"authorization": f"Bearer {double.keys['openai']}"}
            headers["content-type"] = "application/json"
            url = f"{double.url}/openai/v1/responses"
            return await client.post(url, content=chunks(), headers=headers)

    with Double() as double:
        reply = asyncio.run(send(double))

    assert reply.status_code == 200
    assert double.seen[0].prompt == "hello"


def test_rate_limit_headers_and_request_ids_are_sent():
    with Double() as double:
        openai, anthropic = (post(double, form).headers for form in ("openai", "anthropic"))

    assert openai["x-request-id"].startswith("req_")
    assert int(openai["x-ratelimit-remaining-requests"]) > 0
    assert anthropic["request-id"].startswith("req_")
    assert int(anthropic["anthropic-ratelimit-requests-remaining"]) > 0


def brain_of_a_test(seen):
    return Answer(f"seen: {seen.prompt}")


@pytest.fixture
def importable(monkeypatch):
    """A process that a test starts imports what the test can."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


def test_it_runs_as_a_process_of_its_own(importable):
    with apart(brain="tests.double.test_server:brain_of_a_test", batch_seconds=5) as double:
        double.script("openai", [Fault.RATE_LIMIT(retry_after="9"), Fault.FENCE(answer={"a": 1})])
        limited, fenced, plain = (post(double, "openai") for _ in range(3))
        seen, bill, leaked = double.seen, double.bill, double.leaked
        double.revoke("openai")
        revoked = post(double, "openai").status

    assert (limited.status, limited.headers["retry-after"]) == (429, "9")
    assert (fenced.text, plain.text) == ('```json\n{"a": 1}\n```', f"seen: {PROMPT}")
    assert (seen["count"], seen["asks"]) == (3, 3)
    assert bill["vendors"]["openai"]["calls"] == len(bill["requests"]) == 2
    assert (leaked, revoked) == ([], 401)


def test_sigterm_ends_it_well(importable):
    command = [sys.executable, "-m", "itemwell.double", "--print-environment"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        process.terminate()
        status = process.wait(timeout=60)

    assert first.startswith("OPENAI_BASE_URL=http://127.0.0.1:")
    assert status == 0


def test_it_ends_while_clients_wait():
    with ThreadPoolExecutor(4) as pool:
        with Double(latency=3600) as double:
            waiting = [pool.submit(post, double, "openai") for _ in range(4)]
            while len(double.seen) < 4:
                time.sleep(0.01)
        ends = {type(one.exception()) for one in waiting}

    assert ends <= {RemoteDisconnected, ConnectionResetError}


def test_it_outlives_every_fault_that_strikes_in_parallel():
    def bother(number):
        try:
            return post(double, list(BODIES)[number % 4]).status
        except (OSError, HTTPException) as error:
            return type(error).__name__

    faults = [fault for fault in ALL.values() if fault.name not in {"HANG", "DRIP", "SLOW_HEADERS"}]
    with Double(fault_rate=0.8, faults=faults, brain=lambda _: A_QUESTION) as double:
        with ThreadPoolExecutor(16) as pool:
            ends = set(pool.map(bother, range(400)))
        double.script("openai", [Fault.STATUS(status=200)])

        assert post(double, "openai").status == 200

    assert {200, 429, 500, 503} < ends


def test_the_sdk_gets_an_answer_under_the_printed_environment(monkeypatch):
    from openai import OpenAI

    with Double(brain=lambda _: "hello") as double:
        for name, value in double.environment.items():
            monkeypatch.setenv(name, value)
        with OpenAI() as client:
            reply = client.responses.create(model="gpt-5.4-mini", input="hi")

    assert reply.output_text == "hello"
