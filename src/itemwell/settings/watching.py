"""Settings: alerts, figures, serving, upkeep."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, field_validator

from itemwell.settings.addresses import dsn_problem, mail_problem, server_problem
from itemwell.settings.hours import quiet_hours
from itemwell.settings.values import ApiToken, WholePath, in_small_letters


class OfWatching(BaseModel):
    """Who is told, who may ask, and what is kept how long."""

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
    metrics_textfile: WholePath | None = Field(
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
    archive: Annotated[Literal["none", "jsonl", "parquet"], BeforeValidator(in_small_letters)] = (
        Field(
            "none",
            description="How rows are written to ITEMWELL_HOME/archive before cleanup deletes them. parquet needs"
            " itemwell[parquet].",
        )
    )

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
