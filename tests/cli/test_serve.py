"""`itemwell serve` as an operator starts it: over a socket, to its end."""

import json
import socket
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from tests.serve.calls import CRON

OPENER = build_opener(ProxyHandler({}))
STATUS = "/functions/v1/scheduler?action=status"


@contextmanager
def served(program):
    process = program.start("serve", "--port", "0", CRON_SECRET=CRON)
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "[Serve] http" in line:
                break
        else:
            pytest.fail("".join(lines))
        yield process, line.split("[Serve] ")[1].split()[0]
    finally:
        process.kill()
        process.communicate()


def get(url, bearer=None):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    try:
        with OPENER.open(Request(url, headers=headers), timeout=30) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def test_it_answers_over_a_socket_and_ends_in_order(program, bank):
    with served(program) as (process, url):
        with_bearer, without = get(url + STATUS, CRON), get(url + STATUS)
        alive = get(url + "/healthz")
        process.terminate()
        _, err = process.communicate(timeout=30)

    assert with_bearer[0] == 200
    assert with_bearer[1]["data"]["total_jobs"] == 6
    assert without == (401, {"success": False, "error": "a valid bearer is needed"})
    assert alive == (200, {"status": "ok"})
    assert process.returncode == 143
    assert err.strip().splitlines()[-1].startswith("exit code: 143 (terminated)")
    assert CRON not in err


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        ((), {}, "nobody could call: there is no bearer; set CRON_SECRET, or API_TOKENS"),
        (("--host", "example"), {"CRON_SECRET": CRON}, "example is no IP address"),
        (
            (),
            {"API_TOKENS": '{"app": {"sha256": "12", "scopes": ["claim"]}}'},
            "API_TOKENS",
        ),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(program, bank, options, environment, told):
    ended = program("serve", *options, **environment)

    assert ended.status == 3
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_a_port_that_is_taken_is_told_in_one_line(program, bank):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = program("serve", "--port", port, CRON_SECRET=CRON)

    assert ended.status == 3
    assert f"127.0.0.1:{port} cannot be listened on" in ended.last_line
