"""What a setting's value may be, where that is more than a number or a word."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)

from itemwell import duration

VendorName = Literal["openai", "anthropic", "google"]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
ModelNames = tuple[Annotated[str, Field(pattern=r"^(openai|anthropic|google)(:\S+)?$")], ...]


def in_small_letters(value: Any) -> Any:
    """A word that may be written in any case."""
    return value.lower() if isinstance(value, str) else value


def in_capitals(value: Any) -> Any:
    """The same, where capitals are usual."""
    return value.upper() if isinstance(value, str) else value


def _a_whole_path(value: Path) -> Path:
    return value.expanduser().absolute()


def _a_table(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?", value, re.ASCII):
        raise ValueError("must be the name of a table or view, such as lessons or app.lessons")
    return value


def _a_zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as Europe/Budapest") from None


def _a_length(value: Any) -> Any:
    return timedelta(seconds=duration.seconds(value)) if isinstance(value, str) else value


WholePath = Annotated[Path, AfterValidator(_a_whole_path)]
TableName = Annotated[str, AfterValidator(_a_table)]
ZoneName = Annotated[str, AfterValidator(_a_zone)]


class Part(BaseModel):
    """A setting that has parts of its own: none of another name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Route(Part):
    """Who drafts, solves and judges, as "vendor:model" or "vendor"; the first that can. Empty: any."""

    draft: ModelNames = ()
    solve: ModelNames = ()
    judge: ModelNames = ()


class Price(Part):
    """US dollars per million tokens."""

    input: Dollars
    output: Dollars
    cached: Dollars | None = None


class Pace(Part):
    """Requests and tokens a minute."""

    requests: Annotated[float, Field(gt=0)] | None = None
    tokens: Annotated[float, Field(gt=0)] | None = None


class Timing(Part):
    """When a job runs, where that is not as in the table of jobs."""

    cron: str | None = None
    zone: str | None = None
    enabled: bool | None = None
    catch_up: Literal["skip", "once", "all"] | None = None
    deadline: Annotated[timedelta, BeforeValidator(_a_length)] | None = None
    needs: tuple[str, ...] | None = None

    @field_validator("cron", mode="after")
    @classmethod
    def _five_fields(cls, value: str | None) -> str | None:
        from cronsim import CronSim, CronSimError  # noqa: PLC0415 - few have a schedule of their own

        try:
            if value is not None and len(value.split()) == 5:
                CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
                return value
        except CronSimError:
            pass
        if value is None:
            return None
        raise ValueError(f"{value!r} is no cron expression such as 0 2 * * 0")

    @field_validator("zone", mode="after")
    @classmethod
    def _a_zone(cls, value: str | None) -> str | None:
        try:
            return value and ZoneInfo(value).key
        except (ValueError, OSError, LookupError):
            raise ValueError(f"{value!r} is no time zone such as Europe/Berlin") from None


class ApiToken(BaseModel):
    """A caller of the service: the SHA-256 of his bearer, and what it may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    scopes: tuple[Literal["read", "trigger", "claim", "keys"], ...]
