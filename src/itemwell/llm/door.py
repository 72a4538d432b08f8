"""The nouns: an Ask goes in, a Reply comes out or an LLMError is raised, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

from itemwell.errors import Exit, ItemwellError

Kind = Literal[
    "auth",
    "billing",
    "rate",
    "overloaded",
    "connection",
    "timeout",
    "cut",
    "refused",
    "truncated",
    "invalid",
    "unknown_model",
    "too_large",
    "redirect",
    "budget",
    "vendor_budget",
    "price",
    "cancelled",
    "batch",
    "bug",
]
"""Why there is no answer. `cut`: the line broke once the request was out. `cancelled`: we gave up.
`batch`: it comes with a batch, which is no trouble."""

OVERHEAD_TOKENS = 1_000
"""What vendors add to a prompt (roles, the text that explains the schema), counted generously."""

NEXT_STEPS: Mapping[str, str] = {
    "auth": "check the key: itemwell doctor --online",
    "billing": "check the balance at the vendor",
    "unknown_model": "check the name in itemwell.toml: itemwell models",
    "price": "give its price in itemwell.toml, or allow unknown prices",
    "budget": "raise the budget or wait for the next period",
    "vendor_budget": "raise VENDOR_BUDGETS or wait for the next month",
    "redirect": "check the base URL",
}


@cache
def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `answer`. Shared: not to be changed."""
    return answer.model_json_schema()


@cache
def _schema_text(answer: type[BaseModel]) -> str:
    return json.dumps(schema_of(answer), sort_keys=True)


class Place(NamedTuple):
    """Where an ask belongs: in one place one answer is enough, whichever model it comes from."""

    slot_id: str
    attempt: int
    stage: str
    seat: int
    subject: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to whichever model takes it.

    `seat` tells the solvers of one draft apart, `subject` is the signature of what is looked at.
    """

    stage: str
    system: str
    prompt: str
    answer: type[BaseModel]
    prompt_version: str = ""
    slot_id: str = ""
    attempt: int = 0
    seat: int = 0
    subject: str = ""
    max_output_tokens: int = 4_096
    temperature: float | None = None

    def request_hash(self, vendor: str, model: str) -> str:
        """64 hexadecimal digits over all that determines the answer, vendor and model with it."""
        said = [self.system, self.prompt, _schema_text(self.answer)]
        limits = [self.max_output_tokens, self.temperature]
        whole = json.dumps([vendor, model, *said, *limits], sort_keys=True)
        return sha256(whole.encode()).hexdigest()

    @property
    def place(self) -> Place:
        """What a journal finds its answer by."""
        return Place(self.slot_id, self.attempt, self.stage, self.seat, self.subject)

    @property
    def input_ceiling(self) -> int:
        """More tokens than the input can have: no tokenizer makes two of one byte."""
        texts = (self.system, self.prompt, _schema_text(self.answer))
        return sum(len(text.encode("utf-8", "replace")) for text in texts) + OVERHEAD_TOKENS

    @property
    def worst_usage(self) -> "Usage":
        """What this ask uses at the very most."""
        return Usage(self.input_ceiling, output=self.max_output_tokens, estimated=True)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. `input` includes the cached ones, `output` those of reasoning."""

    input: int
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    estimated: bool = False

    def plausible(self, ask: Ask) -> bool:
        """Whether a vendor can have counted this for `ask`."""
        return (
            0 <= self.cached <= self.input <= ask.input_ceiling
            and 0 <= self.reasoning <= self.output <= ask.max_output_tokens
            and self.input > 0
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that has the shape asked for. `price_usd` is None only where a price may be unknown."""

    answer: BaseModel
    text: str
    finish: str
    usage: Usage
    vendor: str
    model: str
    seconds: float = 0.0
    price_usd: Decimal | None = None
    request_id: str = ""
    notes: tuple[str, ...] = ()

    def priced(self, price: Decimal | None) -> "Reply":
        """The same reply with what it cost."""
        return replace(self, price_usd=price)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a call that failed."""

    text: str = ""
    finish: str = ""
    usage: Usage | None = None
    seconds: float = 0.0
    request_id: str = ""
    status: int | None = None


class LLMError(ItemwellError):
    """No answer, and why.

    `wait`: seconds before the same request may succeed, None where it never will.
    `perhaps_billed`: the vendor may have done the work.
    """

    reason = "llm"

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        wait: float | None = None,
        perhaps_billed: bool = False,
        trace: Trace | None = None,
    ) -> None:
        super().__init__(message, NEXT_STEPS.get(kind, ""))
        self.kind: Kind = kind
        self.wait = wait
        self.perhaps_billed = perhaps_billed
        self.trace = trace or Trace()
        self.price_usd: Decimal | None = None
        self.reason = kind
        self.exit = Exit.CONFIG if kind in {"auth", "unknown_model", "price"} else Exit.FAILED

    @property
    def text(self) -> str:
        """What the vendor wrote, as far as it came; empty where nothing did."""
        return self.trace.text


Outcome = Reply | LLMError


class Model(Protocol):
    """A function from an Ask to a Reply, which knows its name. Raises LLMError."""

    @property
    def vendor(self) -> str: ...

    @property
    def name(self) -> str: ...

    async def __call__(self, ask: Ask) -> Reply: ...


class Around:
    """What stands around a model: it goes by the name of the one within."""

    __slots__ = ()
    model: Model

    @property
    def vendor(self) -> str:
        """The vendor of the model within."""
        return self.model.vendor

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self.model.name


@dataclass(frozen=True, slots=True)
class Said:
    """What a vendor's envelope says, translated: the text, how it ended, and what it cost."""

    text: str = ""
    finish: str = ""
    refusal: str = ""
    usage: Usage | None = None
    request_id: str = ""
    notes: tuple[str, ...] = field(default=())
