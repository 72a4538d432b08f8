"""The three real SDKs, each asked for the same thing, and what a test sees of the wire below them."""

import http.client
import json
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

MODEL = {"openai": "gpt-5.4-mini", "anthropic": "claude-haiku-5-5", "google": "gemini-3.5-flash"}
VENDORS = tuple(MODEL)
SECONDS = 60
"""Until an ask is given up: nobody waits for it but on a machine that hangs."""
SYSTEM, PROMPT = "You write questions.", "One about sequences, please."


class Option(BaseModel):
    id: Literal["A", "B", "C", "D"]
    text: str = Field(min_length=1, max_length=40)


class Question(BaseModel):
    stem: str = Field(min_length=10, max_length=200)
    options: list[Option] = Field(min_length=2, max_length=5)
    key: Literal["A", "B", "C", "D"]
    score: float = Field(ge=0, le=1)
    note: str | None = None


A_QUESTION = {
    "stem": "Which number follows 2, 4, 8?",
    "options": [{"id": "A", "text": "16"}, {"id": "B", "text": "12"}],
    "key": "A",
    "score": 0.5,
    "note": None,
}


@contextmanager
def openai_client(double):
    from openai import OpenAI

    env = double.environment
    with OpenAI(
        api_key=env["OPENAI_API_KEY"],
        base_url=env["OPENAI_BASE_URL"],
        max_retries=0,
        timeout=SECONDS,
    ) as client:
        yield client


@contextmanager
def anthropic_client(double):
    from anthropic import Anthropic

    env = double.environment
    with Anthropic(
        api_key=env["ANTHROPIC_API_KEY"],
        base_url=env["ANTHROPIC_BASE_URL"],
        max_retries=0,
        timeout=SECONDS,
    ) as client:
        yield client


@contextmanager
def google_client(double, **options):
    from google.genai import Client
    from google.genai.types import HttpOptions

    env = double.environment
    options = HttpOptions(base_url=env["GOOGLE_GEMINI_BASE_URL"], timeout=SECONDS * 1000, **options)
    client = Client(api_key=env["GOOGLE_API_KEY"], http_options=options)
    try:
        yield client
    finally:
        client.close()


def google_config(**options):
    from google.genai.types import GenerateContentConfig

    return GenerateContentConfig(
        system_instruction=SYSTEM, response_mime_type="application/json", **options
    )


def ask(double, vendor, **options):
    """The SDK's own object for one plain ask."""
    match vendor:
        case "openai":
            with openai_client(double) as client:
                return client.responses.create(
                    model=MODEL[vendor], instructions=SYSTEM, input=PROMPT, **options
                )
        case "anthropic":
            with anthropic_client(double) as client:
                options = {"max_tokens": 4000, **options}
                said = [{"role": "user", "content": PROMPT}]
                return client.messages.create(
                    model=MODEL[vendor], system=SYSTEM, messages=said, **options
                )
        case _:
            with google_client(double) as client:
                return client.models.generate_content(
                    model=MODEL[vendor], contents=PROMPT, config=google_config(**options)
                )


BODIES = {
    "openai": ("/openai/v1/responses", {"model": MODEL["openai"], "input": PROMPT}),
    "chat": (
        "/openai/v1/chat/completions",
        {"model": MODEL["openai"], "messages": [{"role": "user", "content": PROMPT}]},
    ),
    "anthropic": (
        "/anthropic/v1/messages",
        {
            "model": MODEL["anthropic"],
            "max_tokens": 10_000_000,
            "messages": [{"role": "user", "content": PROMPT}],
        },
    ),
    "google": (
        f"/google/v1beta/models/{MODEL['google']}:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]},
    ),
}
"""The barest ask of each format."""


class Wire:
    """A reply as it came over the socket."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        """What the model said, whoever's envelope it is in."""
        match self.json:
            case {"output": [{"content": [{"text": text}]}]}:
                return text
            case {"choices": [{"message": {"content": text}}]}:
                return text
            case {"content": [{"text": text}]}:
                return text
            case {"candidates": [{"content": {"parts": [{"text": text}]}}]}:
                return text


def post(double, form, path=None, body=None, key=None, timeout=SECONDS):
    """One ask without an SDK, which would hide half of what comes."""
    vendor = "openai" if form == "chat" else form
    where, what = BODIES[form]
    where, what = path or where, body or what
    key = key or double.keys[vendor]
    connection = http.client.HTTPConnection(urlsplit(double.url).netloc, timeout=timeout)
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {key}",
        "x-goog-api-key": key,
    }
    try:
        connection.request("POST", where, json.dumps(what), headers)
        reply = connection.getresponse()
        return Wire(reply.status, reply.headers, reply.read())
    finally:
        connection.close()
