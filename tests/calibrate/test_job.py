"""Calibrations of a real bank: what is published, what is not, and what stays in force."""

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from tests.calibrate.learners import a_truth, add_questions, answer, in_force, shifted
from tests.conftest import a_database

from itemwell.calibrate import job, should_run_calibration
from itemwell.calibrate.check import Bounds, WildError
from itemwell.calibrate.fit import FitError
from itemwell.calibrate.job import Asked
from itemwell.calibrate.link import LinkError
from itemwell.store import calibrations, runs

FEW = Bounds(min_answers=30)


def calibrate(bank, **asked):
    with runs.begin(bank, "calibrate") as run:
        return job.run(bank, run, Asked(**{"bounds": FEW} | asked))


def due(bank):
    with bank.connect() as db:
        return should_run_calibration(db)


def rows(bank, query):
    with bank.connect() as db:
        return [tuple(row) for row in db.execute(text(query))]


@pytest.fixture(scope="module")
def school(read_bank):
    """The name of a bank with 60 questions and 1,500 learners' answers to 20 each; the ids and the truth."""
    ids, truth = add_questions(read_bank, 60), a_truth(60)
    answer(read_bank, ids, truth, 20)
    read_bank.dispose()  # a database that somebody uses cannot be cloned
    return read_bank.url.database, ids, truth


@pytest.fixture
def bank_url(admin, template, request):
    """A bank of the test's own: an empty one, or a clone of that one where its answers are asked for."""
    asked = "answered" in request.fixturenames
    yield from a_database(admin, request.getfixturevalue("school")[0] if asked else template)


@pytest.fixture
def answered(school, bank):
    """What stands in the bank: the ids of the questions, and the truth about them."""
    return school[1:]


def test_the_first_calibration_finds_the_truth_and_makes_the_scale(bank, answered):
    ids, truth = answered

    report = calibrate(bank)

    a, b = in_force(bank, ids)
    assert np.sqrt(np.mean((b - truth.b) ** 2)) < 0.2
    assert np.corrcoef(a, truth.a)[0, 1] > 0.7
    assert report.record["link"]["new_scale"]
    query = "SELECT status, items_calibrated, new_responses_count, responses_count FROM irt_calibration_runs"
    assert rows(bank, query) == [("success", 60, 30_000, 30_000)]


def test_nothing_is_due_until_enough_is_new_and_a_skip_resets_nothing(bank, answered):
    ids, truth = answered
    calibrate(bank)
    answer(bank, ids, truth._replace(theta=truth.theta[:3]), 20, seed=2)

    assert [calibrate(bank).outcome.reason for _ in range(2)] == ["not_due"] * 2
    assert due(bank)[:2] == (False, 60)
    answer(bank, ids, truth._replace(theta=truth.theta[:2]), 20, seed=3)
    assert due(bank)[:2] == (True, 100)
    query = "SELECT status, new_responses_count FROM irt_calibration_runs ORDER BY id"
    assert rows(bank, query) == [("success", 30_000), ("skipped", 60), ("skipped", 60)]


def test_answers_that_are_committed_late_are_counted(bank, answered):
    ids, _ = answered
    with bank.connect() as late:
        late.execute(
            text(
                "INSERT INTO responses (user_id, question_id, is_correct)"
                " SELECT 'late-' || number, CAST(:id AS bigint), true FROM generate_series(1, 120) AS number"
            ),
            {"id": ids[0]},
        )
        with bank.begin() as db:
            db.execute(
                text("UPDATE responses SET id = DEFAULT WHERE id = (SELECT max(id) FROM responses)")
            )
        calibrate(bank)
        late.commit()

    assert due(bank)[:2] == (True, 120)


def test_answers_that_were_committed_late_count_where_the_latest_are_enough(bank, answered):
    ids, truth = answered
    calibrate(bank)
    with bank.begin() as db:
        db.execute(text("UPDATE irt_calibration_runs SET responses_count = responses_count - 30"))
    answer(bank, ids, truth._replace(theta=truth.theta[:6]), 20, seed=2)

    report = calibrate(bank)

    assert report.new_responses == 150
    query = "SELECT new_responses_count FROM irt_calibration_runs ORDER BY id DESC LIMIT 1"
    assert rows(bank, query) == [(150,)]


