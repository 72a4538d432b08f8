"""The job on a real bank: a share for each model, a reason for each refusal, an even key."""

import threading
import time
from collections import Counter
from random import Random

import pytest
from sqlalchemy import text

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES, Option, strata
from itemwell.cli import progress
from itemwell.errors import Busy
from itemwell.generate import job
from itemwell.generate.order import Order
from itemwell.generate.report import Report
from itemwell.generate.work import Bounds
from itemwell.settings import Settings
from itemwell.store import questions, runs, slots
from itemwell.store.questions import Wanted
from itemwell.templates import models
from itemwell.templates.model import Drawn, ItemModel


def generate(bank, count=5, types=QUESTION_TYPES, seed=None, **settings):
    settings = Settings(embedder="hash", **settings)
    bounds = Bounds(settings.attempts_per_question, time.monotonic() + 60, lambda _: None)
    with runs.begin(bank, "generate") as run:
        return job.run(bank, run, Order(count, types, DIFFICULTIES, seed), settings, bounds)


def kept(bank):
    return list(questions.listed(bank, Wanted()))


def a_model(name, draw=None, solve=None):
    """An item model that asks for a sum, unless a test breaks it."""

    def sound(rng: Random, features):
        one, other = rng.randint(10, 99), rng.randint(10, 99)
        wrong = [Option(f"{one + other + slip}", f"is off by {slip}") for slip in (1, 2, 10)]
        return Drawn(
            f"What is {one} plus {other}?",
            Option(f"{one + other}"),
            tuple(wrong),
            f"{one} + {other} = {one + other}.",
        )

    def found(posed):
        _, _, one, _, other = posed.stem.rstrip("?").split()
        return [
            place
            for place, option in enumerate(posed.options)
            if int(option.text) == int(one) + int(other)
        ]

    levels = {difficulty: {"terms": 2} for difficulty in DIFFICULTIES}
    return ItemModel(
        name=name, asks="Add.", levels=levels, draw=draw or sound, solve=solve or found
    )


@pytest.fixture
def only(monkeypatch):
    """Let these be the only item models."""

    def set_models(*some):
        monkeypatch.setattr(job, "models", lambda: {model.name: model for model in some})

    return set_models


@pytest.mark.parametrize("question_type", QUESTION_TYPES)
def test_no_model_fills_more_than_a_tenth_of_a_run_of_one_type(bank, question_type):
    report = generate(bank, 50, (question_type,))

    assert report.total == 50
    assert max(report.by_family.values()) <= 5


def test_each_question_passed_every_gate_for_its_very_content(bank):
    generate(bank, 36)

    for question in kept(bank):
        assert list(question.gates) == ["check", "dedup", "draft", "judge", "solve"]
        assert question.gates["solve"] == f"{question.draft.family} found {question.draft.key}"
        assert question.draft.family in models()


def test_the_keys_stand_in_every_place_equally_often(bank):
    generate(bank, 150, ("verbal",))

    places = Counter(question.draft.key for question in kept(bank))
    assert max(places.values()) - min(places.values()) <= 2


def test_what_check_refuses_is_a_row_with_its_reason_and_another_takes_its_place(bank, only):
    def leaking(rng, features):
        drawn = a_model("x").draw(rng, features)
        return drawn._replace(stem="What is it?\x07") if rng.random() < 0.5 else drawn

    only(a_model("math.leaking", draw=leaking))
    report = generate(bank, 20, ("math",))

    with bank.connect() as db:
        refused = slots.refusals_of(db, 1)
    assert report.total == 20
    assert {row["stage"] for row in refused} == {"check"}
    assert sum(row["drafts"] for row in refused) == report.refused.total() > 0


def test_a_question_with_two_right_options_is_refused_by_the_solver(bank, only):
    only(a_model("math.two", solve=lambda _: [0, 1]))
    report = generate(bank, 2, ("math",), attempts_per_question=4)

    assert (report.total, report.given_up, report.outcome.exit) == (0, 2, 2)
    assert next(iter(report.refused)).startswith("solve: math.two found A and B")


