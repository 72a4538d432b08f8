"""What a setting's value may be, where that is more than a number or a word."""

import re
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

VendorName = Literal["openai", "anthropic", "google"]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
ModelNames = tuple[Annotated[str, Field(pattern=r"^(openai|anthropic|google)(:\S+)?$")], ...]


def _a_table(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?", value, re.ASCII):
        raise ValueError("must be the name of a table or view, such as lessons or app.lessons")
    return value


def _a_zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as Europe/Budapest") from None


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
