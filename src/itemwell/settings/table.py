"""The settings as a table: all groups, each a file of names, kinds, defaults, meanings and checks."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from itemwell.schedule import JOBS, Job, changed, contradiction
from itemwell.settings.bank import OfBank
from itemwell.settings.learners import OfLearners
from itemwell.settings.models import OfModels
from itemwell.settings.questions import OfQuestions
from itemwell.settings.values import Timing, WholePath, in_capitals, in_small_letters
from itemwell.settings.watching import OfWatching


class Settings(OfLearners, OfWatching, OfQuestions, OfModels, OfBank, BaseSettings):
    """Every setting, in the order of `.env.example`. A name in capitals is its environment variable.

    The last group named here is the first there.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    schedule: dict[str, Timing] = Field(
        default_factory=dict,
        description="When jobs run, where that is not as in the table of jobs:"
        ' {"generate": {"cron": "0 3 * * 6", "zone": "Europe/Berlin", "enabled": true, "catch_up": "once",'
        ' "deadline": "45m", "needs": []}}.',
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(in_capitals)
    ] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_file: WholePath | None = Field(
        None, description="A file that the log is appended to, besides stderr."
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(in_small_letters)] = Field(
        "text", description="text or json."
    )

    _in_capitals = field_validator("log_level", mode="before")(in_capitals)

    @field_validator("schedule", mode="after")
    @classmethod
    def _known_jobs(cls, value: dict[str, Timing]) -> dict[str, Timing]:
        for name in sorted(set(value) - set(JOBS)):
            raise ValueError(f"knows no job {name!r}; the jobs are {', '.join(JOBS)}")
        problem = contradiction({name: part.needs for name, part in value.items()})
        if problem:
            raise ValueError(problem)
        return value

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

    @property
    def jobs(self) -> dict[str, Job]:
        """The table of jobs as SCHEDULE changes it."""
        return changed(JOBS, {name: part.model_dump() for name, part in self.schedule.items()})
