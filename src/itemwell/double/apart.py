"""The double in a process of its own, so that its CPU and memory are not counted with ours."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from itemwell.double.faults import ALL, Fault

LINES = 6
"""What `--print-environment` prints: three addresses and three keys."""
OPENER = build_opener(ProxyHandler({}))  # a proxy in the environment must not see the double


class Apart:
    """The same words as `Double` has, over HTTP; `bill` and `seen` are plain JSON."""

    def __init__(self, environment: dict[str, str], process: subprocess.Popen[str]) -> None:
        self.environment = environment
        self.pid = process.pid
        self.url = environment["ANTHROPIC_BASE_URL"].removesuffix("/anthropic")

    @property
    def keys(self) -> dict[str, str]:
        return {
            vendor: self.environment[f"{vendor.upper()}_API_KEY"]
            for vendor in ("openai", "anthropic", "google")
        }

    @property
    def bill(self) -> Any:
        return self._call("bill")

    @property
    def seen(self) -> Any:
        return self._call("seen")

    @property
    def leaked(self) -> Any:
        return self._call("leaked")

    def script(self, vendor: str, replies: Iterable[Any]) -> None:
        self._call("script", {"vendor": vendor, "replies": [*map(as_json, replies)]})

    def revoke(self, vendor: str) -> None:
        self._call("revoke", {"vendor": vendor})

    def _call(self, name: str, said: Any = None) -> Any:
        body = None if said is None else json.dumps(said).encode()
        request = Request(f"{self.url}/double/{name}", body)  # noqa: S310 - our own address
        with OPENER.open(request, timeout=30) as reply:
            return json.load(reply)


def as_json(reply: Any) -> Any:
    """What `control.reply` reads: a fault by its name, with the options that it was given."""
    if not isinstance(reply, Fault):
        return reply
    usual = ALL[reply.name].options
    given = {name: value for name, value in reply.options.items() if value != usual[name]}
    return {"fault": reply.name, **given}


@contextmanager
def apart(**options: Any) -> Iterator[Apart]:
    """`apart(latency=1.0, sigma=0.5, brain="package.module:function")`: options as of `-m`."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "itemwell.double", "--print-environment", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().strip() for _ in range(LINES)]
            yield Apart(dict(line.split("=", 1) for line in lines), process)
        finally:
            process.terminate()