def test_twins_are_written_again_until_the_count_is_reached(bank, only):
    def few(rng, features):
        return a_model("x").draw(Random(rng.randint(1, 40)), features)

    only(a_model("math.few", draw=few))
    report = generate(bank, 25, ("math",), attempts_per_question=200)

    assert report.total == 25 == len({question.signature for question in kept(bank)})
    assert report.duplicates > 0


def test_a_type_that_no_model_writes_ends_with_a_reason(bank, only):
    only(a_model("logic.other"))
    report = generate(bank, 2, ("math",))

    assert report.outcome.exit == 2
    assert "no item model writes math" in report.notes


def test_slots_that_other_orders_left_open_fill_places_of_the_plan_and_no_more(bank):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        slots.add(db, run.id, Order(7, ("math",), ("hard",)).strata({}, Settings()), "left")

    report = generate(bank, 20, ("math",))

    assert (report.taken_over, report.total) == (5, 20)
    assert report.kept[("math", "hard")] == 5


def test_a_seed_of_ones_own_takes_over_nobody_elses_draws(bank):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        slots.add(db, run.id, Order(7, ("math",), ("hard",)).strata({}, Settings()), "left")

    assert generate(bank, 20, ("math",), seed="7").taken_over == 0


def cut_short(bank, count, types, lease="generate"):
    """An order that ended with some of it open, as after a deadline."""
    bounds = Bounds(30, time.monotonic() + 0.1, lambda _: None)
    with runs.begin(bank, "generate", lease=lease) as run:
        return job.run(
            bank, run, Order(count, types, DIFFICULTIES), Settings(embedder="hash"), bounds
        )


def test_an_order_is_remembered_though_others_ran_in_between(bank):
    first = cut_short(bank, 300, ("math",))
    generate(bank, 2, ("verbal",))
    again = generate(bank, 300, ("math",))

    assert again.continued.kept == first.total < 300
    assert again.total == 300 - first.total


def test_an_order_whose_slots_others_took_over_is_still_remembered(bank):
    first = cut_short(bank, 100, ("math",))
    generate(bank, 300, ("math",))
    again = generate(bank, 100, ("math",))

    assert again.continued.kept == first.total
    assert again.total == 100 - first.total


def test_open_slots_that_another_run_looks_at_are_waited_for_and_not_planned_anew(bank):
    cut_short(bank, 300, ("math",))
    seen, done = threading.Event(), threading.Event()

    def look():
        with bank.begin() as db:
            slots.left_open(db, strata(("math",)), 1_000)
            seen.set()
            done.wait(1)

    other = threading.Thread(target=look)
    other.start()
    seen.wait()
    again = generate(bank, 300, ("math",))
    done.set()
    other.join()

    assert again.taken_over == again.wanted
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM generation_slots")) == 300


def test_a_run_that_lost_its_lease_plans_nothing(bank):
    def overtaken():
        with runs.begin(bank, "generate") as run:
            with bank.begin() as db:
                db.execute(text("UPDATE job_leases SET expires_at = now() - interval '1 day'"))
                runs.close_dead(db)
            bounds = Bounds(30, time.monotonic() + 60, lambda _: None)
            job.run(bank, run, Order(5, ("math",), DIFFICULTIES), Settings(embedder="hash"), bounds)

    with pytest.raises(Busy, match="taken over"):
        overtaken()

    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM generation_slots")) == 0


def test_the_same_order_under_another_lease_is_another_order(bank):
    cut_short(bank, 200, ("math",), lease="generate:other")

    report = generate(bank, 20, ("math",))

    assert (report.continued, report.total) == (None, 20)


def test_a_top_up_leaves_slots_of_full_strata_alone(bank):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        slots.add(db, run.id, Order(7, ("math",), ("hard",)).strata({}, Settings()), "left")

    report = generate(bank, None, ("math",), target_per_type=4)

    assert (report.taken_over, report.total) == (1, 4)


def test_the_beat_tells_how_far_a_long_run_is(monkeypatch, capsys):
    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.0)
    with progress.progress(shown=False) as (tell, _):
        tell(Report(ordered=9, wanted=9))

    assert "writing questions" in capsys.readouterr().out


def test_nothing_is_left_half_done_in_the_database(bank):
    generate(bank, 30)

    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM generation_slots WHERE state <> 'kept'")) == 0