def test_whether_to_run_is_told_to_a_session_too(bank, answered):
    with Session(bank) as session:
        assert should_run_calibration(session) == (True, 30_000, None)


def test_other_learners_do_not_move_the_scale(bank, answered):
    ids, truth = answered
    calibrate(bank)
    abler = a_truth(60, mean=1.0, sd=1.4, learners=3_000, seed=8)
    answer(bank, ids, abler._replace(a=truth.a, b=truth.b), 20, seed=4)

    report = calibrate(bank)

    _, b = in_force(bank, ids)
    assert abs(np.mean(b - truth.b)) < 0.06
    assert report.record["link"]["mean"] == pytest.approx(2 / 3, abs=0.1)


def test_a_question_that_drifts_is_no_anchor_and_goes_on_watch(bank, answered):
    ids, truth = answered
    calibrate(bank)
    later = shifted(truth, [7], 1.5)
    answer(bank, ids, later._replace(theta=np.tile(truth.theta, 2)), 20, seed=5)

    calibrate(bank)

    query = "SELECT id FROM questions WHERE status = 'watch' AND status_reason LIKE '%drift%'"
    assert (ids[7],) in rows(bank, query)
    assert len(rows(bank, query)) <= 3


def test_fixed_anchors_keep_their_parameters_to_the_bit(bank, answered):
    ids, truth = answered
    calibrate(bank)
    before = in_force(bank, ids)
    new = add_questions(bank, 5, first=100)
    more = a_truth(65, seed=9)
    more = more._replace(a=np.append(truth.a, more.a[60:]), b=np.append(truth.b, more.b[60:]))
    answer(bank, [*ids, *new], more, 30, seed=6)

    calibrate(bank, method="fixed")

    anchors = rows(
        bank, "SELECT question_id FROM item_parameters WHERE anchor ORDER BY question_id"
    )
    held = [ids.index(each) for (each,) in anchors]
    assert len(held) > 50
    assert np.array_equal(in_force(bank, ids)[:, held], before[:, held])
    assert np.abs(in_force(bank, new)[1] - more.b[60:]).max() < 0.6


def test_a_dry_run_publishes_nothing(bank, answered):
    ids, _ = answered

    report = calibrate(bank, dry_run=True)

    assert len(report.calibrated) == 60
    assert np.isnan(in_force(bank, ids)).all()
    assert rows(bank, "SELECT count(*) FROM irt_calibration_runs") == [(0,)]


def test_answers_that_say_something_else_stop_it_unless_that_is_accepted(bank, answered):
    ids, truth = answered
    calibrate(bank)
    before = in_force(bank, ids)
    other = truth._replace(b=np.roll(truth.b, 7), theta=np.tile(truth.theta, 6))
    answer(bank, ids, other, 20, seed=7)

    with pytest.raises((WildError, LinkError)):
        calibrate(bank)

    assert np.array_equal(in_force(bank, ids), before)
    last = "SELECT status, published_at, error_message FROM irt_calibration_runs ORDER BY id DESC LIMIT 1"
    assert rows(bank, last)[0][:2] == ("failed", None)
    assert due(bank).new_response_count == 180_000
    assert calibrate(bank, new_scale=True).outcome.reason == "done"


def test_a_wrong_key_is_not_published_and_goes_on_watch(bank):
    ids, truth = add_questions(bank, 60), a_truth(60)
    answer(bank, ids, truth, 20, wrong_keys=[11])

    calibrate(bank)

    assert np.isnan(in_force(bank, ids)[0]).nonzero()[0].tolist() == [11]
    [(status, reason)] = rows(
        bank, f"SELECT status, status_reason FROM questions WHERE id = {ids[11]}"
    )
    assert (status, reason.split(": ")[1][:23]) == ("watch", "negative discrimination")


def test_a_question_that_is_sound_again_comes_back_from_watch(bank, answered):
    ids, _ = answered
    with bank.begin() as db:
        change = "UPDATE questions SET status = 'watch', status_reason = :why WHERE id = :id"
        for place, why in ((0, "calibration 1: drift"), (1, "leaked?")):
            db.execute(text(change), {"why": why, "id": ids[place]})

    calibrate(bank)

    query = f"SELECT status FROM questions WHERE id IN ({ids[0]}, {ids[1]}) ORDER BY id"
    assert rows(bank, query) == [("active",), ("watch",)]


