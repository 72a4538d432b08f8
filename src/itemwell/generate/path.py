"""A question's path, read back: its slot's calls and refusals -> attempts -> who said what. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from itemwell.bank import LETTERS, Call, Draft, from_dict
from itemwell.generate.judge import Verdict
from itemwell.generate.solve import Solution
from itemwell.llm.reading import Unreadable, parse

FENCED = re.compile(r"<data-(\w+)>\n(.*?)\n</data-\1>", re.DOTALL)

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a slot. `refusal` is None for the one that was kept, `draft` where none was written."""

    number: int
    calls: tuple[Call, ...]
    draft: Draft | None
    refusal: Mapping[str, Any] | None

    @property
    def mends(self) -> int | None:
        """The attempt whose draft it mends, where it does."""
        repairs = any(
            call.stage == "draft" and call.prompt_version.startswith("repair@")
            for call in self.calls
        )
        return self.number - 1 if repairs else None


def attempts(
    calls: Iterable[Call], refusals: Sequence[Mapping[str, Any]], kept: Draft, last: int
) -> list[Attempt]:
    """The tries at one slot, oldest first, `kept` being what the `last` of them wrote.

    Each refusal counts one attempt, so that the first of `refusals` is that of attempt 0.
    """
    made = list(calls)
    found = []
    for number in range(last + 1):
        mine = tuple(call for call in made if call.attempt == number)
        refusal = refusals[number] if number < min(last, len(refusals)) else None
        draft = kept if number == last else _draft(refusal)
        found.append(Attempt(number, mine, draft, refusal))
    return found


def letters(call: Call, draft: Draft | None) -> tuple[str, ...] | None:
    """The options of `draft` that a solver found right; None where it said nothing.

    They are told by their text, as the solver saw it: it knew them under other names.
    """
    solution = _answer(Solution, call)
    if solution is None or draft is None:
        return None
    texts = [option.text for option in draft.options]
    seen = _options_of(call.prompt)
    right = [seen.get(code.strip(), "") for code in solution.right]
    return tuple(sorted(LETTERS[texts.index(text)] if text in texts else "?" for text in right))


def verdict(call: Call) -> Verdict | None:
    """What an arbiter said; None where it said nothing."""
    return _answer(Verdict, call)


def cost(calls: Iterable[Call]) -> Decimal:
    """US dollars of all of them, those of unknown end at the worst, those without a price left out."""
    return sum((call.price_usd or Decimal(0) for call in calls), Decimal(0))


def _draft(refusal: Mapping[str, Any] | None) -> Draft | None:
    return from_dict(refusal["draft"]) if refusal and refusal["draft"] else None


def _answer(shape: type[Answer], call: Call) -> Answer | None:
    if call.state != "answered":
        return None
    try:
        return parse(shape, call.body or "")[0]
    except (Unreadable, ValidationError):
        return None


def _options_of(prompt: str) -> dict[str, str]:
    """The text of each option by the id it has in a solver's prompt."""
    fenced = FENCED.findall(prompt)
    question = json.loads(fenced[-1][1]) if fenced else {}
    return {option["id"]: option["text"] for option in question.get("options", ())}
