"""At most five, the most important first, and nothing that was dismissed of late."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.recommend.people import DAY, NOW, course, did

from itemwell.bank import Dismissed, Review
from itemwell.recommend.choose import MOST, choose, refused
from itemwell.recommend.rules import RULES

LESSONS = st.sampled_from(["l1", "l2", "l3"])
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
REVIEWS = st.builds(Review, LESSONS, MOMENTS, st.floats(0, 100), st.integers(1, 99))
PEOPLE = st.builds(
    did,
    minutes=st.floats(0, 1_200),
    active_at=st.none() | MOMENTS,
    begun=st.lists(LESSONS, unique=True),
    open_lesson=st.none() | LESSONS,
    open_since=MOMENTS,
    completed=st.lists(LESSONS, max_size=6),
    exercises=st.lists(st.integers(1, 99), max_size=3),
    reviews=st.lists(REVIEWS, max_size=8).map(lambda met: sorted(met, key=lambda each: each.at)),
)
DISMISSALS = st.lists(
    st.builds(
        Dismissed,
        st.just("ann"),
        st.sampled_from([rule.id for rule in RULES]),
        st.none() | LESSONS,
        MOMENTS,
    )
)


@given(PEOPLE, DISMISSALS)
def test_steps_are_few_sorted_one_a_rule_and_none_that_rests(studied, dismissals):
    unwanted = refused(dismissals).get("ann", {})

    steps = choose(studied, course(), unwanted)

    priorities = [each.priority for each in steps]
    assert priorities == sorted(priorities, reverse=True)
    assert len(steps) == len({each.recommendation_type for each in steps}) <= MOST
    rests = {rule.id: rule.rests for rule in RULES}
    for step in steps:
        assert step.expires_at > NOW
        for each in dismissals:
            if (each.recommendation_type, each.subject) == (step.recommendation_type, step.subject):
                assert NOW - each.dismissed_at >= rests[step.recommendation_type]


@given(PEOPLE)
def test_every_attempt_that_a_step_rests_on_is_one_of_the_learners(studied):
    mine = {each.attempt_id for each in studied.reviews}

    for step in choose(studied, course(), {}):
        assert set(step.evidence.get("attempts", ())) <= mine


def test_where_the_best_was_dismissed_the_next_of_the_rule_counts():
    studied = did(begun=["l1"], open_lesson="l1", open_since=NOW - DAY)
    unwanted = {("CONTINUE_LEARNING", "l1"): NOW - DAY}

    steps = choose(studied, course(), unwanted)

    assert [each.title for each in steps] == ["Next: Lesson 2"]


def test_a_dismissed_step_comes_again_after_its_rest():
    studied = did(begun=["l1", "l2", "l3"], open_lesson="l1", open_since=NOW - DAY)

    def given_after(days):
        return choose(studied, course(), {("CONTINUE_LEARNING", "l1"): NOW - days * DAY})

    assert [len(given_after(days)) for days in (6.99, 7)] == [0, 1]
