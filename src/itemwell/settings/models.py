"""Settings: vendors, models, money."""

from decimal import Decimal

from pydantic import BaseModel, Field, SecretStr, field_validator

from itemwell.settings.addresses import server_problem
from itemwell.settings.values import Dollars, Pace, Price, Route, VendorName


class OfModels(BaseModel):
    """Vendors, their models, and what they may cost."""

    openai_api_key: SecretStr | None = Field(
        None, description="Key of OpenAI's API. Item models need none."
    )
    anthropic_api_key: SecretStr | None = Field(
        None, description="Key of Anthropic's API. Item models need none."
    )
    google_api_key: SecretStr | None = Field(
        None, description="Key of Google's Gemini API. Item models need none."
    )
    openai_base_url: str | None = Field(
        None,
        description="Another server that speaks OpenAI's Chat Completions (Ollama, vLLM, xAI), with its /v1.",
    )
    anthropic_base_url: str | None = Field(
        None, description="Another address of Anthropic's API, without /v1."
    )
    google_gemini_base_url: str | None = Field(
        None, description="Another address of Google's Gemini API, without its version."
    )
    openai_model: str = Field(
        "gpt-6.1-sol",
        min_length=1,
        max_length=200,
        description="OpenAI's model, where no route names one.",
    )
    anthropic_model: str = Field(
        "claude-sonnet-5-5",
        min_length=1,
        max_length=200,
        description="Anthropic's model, where no route names one.",
    )
    google_model: str = Field(
        "gemini-3.8-flash",
        min_length=1,
        max_length=200,
        description="Google's model, where no route names one.",
    )
    routes: dict[str, Route] = Field(
        default_factory=dict,
        description="Which models draft, solve and judge a type, with fallbacks; of all types under default:"
        ' {"math": {"draft": ["openai:gpt-6.1-sol", "google"], "judge": ["anthropic"]}}.',
    )
    solvers: int = Field(
        2, ge=1, le=5, description="How many models must find the key of a model's question blind."
    )
    drafts_per_question: int = Field(
        6,
        ge=1,
        le=100,
        description="How often a model's refused draft is mended or written again before it is given up.",
    )
    parallel_calls: int = Field(
        64, ge=1, le=512, description="How many calls to models may be under way at once."
    )
    call_seconds: float = Field(
        300,
        gt=0,
        le=3_600,
        description="How long one call to a model may take from its first byte to its last.",
    )
    patience_seconds: float = Field(
        300,
        gt=0,
        le=86_400,
        description="How long a question waits for vendors that rest or fail. A fifth of it is what is"
        " waited where a vendor asks for it, a tenth is a failing vendor's rest.",
    )
    pace: dict[VendorName, Pace] = Field(
        default_factory=dict,
        description='What a vendor allows a minute: {"openai": {"requests": 500, "tokens": 200000}}.',
    )
    budget_per_run: Dollars | None = Field(
        Decimal(10), description="US dollars that one order may cost, all its runs together."
    )
    budget_per_day: Dollars | None = Field(
        Decimal(50), description="US dollars that all runs of a day (UTC) may cost."
    )
    budget_per_month: Dollars | None = Field(
        Decimal(500), description="US dollars that all runs of a month (UTC) may cost."
    )
    vendor_budgets: dict[VendorName, Dollars] = Field(
        default_factory=dict,
        description='US dollars that a vendor may cost in a month (UTC): {"openai": 200}.',
    )
    prices: dict[str, Price] = Field(
        default_factory=dict,
        description="US dollars per million tokens of models that the price list lacks or has wrong:"
        ' {"llama3.3": {"input": 0, "output": 0}}.',
    )
    allow_unknown_prices: bool = Field(
        False,
        description="Whether a model whose price nobody knows may be asked; budgets cannot see it.",
    )

    @field_validator("openai_api_key", "anthropic_api_key", "google_api_key", mode="after")
    @classmethod
    def _a_key(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("holds a character that no key has; was something else pasted?")
        return value

    @field_validator(
        "openai_base_url", "anthropic_base_url", "google_gemini_base_url", mode="after"
    )
    @classmethod
    def _a_web_address(cls, value: str | None) -> str | None:
        if value is not None and (problem := server_problem(value)):
            raise ValueError(problem)
        return value

    def key_of(self, vendor: str) -> str | None:
        """The key of `vendor`; None where it cannot be asked. A server of one's own may need none."""
        secret: SecretStr | None = getattr(self, f"{vendor}_api_key")
        if secret is None:
            return "none" if vendor == "openai" and self.openai_base_url else None
        return secret.get_secret_value()

    def base_url_of(self, vendor: str) -> str | None:
        """Where `vendor` is asked, where that is not its own address."""
        name = "google_gemini_base_url" if vendor == "google" else f"{vendor}_base_url"
        address: str | None = getattr(self, name)
        return address
