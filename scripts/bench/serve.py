#!/usr/bin/env python3
"""Requests a second of `itemwell serve`, beside a bare FastAPI endpoint on the same machine in the same run.

    python scripts/bench/serve.py --seconds 5 --connections 16

Each server is a process of its own, the client another, over loopback with connections that stay. The
bare endpoint answers a document of the same length and asks no database. "claim" hands out an exam of
71 or 225 questions with its content, which is a transaction that waits for the disk. The machine's
cores are shared by server, client and Postgres: trust the ratios, and on a busy machine those of the
server's CPU a request. Exits 1 where an answer is not 200.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import NamedTuple

import psutil
from claim import SIZES, bank, fill

BEARER = "bench-secret-0123456789"
BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
document = {"success": True, "data": {"text": "x" * int(sys.argv[1])}}
@app.get("/")
def bare() -> dict:
    return document
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""
OURS = (sys.executable, "-m", "itemwell", "serve", "--port")
READY = 30.0


@contextmanager
def serving(command, port, path, **environment):
    """A server that answers."""
    process = subprocess.Popen(
        [*command, str(port)], env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )
    try:
        asyncio.run(answers(port, path))
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


async def answers(port, path):
    """Wait until it answers: who listens may still be starting."""
    end = time.monotonic() + READY
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(50):
                await ask(reader, writer, request("GET", path))
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def request(method, path, body=b""):
    """One request, as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {BEARER}\r\n"
    return (
        f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def ask(reader, writer, asked):
    """Seconds and bytes of one answer, whose status must be 200."""
    begun = time.perf_counter()
    writer.write(asked)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"not 200: {head.splitlines()[0].decode()}")
    length = next(
        int(line.partition(b":")[2])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return time.perf_counter() - begun, length


class Result(NamedTuple):
    """The seconds of each answer, how many there were a second, their median length, CPU seconds of each."""

    times: list[float]
    rate: float
    length: int
    cpu: float


async def load(server, port, requests, asked):
    """What so many connections at once get of the server."""
    found = []
    before = sum(server.cpu_times()[:2])
    end = time.monotonic() + asked.seconds

    async def connection():
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        while time.monotonic() < end and (each := next(requests, None)) is not None:
            found.append(await ask(reader, writer, each))
        writer.close()

    begun = time.monotonic()
    await asyncio.gather(*(connection() for _ in range(asked.connections)))
    rate = len(found) / (time.monotonic() - begun)
    cpu = (sum(server.cpu_times()[:2]) - before) / len(found)
    length = int(statistics.median(size for _, size in found))
    return Result([seconds for seconds, _ in found], rate, length, cpu)


def tell(name, result, bare=None):
    """Prints a line."""
    cut = statistics.quantiles([1000 * each for each in result.times], n=100)
    print(
        f"{name:<22} {result.rate:6,.0f} a second  p50 {cut[49]:6.2f}  p99 {cut[98]:7.2f} ms"
        f"  CPU {1000 * result.cpu:5.2f} ms  {result.length:>7,} bytes",
        end="\n" if bare is None else "",
    )
    if bare:
        told = f"  {result.rate / bare.rate:.2f} of bare's rate, {result.cpu / bare.cpu:.2f} of its CPU"
        print(told, flush=True)


def bare(asked, port, length):
    """What FastAPI and uvicorn make of a document of this length."""
    with serving((sys.executable, "-c", BARE, str(length)), port, "/") as server:
        return asyncio.run(load(server, port, itertools.repeat(request("GET", "/")), asked))


def ours(asked, port, requests, url):
    """The same of our service."""
    with serving(
        OURS,
        port,
        "/healthz",
        DATABASE_URL=url,
        CRON_SECRET=BEARER,
        SERVE_REQUESTS_PER_MINUTE="1000000",
    ) as server:
        return asyncio.run(load(server, port, requests, asked))


def claims(kind, count):
    """A request for each of the learners who have such an exam."""
    for number in range(1, count + 1):
        body = json.dumps({"user_id": f"serve {number}", "exam_type": kind}).encode()
        yield request("POST", "/api/get-pre-generated-exam", body)


def main():
    """Measures each way beside its baseline."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--claims", type=int, default=10_000, help="exams that there are")
    parser.add_argument("--port", type=int, default=18_080)
    asked = parser.parse_args()
    with bank() as (url, folder):
        os.environ["ITEMWELL_HOME"] = str(folder / "program")
        fill(url, asked.claims, ["serve"], asked.claims)
        subprocess.run(
            [*OURS[:3], "health"],
            env={**os.environ, "DATABASE_URL": url},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        ways = {
            "healthz": itertools.repeat(request("GET", "/healthz")),
            "health": itertools.repeat(request("GET", "/api/health")),
            **{f"claim {kind}": claims(kind, asked.claims // 2) for kind in SIZES},
        }
        for name, requests in ways.items():
            result = ours(asked, asked.port, requests, url)
            beside = bare(asked, asked.port, result.length)
            tell(f"bare for {name}", beside)
            tell(name, result, beside)


if __name__ == "__main__":
    main()
