"""Some questions that were accepted and some drafts that were refused, whole, with the reasons. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from itemwell.bank import LETTERS, Question, as_dict
from itemwell.store.report import Refused

GATES = ("check", "solve", "judge", "dedup")


def samples(accepted: Sequence[Question], refused: Sequence[Refused]) -> dict[str, Any]:
    """Both, as the page shows them."""
    return {
        "accepted": [_accepted(question) for question in accepted],
        "refused": [_refused(each) for each in refused],
    }


def _accepted(question: Question) -> dict[str, Any]:
    gates = {name: question.gates[name] for name in GATES if name in question.gates}
    return {"id": question.id, "gates": gates} | _shown(as_dict(question.draft))


def _refused(each: Refused) -> dict[str, Any]:
    return {"id": each.id, "stage": each.stage, "reason": each.reason} | _shown(each.draft)


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader wants of a draft. A refused one may lack anything."""
    key = fields.get("key")
    return {
        "question_type": fields.get("question_type"),
        "difficulty": fields.get("difficulty"),
        "stem": fields.get("stem") or "",
        "stimulus": fields.get("stimulus"),
        "options": [
            {"letter": letter, "is_key": letter == key, **option}
            for letter, option in zip(LETTERS, fields.get("options") or (), strict=False)
        ],
        "explanation": fields.get("explanation") or "",
    }
