"""What the double charged: one line a billed reply, and the totals of each vendor."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


class Tokens(NamedTuple):
    """True figures. `input` includes `cached`; `output` includes `reasoning`."""

    input: int
    output: int
    cached: int = 0
    reasoning: int = 0


@dataclass
class Charge:
    """One billed reply. `delivered` is set when its last byte was written to an open connection.

    `digest` is the request's SHA-256: two charges with the same one were paid for the same request.
    """

    vendor: str
    model: str
    request_id: str
    digest: str
    tokens: Tokens
    at: float
    batch: str = ""
    fault: str = ""
    delivered: bool = False


@dataclass
class Total:
    calls: int = 0
    batched: int = 0
    delivered: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def add(self, charge: Charge) -> None:
        self.calls += 1
        self.batched += bool(charge.batch)
        self.delivered += charge.delivered
        self.input_tokens += charge.tokens.input
        self.output_tokens += charge.tokens.output
        self.cached_tokens += charge.tokens.cached
        self.reasoning_tokens += charge.tokens.reasoning


@dataclass
class Bill:
    """`bill["openai"].calls`, `bill.calls`, `for charge in bill`."""

    charges: list[Charge] = field(default_factory=list)

    def __iter__(self) -> Iterator[Charge]:
        return iter(list(self.charges))

    @property
    def calls(self) -> int:
        return len(self.charges)

    @property
    def by_vendor(self) -> dict[str, Total]:
        totals: dict[str, Total] = defaultdict(Total)
        for charge in self:
            totals[charge.vendor].add(charge)
        return dict(totals)

    def __getitem__(self, vendor: str) -> Total:
        return self.by_vendor.get(vendor, Total())

    def as_dict(self) -> dict[str, Any]:
        """As GET /double/bill has it."""
        return {
            "calls": self.calls,
            "vendors": {vendor: asdict(total) for vendor, total in self.by_vendor.items()},
            "requests": [{**asdict(charge), "tokens": charge.tokens._asdict()} for charge in self],
        }
