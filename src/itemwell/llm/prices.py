"""What a call costs: genai-prices, an operator's own table before it, and never 0 for the unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from itemwell.llm.door import LLMError, Usage

MILLION = Decimal(1_000_000)
FLAT_UP_TO = 100_000
"""Input tokens up to which no vendor changes its rate; above, each call is priced by itself."""

PROBE = 1_000

BATCH = Decimal("0.5")

EMBEDS = "embedding"
"""In the name of every listed model that turns texts into vectors."""


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per million tokens. Cached input costs what other input does where it is not said."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None

    def of(self, usage: Usage) -> Decimal:
        """The price of `usage`.

        >>> Rate(Decimal(2), Decimal(10), Decimal(1)).of(Usage(1_000_000, 500_000, 100_000))
        Decimal('2.5')
        """
        cached = self.input if self.cached is None else self.cached
        fresh = (usage.input - usage.cached) * self.input
        return (fresh + usage.cached * cached + usage.output * self.output) / MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model name. `overrides` win; a model in neither place is refused unless allowed."""

    overrides: Mapping[str, Rate] = field(default_factory=dict)
    allow_unknown: bool = False
    _rates: dict[tuple[str, str], Rate | None] = field(default_factory=dict, repr=False)

    def of(self, usage: Usage, vendor: str, model: str, *, batch: bool = False) -> Decimal | None:
        """US dollars. None where the price is unknown and that is allowed, else LLMError of kind price."""
        price = self._whole(usage, vendor, model)
        return price * BATCH if batch and price is not None else price

    def rate(self, vendor: str, model: str) -> Rate | None:
        """Dollars per million tokens. Raises LLMError of kind price where it is not known nor allowed."""
        if model in self.overrides:
            return self.overrides[model]
        if (vendor, model) not in self._rates:
            self._rates[vendor, model] = _listed_rate(vendor, model)
        known = self._rates[vendor, model]
        if known is None and not self.allow_unknown:
            hint = did_you_mean(vendor, model)
            raise LLMError("price", f"{vendor} {model}: price unknown{hint}")
        return known

    def _whole(self, usage: Usage, vendor: str, model: str) -> Decimal | None:
        rate = self.rate(vendor, model)
        if rate is None:
            return None
        if model in self.overrides or usage.input <= FLAT_UP_TO:
            return rate.of(usage)
        return _listed(usage, vendor, model)


def did_you_mean(vendor: str, model: str) -> str:
    """What to add to a message about a name that is not known; nothing where no name is near."""
    near = nearest(vendor, model)
    return f"; did you mean {near}?" if near else ""


def nearest(vendor: str, model: str) -> str | None:
    """The name of a known model of `vendor` that is most like `model`, if one is like it at all."""
    from genai_prices import data_snapshot  # noqa: PLC0415 - a second of import

    providers = data_snapshot.get_snapshot().providers
    names = [each.id for one in providers if one.id == vendor for each in one.models]
    close = get_close_matches(model, [name for name in names if name != model], n=1)
    return close[0] if close else None


def _listed_rate(vendor: str, model: str) -> Rate | None:
    """The rate below every tier, from three probes; None where it is not listed, or listed as free.

    An embedder writes nothing, and only its input has a price.
    """
    given = _listed(Usage(PROBE), vendor, model)
    cached = _listed(Usage(PROBE, PROBE), vendor, model)
    written = _listed(Usage(0, output=PROBE), vendor, model)
    if not given or not (written or EMBEDS in model):
        return None
    per = MILLION / PROBE
    return Rate(given * per, (written or 0) * per, cached * per if cached else None)


def _listed(usage: Usage, vendor: str, model: str) -> Decimal | None:
    import genai_prices  # noqa: PLC0415 - a second of import

    counted = genai_prices.Usage(
        input_tokens=usage.input, cache_read_tokens=usage.cached, output_tokens=usage.output
    )
    try:
        return genai_prices.calc_price(counted, model, provider_id=vendor).total_price
    except (LookupError, ValueError):
        return None
