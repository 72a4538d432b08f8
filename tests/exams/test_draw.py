"""Whole exams for many learners: counts, enemies, exposure, seen questions, order; by eyes of their own."""

from collections import Counter

import numpy as np
import pytest
from tests.exams.test_assemble import a_pool, faults

from itemwell.blueprint import Blueprint
from itemwell.exams.assemble import Infeasible
from itemwell.exams.draw import Desk, Stock
from itemwell.exams.exposure import Exposure

SMALL = Blueprint(name="small", questions=60, pretest=12, exposure=0.2)


def a_desk(count=1_200, blueprint=SMALL, *, seed=0, pretest_share=0.3):
    rng = np.random.default_rng(seed)
    pool = a_pool(count, seed=seed, families=60, cells=tuple(blueprint.cells()))
    new = rng.random(count) < pretest_share
    nothing_known = np.ones(count), np.zeros(count)
    answers, options = rng.integers(0, 50, count), np.full(count, 4)
    stock = Stock(pool, ~new, new, answers, options, *nothing_known, ["v"] * count)
    exposure = Exposure.of(blueprint.exposure, 0, np.zeros(count, np.int64))
    return Desk(blueprint, stock, exposure)


def nothing(_learner):
    return {}


def drawn(desk, learners, seen=nothing):
    return [desk.draw(seen(each), np.random.default_rng([7, each])) for each in range(learners)]


def test_every_exam_meets_its_blueprint_without_enemies_and_under_the_cap():
    desk = a_desk()

    exams = drawn(desk, 200)

    everything = np.ones(1_200, bool)
    for exam in exams:
        scored = exam.places[:48]
        assert faults(desk.stock.pool, scored, desk.cells, everything) == []
        kinds = Counter(each.stratum.question_type for each in exam.questions if not each.scored)
        assert kinds == desk.pretest
        assert not desk.stock.pool.foes_of(exam.places[:48])[exam.places[48:]].any()
    used = Counter(place for exam in exams for place in exam.places.tolist())
    assert max(used.values()) <= 0.2 * 200


def test_early_exams_tell_no_more_than_late_ones():
    desk = a_desk()

    told = [
        desk.stock.pool.information[exam.places[:48]].sum(axis=0).min() for exam in drawn(desk, 200)
    ]

    assert np.mean(told[20:60]) == pytest.approx(np.mean(told[160:]), rel=0.05)


def test_no_learner_gets_what_they_have_seen_while_there_is_enough():
    desk = a_desk()
    rng = np.random.default_rng(3)
    seen = [dict.fromkeys(rng.choice(1_200, 300, replace=False).tolist(), 0.0) for _ in range(50)]

    exams = drawn(desk, 50, seen=lambda learner: seen[learner])

    assert all(set(exam.places.tolist()).isdisjoint(seen[k]) for k, exam in enumerate(exams))
    assert sum(exam.seen_again for exam in exams) == 0


def test_where_the_bank_is_too_small_what_was_seen_longest_ago_comes_back():
    desk = a_desk(400, pretest_share=0.0, blueprint=Blueprint(name="x", questions=60, exposure=1.0))
    seen = {place: float(place) for place in range(380)}

    exam = desk.draw(seen, np.random.default_rng(0))

    again = [place for place in exam.places.tolist() if place in seen]
    assert exam.seen_again == len(again) > 0
    assert np.median(again) < 190


def test_pretest_questions_are_those_with_the_fewest_answers():
    desk = a_desk()

    exam = desk.draw({}, np.random.default_rng(0))

    tried = exam.places[48:]
    assert desk.stock.may_pretest[tried].all()
    assert desk.stock.answers[tried].mean() < 10


def test_order_and_options_are_shuffled_by_the_seed():
    one, same, other = (a_desk().draw({}, np.random.default_rng(k)) for k in (1, 1, 2))

    assert one.questions == same.questions
    assert one.questions != other.questions
    assert all(sorted(each.order) == list("ABCD") for each in one.questions)
    assert len({each.order for each in one.questions}) > 10


def test_spares_are_peaceful_with_the_exam():
    desk = a_desk()

    exam = desk.draw({}, np.random.default_rng(0))

    by_id = {number: place for place, number in enumerate(desk.stock.pool.ids.tolist())}
    spares = [by_id[each.question_id] for each in exam.spares]
    assert len(spares) == 2 * len(desk.cells)
    assert not desk.stock.pool.foes_of(exam.places)[spares].any()


def test_a_bank_without_pretest_questions_of_a_type_is_told():
    desk = a_desk(pretest_share=1.0)

    with pytest.raises(Infeasible):
        desk.draw({}, np.random.default_rng(0))


def test_all_that_is_short_is_told_at_once_also_where_enemies_make_it_so():
    desk = a_desk(400)
    desk.stock.pool.clique[:] = desk.stock.pool.cell  # one question of a cell, and no more

    with pytest.raises(Infeasible) as told:
        desk.draw({}, np.random.default_rng(0))

    lacks = {str(each.stratum): each.wanted - each.found for each in told.value.short}
    assert lacks == {str(cell): number - 1 for cell, number in desk.cells.items() if number > 1} | {
        f"{kind}/pretest": number for kind, number in desk.pretest.items()
    }
