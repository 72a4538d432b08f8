"""Exactly as many as asked for, and as level as can be."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Stratum, strata
from itemwell.generate.order import Order
from itemwell.generate.plan import plan, shortage, whole_targets
from itemwell.settings import Settings

STRATA = strata()
SETTINGS = Settings()
some = st.lists(st.sampled_from(QUESTION_TYPES), min_size=1, unique=True).map(tuple)
levels = st.lists(st.sampled_from(DIFFICULTIES), min_size=1, unique=True).map(tuple)
stocks = st.dictionaries(st.sampled_from(STRATA), st.integers(0, 1_000))


@given(stock=stocks, types=some, difficulties=levels, count=st.integers(0, 500))
def test_a_count_is_met_exactly_for_every_filter(stock, types, difficulties, count):
    planned = Order(count, types, difficulties).strata(stock, SETTINGS)

    assert len(planned) == count
    assert {each.question_type for each in planned} <= set(types)
    assert {each.difficulty for each in planned} <= set(difficulties)


@given(stock=stocks, count=st.integers(0, 500))
def test_no_stratum_is_lifted_more_than_one_question_above_the_level(stock, count):
    targets = dict.fromkeys(STRATA, 10.0)

    after = Counter(stock)
    after.update(planned := plan(stock, targets, count))

    lifted = [after[each] for each in set(planned)]
    assert not lifted or max(lifted) - min(after[each] for each in STRATA) <= 1


@given(stock=stocks, types=some, difficulties=levels)
def test_a_top_up_never_passes_a_target(stock, types, difficulties):
    order = Order(None, types, difficulties)
    targets = order.targets(SETTINGS)

    planned = Counter(order.strata(stock, SETTINGS))

    assert planned.total() == min(SETTINGS.questions_per_run, shortage(stock, targets))
    assert all(stock.get(each, 0) + number <= targets[each] for each, number in planned.items())


def test_the_thinnest_stratum_comes_first():
    thin, thick = Stratum("math", "easy"), Stratum("logic", "easy")

    assert plan({thick: 5, thin: 1}, {thick: 10, thin: 10}, 1) == [thin]


def test_five_questions_over_eighteen_strata_are_five():
    assert len(plan({}, whole_targets({each: SETTINGS.target(each) for each in STRATA}), 5)) == 5


def test_targets_of_nothing_count_as_equal():
    easy, hard = Stratum("math", "easy"), Stratum("math", "hard")

    assert Counter(plan({}, {easy: 0, hard: 0}, 4)) == {easy: 2, hard: 2}


def test_a_full_bank_is_short_of_nothing():
    targets = Order(None, QUESTION_TYPES, DIFFICULTIES).targets(SETTINGS)

    assert shortage(targets, targets) == 0
    assert sum(targets.values()) == 300
