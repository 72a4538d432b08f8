"""What an exam of a type is made of, and whether that adds up. The settings hold them; exams draw by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import floor, isclose, isfinite
from typing import Any, TypeVar

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Stratum
from itemwell.errors import ConfigError

Key = TypeVar("Key")

EVENLY = dict.fromkeys(QUESTION_TYPES, 1 / len(QUESTION_TYPES))
LONGEST_DAYS = 36_500
USUAL_MIX = dict(zip(DIFFICULTIES, (0.30, 0.45, 0.25), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """An exam type. `content` are shares or counts of the scored questions by type.

    `pretest` of the `questions` are new ones that gather answers and do not count. `abilities` are
    where the exam is to tell most; no question may be in more than `exposure` of the exams.
    """

    name: str
    questions: int
    pretest: int = 0
    content: Mapping[str, float] = field(default_factory=lambda: dict(EVENLY))
    difficulty: Mapping[str, float] = field(default_factory=lambda: dict(USUAL_MIX))
    abilities: tuple[float, ...] = (-1.0, 0.0, 1.0)
    exposure: float = 0.25
    valid_days: float = 7.0
    kept_days: float = 1.0

    def __post_init__(self) -> None:
        """Raise ConfigError, with the figures, where the parts do not add up."""
        where = f"blueprint {self.name}"
        if not 0 <= self.pretest < self.questions:
            told = f"{self.pretest} of {self.questions} questions cannot be pretest"
            raise ConfigError(f"{where}: {told}", "leave at least one that is scored")
        _require_sum(f"{where}: content", self.content, self.scored)
        _require_sum(f"{where}: difficulty", self.difficulty, None)
        if unknown := sorted(set(self.difficulty) - set(DIFFICULTIES)):
            raise ConfigError(
                f"{where}: there is no difficulty {unknown[0]}", f"use {', '.join(DIFFICULTIES)}"
            )
        if not self.abilities or not 0 < self.exposure <= 1:
            raise ConfigError(f"{where}: abilities and exposure (above 0, at most 1) are needed")
        if not (0 < self.valid_days <= LONGEST_DAYS and 0 <= self.kept_days <= LONGEST_DAYS):
            told = f"valid_days must be above 0, kept_days not below, both at most {LONGEST_DAYS}"
            raise ConfigError(f"{where}: {told}")

    @property
    def scored(self) -> int:
        """How many questions count."""
        return self.questions - self.pretest

    def cells(self) -> dict[Stratum, int]:
        """How many scored questions of each stratum, by largest remainder: their sum is exact."""
        total = sum(self.content.values())
        shares = {
            Stratum(kind, difficulty): self.scored * part / total * of_kind
            for kind, part in self.content.items()
            for difficulty, of_kind in self.difficulty.items()
        }
        return {cell: number for cell, number in whole(shares, self.scored).items() if number}

    def pretest_by_type(self) -> dict[str, int]:
        """How many pretest questions of each type."""
        total = sum(self.content.values())
        shares = {kind: self.pretest * part / total for kind, part in self.content.items()}
        return {kind: number for kind, number in whole(shares, self.pretest).items() if number}


def blueprints_of(own: Mapping[str, Mapping[str, Any]]) -> tuple[Blueprint, ...]:
    """The shipped blueprints, changed and added to by a user's `own`. Raises ConfigError."""
    made = {each.name: each for each in SHIPPED}
    for name, parts in own.items():
        known = {each.name for each in fields(Blueprint)} - {"name"}
        if unknown := sorted(set(parts) - known):
            step = f"there are {', '.join(sorted(known))}"
            raise ConfigError(f"blueprint {name}: there is no {unknown[0]}", step)
        if name not in made and "questions" not in parts:
            raise ConfigError(f"blueprint {name}: questions is missing", "say how many it has")
        for key, value in parts.items():
            _require_kind(f"blueprint {name}: {key}", key, value)
        given: dict[str, Any] = {
            key: tuple(value) if key == "abilities" else value for key, value in parts.items()
        }
        made[name] = replace(made[name], **given) if name in made else Blueprint(name=name, **given)
    return tuple(made.values())


def whole(shares: Mapping[Key, float], total: int) -> dict[Key, int]:
    """`shares` as whole numbers of exactly this sum, by largest remainder; ties in their order.

    >>> whole({"a": 1.5, "b": 1.5, "c": 1.0}, 4)
    {'a': 2, 'b': 1, 'c': 1}
    """
    numbers = {key: floor(share + 1e-9) for key, share in shares.items()}
    by_rest = sorted(shares, key=lambda key: numbers[key] - shares[key])
    for key in by_rest[: total - sum(numbers.values())]:
        numbers[key] += 1
    return numbers


def of_name(blueprints: Sequence[Blueprint], name: str) -> Blueprint:
    """The blueprint of this name. Raises ConfigError, with the names that there are."""
    for each in blueprints:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in blueprints)
    raise ConfigError(f"there is no exam type {name}", f"there are: {known}")


def _require_kind(what: str, key: str, value: object) -> None:
    if key in {"questions", "pretest"}:
        fits, wanted = type(value) is int, "a whole number"
    elif key in {"content", "difficulty"}:
        fits = isinstance(value, Mapping) and all(map(_is_number, value.values()))
        wanted = "numbers by name"
    elif key == "abilities":
        fits = isinstance(value, Sequence) and all(map(_is_number, value))
        wanted = "a list of numbers"
    else:
        fits, wanted = _is_number(value), "a number"
    if not fits:
        raise ConfigError(f"{what} is {value!r:.60}", f"give {wanted}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _require_sum(what: str, parts: Mapping[str, float], count: int | None) -> None:
    total = sum(parts.values())
    if not parts or any(part < 0 for part in parts.values()):
        raise ConfigError(f"{what} has no parts, or one below 0", "give shares of sum 1")
    if isclose(total, 1, abs_tol=1e-6) or isclose(total, 100, abs_tol=1e-4):
        return
    if count is not None and total == count:
        return
    counts = "" if count is None else f", or counts of sum {count}"
    raise ConfigError(f"{what} sums to {total:g}", f"give shares of sum 1{counts}")


SHIPPED = (
    Blueprint(name="diagnostic", questions=71),
    Blueprint(name="practice", questions=225, pretest=45),
)
