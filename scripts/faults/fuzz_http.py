#!/usr/bin/env python3
"""Sends `itemwell serve` whatever its OpenAPI document lets one send, with its bearer and without.

    python scripts/faults/fuzz_http.py --examples 200

schemathesis makes the requests. Exits 1 where one with the bearer gets a status of 500 or more, or one
without gets anything but a refusal, or a planted secret comes back.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter

import schemathesis
from banks import a_bank
from hypothesis import HealthCheck, Phase, given, seed, settings

BEARER = "cron-secret-PLANTED-4711"
SECRETS = (BEARER, "PLANTED-key-0815")
OPEN = {"/healthz"}


def serving(environment):
    """The service, under way, and where it listens."""
    command = [sys.executable, "-m", "itemwell", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "[Serve] http" in line:
            return process, line.split("[Serve] ")[1].split()[0]
    sys.exit(f"the service ended with {process.wait()}")


def send(operation, url, bearer, examples, seen):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    opened = operation.path in OPEN

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case):
        case.headers = {**(case.headers or {}), **headers}
        answer = case.call(base_url=url)
        seen[answer.status_code] += 1
        seen["errors of its own"] += answer.status_code >= 500
        refused = answer.status_code in {401, 413, 429, 405, 404, 400, 422}
        seen["answers to strangers"] += not (bearer or opened or refused)
        seen["secrets in answers"] += any(each.encode() in answer.content for each in SECRETS)

    one()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--examples", type=int, default=200, help="requests of an operation")
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    asked = options.parse_args()
    seen = Counter()
    with a_bank(asked.bank) as home:
        environment = os.environ | home
        environment |= {
            "CRON_SECRET": BEARER,
            "OPENAI_API_KEY": SECRETS[1],
            "SERVE_REQUESTS_PER_MINUTE": "1000000",
        }
        process, url = serving(environment)
        try:
            schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
            operations = [found.ok() for found in schema.get_all_operations()]
            for bearer in (BEARER, None, "wrong"):
                for operation in operations:
                    send(operation, url, bearer, asked.examples, seen)
        finally:
            process.terminate()
            status = process.wait(timeout=30)
    amiss = {
        name: seen.pop(name, 0)
        for name in ("errors of its own", "answers to strangers", "secrets in answers")
    }
    amiss["ends that are not 143"] = int(status != 143)
    told = ", ".join(f"{count:,} x {status}" for status, count in sorted(seen.items()))
    print(f"{seen.total():,} requests to {len(operations)} operations: {told}")
    print("\n".join(f"{number:6} {name}" for name, number in amiss.items()))
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
