"""Each rule on both sides of its threshold."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.recommend.people import DAY, NOW, course, did

from itemwell.bank import Review
from itemwell.recommend.practice import Shelf
from itemwell.recommend.rules import RULES

RULE_BY_ID = {rule.id: rule for rule in RULES}
FIVE = ["l1", "l2", "l3", "l4", "l5"]


def found(rule, studied, **about):
    return list(RULE_BY_ID[rule].find(studied, course(**about)))


def test_names_and_priorities_are_those_that_applications_rely_on():
    wanted = {
        "TAKE_BREAK": 95, "RESUME_LEARNING": 90, "REVIEW_LESSON": 85, "START_LEARNING": 80,
        "PRACTICE_MORE": 75, "CONTINUE_LEARNING": 70,
    }  # fmt: skip
    assert wanted.items() <= {rule.id: rule.priority for rule in RULES}.items()


@pytest.mark.parametrize(("minutes", "fires"), [(599.9, False), (600, True), (2_000, True)])
def test_ten_hours_in_three_days_want_a_break(minutes, fires):
    sessions = [NOW - DAY]
    steps = found("TAKE_BREAK", did(minutes=minutes, sessions=sessions))

    assert bool(steps) is fires
    if fires:
        assert steps[0].evidence["sessions"] == [sessions[0].isoformat()]


@pytest.mark.parametrize(
    ("idle", "fires"), [(7 * DAY - timedelta(seconds=1), False), (7 * DAY, True)]
)
def test_seven_idle_days_want_a_return_to_the_open_lesson(idle, fires):
    steps = found("RESUME_LEARNING", did(active_at=NOW - idle, begun=["l1"], open_lesson="l1"))

    assert [each.subject for each in steps] == ["l1"] * fires


def test_who_was_never_active_has_nothing_to_resume():
    assert found("RESUME_LEARNING", did()) == []


def test_a_failed_lesson_is_reviewed_and_the_attempt_named():
    studied = did(reviews=[Review("l2", NOW - DAY, 69.0, 7)])

    [step] = found("REVIEW_LESSON", studied)

    assert (step.subject, step.title) == ("l2", "Review Lesson 2")
    assert step.reason == "the last score was 69"
    assert step.evidence["attempts"] == [7]


@pytest.mark.parametrize(("days", "fires"), [(1, False), (200, True)])
def test_a_passed_lesson_is_reviewed_only_once_it_is_likely_forgotten(days, fires):
    steps = found("REVIEW_LESSON", did(reviews=[Review("l2", NOW - days * DAY, 90.0, 7)]))

    assert bool(steps) is fires
    if fires:
        assert "chance to remember it is down to" in steps[0].reason


def test_the_least_remembered_lesson_comes_first():
    reviews = [
        Review("l1", NOW - 150 * DAY, 90.0, 1),
        Review("l2", NOW - 100 * DAY, 60.0, 2),
        Review("l3", NOW - DAY, 99.0, 3),
    ]

    assert [each.subject for each in found("REVIEW_LESSON", did(reviews=reviews))] == ["l2", "l1"]


@pytest.mark.parametrize(("begun", "subjects"), [([], ["l1"]), (["l1"], [])])
def test_who_began_no_lesson_is_told_to_start_with_the_first(begun, subjects):
    assert [each.subject for each in found("START_LEARNING", did(begun=begun))] == subjects


def test_a_course_without_lessons_can_not_be_started():
    assert found("START_LEARNING", did(), lessons=0) == []


def test_practice_is_of_the_weakest_type_near_the_ability_and_new():
    shelf = Shelf(np.arange(1, 101), np.linspace(-3, 3, 100))
    abilities = {
        "math": {"theta": -1.0, "se": 0.3, "n": 12},
        "logic": {"theta": 0.5, "se": 0.3, "n": 12},
    }
    answered = np.array([34, 35], ">i8").tobytes()

    steps = found(
        "PRACTICE_WEAKEST",
        did(abilities=abilities, answered=answered),
        shelves={"math": shelf, "logic": shelf},
    )

    assert [each.subject for each in steps] == ["math", "logic"]
    questions = steps[0].evidence["questions"]
    assert len(questions) == 10
    assert not {34, 35} & set(questions)
    assert max(abs(shelf.b[each - 1] + 1.0) for each in questions) < 0.4


@pytest.mark.parametrize("n", [4, 5])
def test_an_ability_of_four_answers_is_no_weakness(n):
    shelves = {"math": Shelf(np.arange(1, 4), np.zeros(3))}
    studied = did(abilities={"math": {"theta": -1.0, "se": 0.9, "n": n}})

    assert bool(found("PRACTICE_WEAKEST", studied, shelves=shelves)) is (n >= 5)


@pytest.mark.parametrize(
    ("lessons", "exercises", "fires"), [(5, 1, True), (5, 2, False), (4, 0, False)]
)
def test_five_lessons_want_two_exercises(lessons, exercises, fires):
    studied = did(completed=FIVE[:lessons], exercises=list(range(exercises)))

    steps = found("PRACTICE_MORE", studied)

    assert bool(steps) is fires
    if fires:
        assert steps[0].evidence["lessons"] == FIVE


def test_the_open_lesson_is_gone_on_with_else_the_next_one():
    steps = found(
        "CONTINUE_LEARNING", did(begun=["l1", "l2"], open_lesson="l2", open_since=NOW - DAY)
    )

    assert [each.title for each in steps] == ["Go on with Lesson 2", "Next: Lesson 3"]


def test_who_completed_the_course_is_not_told_to_go_on():
    assert found("CONTINUE_LEARNING", did(begun=["l1", "l2", "l3"])) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_documented_priority_time_and_rest_are_the_rules(rule):
    page = (Path(__file__).parents[2] / "docs" / "recommendations.md").read_text()
    [row] = [line for line in page.splitlines() if line.startswith(f"| {rule.id} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]

    assert cells[1] == str(rule.priority)
    assert cells[3:5] == [f"{rule.stands.days} days", f"{rule.rests.days} days"]
