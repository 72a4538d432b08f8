"""Settings: questions, twins, measurement."""

import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Stratum
from itemwell.settings.values import WholePath, in_small_letters


class OfQuestions(BaseModel):
    """What the bank should hold, how much alike, and how questions are measured."""

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
    embedder: Annotated[
        Literal["auto", "hash", "minilm", "openai", "google"], BeforeValidator(in_small_letters)
    ] = Field(
        "auto",
        description="What finds near duplicates: minilm (in this process, where its weights are found), hash"
        " (always there), openai or google (paid, with their keys). auto: minilm where it is found, else hash.",
    )
    embedder_directory: WholePath | None = Field(
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

    @property
    def own_types(self) -> tuple[str, ...]:
        """Types that only models can write: those that TARGETS names beyond the shipped ones."""
        return tuple(name for name in self.targets if name not in QUESTION_TYPES)

    def target(self, stratum: Stratum) -> float:
        """How many active questions of `stratum` the bank should hold."""
        of_type = self.targets.get(stratum.question_type, self.target_per_type)
        return of_type * self.difficulty_mix.get(stratum.difficulty, 0.0)
