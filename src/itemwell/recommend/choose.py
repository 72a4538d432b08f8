"""The best steps of a learner: at most five, one a rule, none that he dismissed of late."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from itemwell.bank import Dismissed, Recommendation, Studied
from itemwell.recommend.rules import RULES, Course, Rule

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
    """The learner's next steps, the most important first."""
    ranked = sorted(rules, key=lambda each: -each.priority)
    found = (_first(rule, did, course, unwanted) for rule in ranked)
    return [each for each in found if each][:MOST]


def _first(rule: Rule, did: Studied, course: Course, unwanted: Refused) -> Recommendation | None:
    """The rule's best finding that does not rest after a dismissal."""
    rest = timedelta(days=rule.rest_days)
    for found in rule.find(did, course):
        dismissed_at = unwanted.get((rule.id, found.subject))
        if dismissed_at is None or course.at - dismissed_at >= rest:
            return Recommendation(
                user_id=did.user_id,
                recommendation_type=rule.id,
                subject=found.subject,
                priority=rule.priority,
                title=found.title,
                reason=found.reason,
                evidence=found.evidence,
                expires_at=course.at + timedelta(days=rule.days),
            )
    return None