def test_few_answers_and_answers_without_variation_are_not_published_with_the_reason(
    bank, answered
):
    few, all_right = add_questions(bank, 2, first=200)
    with bank.begin() as db:
        add = (
            "INSERT INTO responses (user_id, question_id, is_correct)"
            " SELECT '1-' || number, :id, CAST(:right AS boolean) OR number % 2 = 0 FROM generate_series(1, CAST(:n AS integer)) AS number"
        )
        db.execute(text(add), {"id": few, "right": False, "n": 29})
        db.execute(text(add), {"id": all_right, "right": True, "n": 200})

    calibrate(bank)

    query = (
        "SELECT question_id, reason FROM item_parameters WHERE NOT published ORDER BY question_id"
    )
    assert rows(bank, query) == [
        (few, "29 usable answers; 30 are needed"),
        (all_right, "all answers are right"),
    ]


def test_without_an_answer_nothing_is_due_though_it_is_forced(bank):
    add_questions(bank, 3)

    report = calibrate(bank, force=True)

    assert (report.outcome.exit, report.skipped) == (0, "there are no usable answers")


@pytest.mark.parametrize("learners", [1, 2])
def test_a_learner_or_two_are_no_ground_to_publish(bank, learners):
    ids = add_questions(bank, 30)
    answer(bank, ids, a_truth(30, learners=learners), 20)

    report = calibrate(bank, force=True)

    assert report.skipped.startswith("no question can be published")


def test_a_rollback_restores_every_parameter_and_the_count_of_what_is_new(bank, answered):
    ids, truth = answered
    first = calibrate(bank)
    before = in_force(bank, ids)
    new = add_questions(bank, 1, first=300)
    more = truth._replace(a=np.append(truth.a, 1.0), b=np.append(truth.b, 0.0))
    answer(bank, [*ids, *new], more, 20, seed=11)
    calibrate(bank)
    assert not np.array_equal(in_force(bank, ids), before)

    with runs.begin(bank, "calibrate") as run:
        job.restore(bank, run, first.calibration_id)

    assert np.array_equal(in_force(bank, ids), before)
    assert np.isnan(in_force(bank, new)).all()
    assert due(bank).new_response_count == 30_000
    assert calibrate(bank).outcome.reason == "done"


def test_a_dead_calibration_is_closed_by_the_next(bank, answered):
    with bank.begin() as db:
        db.execute(text("INSERT INTO irt_calibration_runs (status) VALUES ('running')"))

    calibrate(bank)

    query = "SELECT status FROM irt_calibration_runs ORDER BY id"
    assert rows(bank, query) == [("failed",), ("success",)]


def test_a_fit_that_does_not_converge_is_not_published(bank, answered):
    from itemwell.calibrate.fit import require_sound
    from itemwell.irt import Responses, fit

    made = fit(Responses.of_matrix([[1, 0], [0, 1], [1, 1]]), most_e_steps=1)

    with pytest.raises(FitError, match="did not converge"):
        require_sound(made)


def test_distractors_that_nobody_chooses_are_told(bank):
    ids, truth = add_questions(bank, 40), a_truth(40)
    answer(bank, ids, truth, 20, letters=True)
    with bank.begin() as db:
        change = "UPDATE responses SET selected_option = 'B' WHERE selected_option = 'D' AND question_id = :id"
        db.execute(text(change), {"id": ids[3]})

    calibrate(bank)

    query = "SELECT question_id FROM item_parameters WHERE 'poor distractor' = ANY(flags)"
    assert rows(bank, query) == [(ids[3],)]


def test_a_drift_is_looked_for_in_older_calibrations_of_the_same_scale_too(bank, answered):
    made = [calibrate(bank, force=True).calibration_id for _ in range(4)]
    with bank.connect() as db:
        found = calibrations.earlier(db)
        assert [{each.calibration_id for each in state.values()} for state in found] == [
            {made[2]},
            {made[0]},
        ]
        assert len(found[0]) == 60

    calibrate(bank, force=True, new_scale=True)

    with bank.connect() as db:
        assert calibrations.earlier(db) == []
