"""Settings: the bank."""

from platformdirs import user_data_path
from pydantic import BaseModel, Field, SecretStr, field_validator

from itemwell.settings.addresses import bank_problem
from itemwell.settings.values import WholePath


class OfBank(BaseModel):
    """Where the bank is."""

    database_url: SecretStr | None = Field(
        None,
        description="The bank: postgresql://user:password@host:5432/name, Postgres 15 or later. "
        "Empty: an embedded Postgres in ITEMWELL_HOME.",
    )
    itemwell_home: WholePath = Field(
        default_factory=lambda: user_data_path("itemwell"),
        description="Where the embedded Postgres, its backups and saved drafts live. "
        "Empty: the user's data directory.",
    )

    @field_validator("database_url", mode="after")
    @classmethod
    def _a_postgres_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (problem := bank_problem(value.get_secret_value())):
            raise ValueError(problem)
        return value
