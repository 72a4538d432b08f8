"""The best steps of a learner: at most five, one a rule, none that he dismissed of late."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from itemwell.bank import Dismissed, Recommendation, Studied
from itemwell.recommend.rules import RULES, Course, Found, Rule

MOST = 5

Refused = Mapping[tuple[str, str | None], datetime]
"""When a rule's finding about a subject was dismissed last."""


def refused(dismissed: Sequence[Dismissed]) -> dict[str, dict[tuple[str, str | None], datetime]]:
    """By learner: when each was dismissed last."""
    found: dict[str, dict[tuple[str, str | None], datetime]] = {}
    for each in dismissed:
        mine, key = (
            found.setdefault(each.user_id, {}),
            (each.recommendation_type, each.subject),
        )
        mine[key] = max(each.dismissed_at, mine.get(key, each.dismissed_at))
    return found


def choose(
    did: Studied, course: Course, unwanted: Refused, rules: Sequence[Rule] = RULES
) -> list[Recommendation]:
    """The learner's next steps by `rules`, which come by priority: the most important first."""
    made = []
    for rule in rules:
        for found in rule.find(did, course):
            if unwanted and _rests(rule, found, course.at, unwanted):
                continue  # the rule's next finding counts
            made.append(_step(did, rule, found, course.at))
            break
        if len(made) == MOST:
            break
    return made


def _rests(rule: Rule, found: Found, at: datetime, unwanted: Refused) -> bool:
    """Whether this was dismissed of late."""
    dismissed_at = unwanted.get((rule.id, found.subject))
    return dismissed_at is not None and at - dismissed_at < rule.rests


def _step(did: Studied, rule: Rule, found: Found, at: datetime) -> Recommendation:
    return Recommendation(
        user_id=did.user_id,
        recommendation_type=rule.id,
        subject=found.subject,
        priority=rule.priority,
        title=found.title,
        reason=found.reason,
        evidence=found.evidence,
        expires_at=at + rule.stands,
    )
