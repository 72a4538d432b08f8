"""What formats of learning platforms carry as tags: `family=math.pens`, `feature steps=2`, `status=active`."""

from collections.abc import Iterable
from typing import Any

from itemwell.bank import DIFFICULTIES, Question, Stratum


def tags(question: Question) -> list[str]:
    """The tags of a question, in a fixed order."""
    draft, recipe = question.draft, question.gates.get("draft")
    found = [f"status={question.status}"]
    found += [f"family={draft.family}"] if draft.family else []
    found += [f"feature {name}={value}" for name, value in sorted(draft.features.items())]
    return found + ([f"recipe={recipe}"] if recipe else [])


def fields(given: Iterable[str]) -> dict[str, Any]:
    """The fields of a row that these tags say; other people's tags are passed over."""
    found: dict[str, Any] = {"features": {}}
    for tag in given:
        name, _, value = tag.partition("=")
        if name.startswith("feature ") and value.removeprefix("-").isdecimal() and len(value) < 12:
            found["features"][name.removeprefix("feature ")] = int(value)
        elif name in {"status", "family"}:
            found[name] = value
        elif name == "recipe":
            found["verified"] = {"draft": value}
    return found


def category(stratum: Stratum) -> str:
    """Where a platform files questions of this stratum."""
    return f"$course$/top/Itemwell/{stratum.question_type}/{stratum.difficulty}"


def stratum_of(category: str, assumed: Stratum | None) -> dict[str, str | None]:
    """The stratum that a category names by its last two parts, or the assumed one."""
    *_, kind, difficulty = ["", "", *category.split("/")]
    if kind and difficulty in DIFFICULTIES:
        return {"question_type": kind, "difficulty": difficulty}
    return {
        "question_type": assumed and assumed.question_type,
        "difficulty": assumed and assumed.difficulty,
    }
