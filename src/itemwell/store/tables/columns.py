"""What the tables share: their metadata, the names of constraints, and columns of one kind."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, MetaData, func, text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identity() -> Column[int]:
    """A number that the database gives."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def moment(name: str, **options: Any) -> Column[Any]:
    """A point in time."""
    return Column(name, DateTime(timezone=True), **options)


def now(name: str) -> Column[Any]:
    """The server's clock, and the moment itself, not that of the transaction's begin."""
    return moment(name, nullable=False, server_default=func.clock_timestamp())


def json_object(name: str) -> Column[Any]:
    """A JSON object, at first an empty one."""
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """Only these words may stand in the column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def finite(column: str) -> CheckConstraint:
    """No NaN and no infinity: double precision takes both silently. NaN sorts above infinity."""
    return CheckConstraint(f"{column} > '-Infinity' AND {column} < 'Infinity'", name=column)
