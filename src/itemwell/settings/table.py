"""The settings as a table: names, kinds, defaults, meanings, and what their values may be."""

import re
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Stratum
from itemwell.blueprint import blueprints_of
from itemwell.errors import ConfigError
from itemwell.schedule import JOBS, Job, changed, contradiction
from itemwell.settings.addresses import bank_problem, dsn_problem, mail_problem, server_problem
from itemwell.settings.hours import quiet_hours
from itemwell.settings.values import (
    ApiToken,
    Dollars,
    Pace,
    Price,
    Route,
    TableName,
    Timing,
    VendorName,
    ZoneName,
)


class Settings(BaseSettings):
    """Every setting, in the order of `.env.example`. A name in capitals is its environment variable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr | None = Field(
        None,
        description="The bank: postgresql://user:password@host:5432/name, Postgres 15 or later. "
        "Empty: an embedded Postgres in ITEMWELL_HOME.",
    )
    itemwell_home: Path = Field(
        default_factory=lambda: user_data_path("itemwell"),
        description="Where the embedded Postgres, its backups and saved drafts live. "
        "Empty: the user's data directory.",
    )
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
    questions_per_run: int = Field(
        50,
        ge=1,
        le=10_000,
        description="How many questions a run without --count writes at the most.",
    )
    min_arbiter_score: float = Field(
        0.7, ge=0, le=1, description="The arbiter's mean score that a model's question must reach."
    )
    target_per_type: int = Field(
        50,
        ge=0,
        le=1_000_000,
        description="How many active questions of each type the bank should hold.",
    )
    targets: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default_factory=dict,
        description="Targets of single types that differ from TARGET_PER_TYPE, and of types of your own,"
        ' which models write: {"math": 100, "chemistry": 200}.',
    )
    difficulty_mix: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=lambda: dict(zip(DIFFICULTIES, (0.30, 0.45, 0.25), strict=True)),
        description='Shares of a type\'s target: {"easy": 0.3, "medium": 0.45, "hard": 0.25}. Sum 1.',
    )
    family_cap: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="How many questions of one item model the bank holds at the most.",
    )
    attempts_per_question: int = Field(
        30,
        ge=1,
        le=1_000,
        description="How often a refused draft is written again before it is given up.",
    )
    enemies_per_question: int = Field(
        3,
        ge=1,
        le=1_000_000,
        description="How many variants of one question, by other numbers or names, models may write; they"
        " never meet in one exam. Item models have FAMILY_CAP.",
    )
    embedder: Literal["auto", "hash", "minilm", "openai", "google"] = Field(
        "auto",
        description="What finds near duplicates: minilm (in this process, where its weights are found), hash"
        " (always there), openai or google (paid, with their keys). auto: minilm where it is found, else hash.",
    )
    embedder_directory: Path | None = Field(
        None,
        description="A directory that holds model.safetensors and vocab.txt of all-MiniLM-L6-v2."
        " Empty: those of the installed package.",
    )
    embedder_model: str | None = Field(
        None,
        max_length=200,
        pattern=r"^\S+$",
        description="The model of EMBEDDER openai or google, with its dimensions where they are not the usual:"
        " text-embedding-3-large/1024. Empty: text-embedding-3-small/1536, gemini-embedding-001/768.",
    )
    min_answers_per_question: int = Field(
        50,
        ge=1,
        le=1_000_000,
        description="Usable answers that a question needs before its parameters are published.",
    )
    exposure_cap: float = Field(
        1.0,
        gt=0,
        le=1,
        description="The share of learners that may have seen a question before it is put on watch. 1: all.",
    )
    cron_secret: SecretStr | None = Field(
        None, description="The bearer that may ask `itemwell serve` for everything."
    )
    api_tokens: dict[str, ApiToken] = Field(
        default_factory=dict,
        description='Further bearers by name, each by its SHA-256 in hex: {"app": {"sha256": "...",'
        ' "scopes": ["claim"]}}. Scopes: read, trigger, claim, keys.',
    )
    serve_requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="How often each caller may ask `itemwell serve`."
    )
    sentry_dsn: SecretStr | None = Field(
        None,
        description="Where failures and check-ins of jobs are told: https://key@host/project. Empty: nowhere.",
    )
    sentry_traces_sample_rate: float = Field(
        0.0, ge=0, le=1, description="The share of runs whose duration Sentry is told as a trace."
    )
    env: str = Field("production", description="What Sentry calls this environment.")
    smtp_url: SecretStr | None = Field(
        None,
        description="A mail server that alerts go by: smtp://user:password@host:587 (STARTTLS), or smtps://."
        " Empty: no mail.",
    )
    alert_mail_from: str = Field("itemwell@localhost", description="Whom alerts by mail are from.")
    alert_mail_to: str = Field("", description="Whom they go to; several with commas.")
    slack_webhook_url: SecretStr | None = Field(
        None, description="A Slack webhook that alerts go to. Empty: none."
    )
    alert_webhook_url: SecretStr | None = Field(
        None, description="Any other address that takes alerts as JSON by POST. Empty: none."
    )
    alert_quiet_hours: str = Field(
        "",
        description="When only critical alerts are told, the others afterwards: 22:00-07:00 Europe/Budapest."
        " Without a zone: UTC.",
    )
    alert_repeat_hours: float = Field(
        0,
        ge=0,
        le=8_760,
        description="After how many hours an alert that nobody acknowledged is told again. 0: once.",
    )
    alert_idle_runs: int = Field(
        3, ge=1, le=30, description="So many runs of a job without any use are an alert."
    )
    alert_stock_share: float = Field(
        0.5, ge=0, le=1, description="A type below this share of its target is an alert."
    )
    bank_gigabytes: float | None = Field(
        None,
        gt=0,
        description="What the server's disk has for the bank; an alert comes at nine tenths. The embedded"
        " server's disk is looked at.",
    )
    ping_url: SecretStr | None = Field(
        None,
        description="A dead-man service that each job of the schedule pings as it starts and ends, with {job}"
        " in its place: https://hc-ping.com/KEY/itemwell-{job}. Empty: none.",
    )
    metrics_textfile: Path | None = Field(
        None,
        description="Where `itemwell metrics` writes its figures for Prometheus: a .prom file.",
    )
    otlp_endpoint: SecretStr | None = Field(
        None,
        description="Where it sends them by OTLP over HTTP: https://host:4318/v1/metrics. Needs itemwell[otlp].",
    )
    retention_days: dict[str, Annotated[float, Field(ge=0, le=36_500)]] = Field(
        default_factory=dict,
        description='How long rows are kept, by table, where that is not the usual: {"llm_calls": 90}. See:'
        " itemwell cleanup --dry-run.",
    )
    archive: Literal["none", "jsonl", "parquet"] = Field(
        "none",
        description="How rows are written to ITEMWELL_HOME/archive before cleanup deletes them. parquet needs"
        " itemwell[parquet].",
    )
    blueprints: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Exam types of your own, and changes of diagnostic and practice: questions, pretest, content,"
        ' difficulty, abilities, exposure, valid_days, kept_days: {"final": {"questions": 40, "exposure": 0.5}}.',
    )
    active_within_days: float = Field(
        30, gt=0, le=3_650, description="Learners idle for longer get no exams ahead of time."
    )
    time_zone: ZoneName = Field(
        "UTC",
        description="Whose days a learner's are who has no zone of his own: an IANA name such as Europe/Budapest.",
    )
    snapshot_backfill_days: int = Field(
        31,
        ge=1,
        le=366,
        description="How many closed days a snapshot makes up for at the most, after an outage.",
    )
    recommend_within_days: float = Field(
        60, gt=0, le=3_650, description="Learners idle for longer are recommended nothing."
    )
    recommend_retention: float = Field(
        0.9,
        gt=0.5,
        lt=1,
        description="A lesson is to be reviewed when the chance that it is remembered falls below this.",
    )
    lessons_table: TableName = Field(
        "lessons",
        description="Lessons: this table, or a view of the application's with its columns, schema.name.",
    )
    lesson_progress_table: TableName = Field(
        "lesson_progress", description="The same of what learners did of which lesson."
    )
    quiz_attempts_table: TableName = Field(
        "quiz_attempts", description="The same of their quizzes and exercises."
    )
    study_sessions_table: TableName = Field(
        "study_sessions", description="The same of when they studied."
    )
    schedule: dict[str, Timing] = Field(
        default_factory=dict,
        description="When jobs run, where that is not as in the table of jobs:"
        ' {"generate": {"cron": "0 3 * * 6", "zone": "Europe/Berlin", "enabled": true, "catch_up": "once",'
        ' "deadline": "45m", "needs": []}}.',
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_file: Path | None = Field(
        None, description="A file that the log is appended to, besides stderr."
    )
    log_format: Literal["text", "json"] = Field("text", description="text or json.")

    @field_validator("log_level", "log_format", "embedder", "archive", mode="before")
    @classmethod
    def _any_case(cls, value: Any, info: Any) -> Any:
        fold = str.upper if info.field_name == "log_level" else str.lower
        return fold(value) if isinstance(value, str) else value

    @field_validator("schedule", mode="after")
    @classmethod
    def _known_jobs(cls, value: dict[str, Timing]) -> dict[str, Timing]:
        for name in sorted(set(value) - set(JOBS)):
            raise ValueError(f"knows no job {name!r}; the jobs are {', '.join(JOBS)}")
        problem = contradiction({name: part.needs for name, part in value.items()})
        if problem:
            raise ValueError(problem)
        return value

    @field_validator("blueprints", mode="after")
    @classmethod
    def _that_add_up(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        try:
            blueprints_of(value)
        except ConfigError as error:
            raise ValueError(f"{error}: {error.next_step}") from error
        return value

    @field_validator(
        "itemwell_home", "log_file", "embedder_directory", "metrics_textfile", mode="after"
    )
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().absolute()

    @field_validator("database_url", mode="after")
    @classmethod
    def _a_postgres_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (problem := bank_problem(value.get_secret_value())):
            raise ValueError(problem)
        return value

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

    @field_validator("sentry_dsn", mode="after")
    @classmethod
    def _a_dsn(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (problem := dsn_problem(value.get_secret_value())):
            raise ValueError(problem)
        return value

    @field_validator(
        "slack_webhook_url", "alert_webhook_url", "otlp_endpoint", "ping_url", mode="after"
    )
    @classmethod
    def _a_monitor(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (problem := server_problem(value.get_secret_value())):
            raise ValueError(problem.replace("/v1", "/path"))
        return value

    @field_validator("smtp_url", mode="after")
    @classmethod
    def _a_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (problem := mail_problem(value.get_secret_value())):
            raise ValueError(problem)
        return value

    @field_validator("alert_quiet_hours", mode="after")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value:
            quiet_hours(value)
        return value

    @field_validator("env", mode="after")
    @classmethod
    def _a_word_for_sentry(cls, value: str, info: Any) -> str:
        """Without Sentry it may be anything: some shells keep the path of a file in ENV."""
        if info.data.get("sentry_dsn") and not re.fullmatch(r"[^\s/]{1,64}", value):
            raise ValueError("must be a word such as production, without slashes, for SENTRY_DSN")
        return value

    @field_validator("embedder_model", mode="after")
    @classmethod
    def _a_vendors_model(cls, value: str | None, info: Any) -> str | None:
        embedder = info.data.get("embedder")
        if value is not None and embedder in {"auto", "hash", "minilm"}:
            raise ValueError(f"is for EMBEDDER openai or google, but that is {embedder}")
        return value

    @field_validator("difficulty_mix", mode="after")
    @classmethod
    def _shares_of_one(cls, mix: dict[str, float]) -> dict[str, float]:
        if set(mix) - set(DIFFICULTIES):
            raise ValueError(f"knows only {', '.join(DIFFICULTIES)}")
        if abs(sum(mix.values()) - 1) > 1e-6:
            raise ValueError(f"must sum to 1, not {sum(mix.values()):g}")
        return mix

    @field_validator("targets", mode="after")
    @classmethod
    def _known_types(cls, targets: dict[str, int]) -> dict[str, int]:
        for name in sorted(set(targets) - set(QUESTION_TYPES)):
            if near := get_close_matches(name, QUESTION_TYPES, n=1, cutoff=0.85):
                raise ValueError(f"no item model writes {name}; did you mean {near[0]}?")
            if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
                raise ValueError(f"{name!r} is no name for a type: small letters, digits, - and _")
        return targets

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it reads the other places itself, to know which one spoke."""
        return (init_settings,)

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

    @property
    def jobs(self) -> dict[str, Job]:
        """The table of jobs as SCHEDULE changes it."""
        return changed(JOBS, {name: part.model_dump() for name, part in self.schedule.items()})

    @property
    def own_types(self) -> tuple[str, ...]:
        """Types that only models can write: those that TARGETS names beyond the shipped ones."""
        return tuple(name for name in self.targets if name not in QUESTION_TYPES)

    def target(self, stratum: Stratum) -> float:
        """How many active questions of `stratum` the bank should hold."""
        of_type = self.targets.get(stratum.question_type, self.target_per_type)
        return of_type * self.difficulty_mix.get(stratum.difficulty, 0.0)
