"""A bank whose figures are worked out by hand, on the Sunday that `NOW` is of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text
from tests.builders import a_draft

from itemwell.bank import Option, Stimulus, Stratum, Verified, as_dict, strata
from itemwell.report.figures.status import Told
from itemwell.schedule import JOBS
from itemwell.similar.signature import signature, skeleton
from itemwell.store import questions
from itemwell.store.tables import (
    generation_slots,
    irt_calibration_runs,
    item_parameters,
    job_runs,
    llm_calls,
    llm_spending,
    refusals,
    responses,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOLD = Told(
    JOBS,
    dict.fromkeys(strata(("math", "logic")), 4),
    critical_share=0.5,
    test_length=3,
    bank="here",
)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202egnorw $x^2 < 3$ שלום"
SAFE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
)
UNSAFE = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(3)"><script>alert(4)</script></svg>'


def fill(bank):
    """Three runs of generate, five questions, four refusals, money, two calibrations and their answers."""
    with bank.begin() as db:
        _runs(db)
        ids = _questions(db)
        _refusals(db)
        _money(db)
        _calibrations(db, ids)
        _answers(db, ids)
    return ids


def _runs(db):
    """One failed a week ago, one was missed before it, one went well before that; the last one did too."""
    for weeks, status, counts in (
        (3, "success", {"kept": 2, "wanted": 2}),
        (1, "failed", {}),
        (0, "success", {"kept": 3, "wanted": 4, "drafted": 8}),
    ):
        began = datetime(2026, 11, 29, 2, 0, 5, tzinfo=UTC) - weeks * 7 * DAY
        row = {"job_id": "generate", "status": status, "started_at": began, "completed_at": began}
        row |= {"counts": counts, "exit_status": 0, "processing_time_ms": 1500}
        row |= {"error_message": "no vendor answers" if status == "failed" else None}
        row |= {"metadata": {"version": "0.1.0", "order": {"seed": f"seed-{weeks}"}}}
        db.execute(insert(job_runs).values(row))


def _questions(db):
    """Three easy ones of math, one of them hostile, a hard one of logic on watch, and one that is retired."""
    drafts = [
        a_draft(stem=HOSTILE, options=_pictures(), stimulus=Stimulus("A square.", SAFE)),
        a_draft(stem="How much is 1 and 1?"),
        a_draft(stem="How much is 2 and 1?"),
        a_draft(stem="Who lies?", question_type="logic", difficulty="hard"),
        a_draft(stem="Which word?", question_type="verbal"),
    ]
    return [_keep(db, draft, n) for n, draft in enumerate(drafts)]


def _pictures():
    return (Option("a square", svg=SAFE), *(Option(f"{n} pounds") for n in range(2, 6)))


def _keep(db, draft, n):
    slot = {"run_id": 3, "question_type": draft.stratum.question_type, "ordinal": n, "seed": "s"}
    slot |= {"difficulty": draft.stratum.difficulty}
    slot_id = db.execute(insert(generation_slots).values(slot).returning(generation_slots.c.id))
    verified = Verified(
        draft=draft,
        signature=signature(draft),
        skeleton=skeleton(draft),
        gates={"check": "41 rules"},
    )
    number = questions.keep(db, verified, run_id=3)
    status = ("active", "active", "active", "watch", "retired")[n]
    db.execute(
        text(
            "UPDATE questions SET created_at = :at, slot_id = :slot, status = :status WHERE id = :id"
        ),
        {"at": NOW - DAY * n, "slot": slot_id.scalar_one(), "status": status, "id": number},
    )
    return number


def _refusals(db):
    draft = as_dict(replace(a_draft(stem=HOSTILE), stimulus=Stimulus("A trap.", UNSAFE)))
    for stage, reason in (
        ("check", 'no-question: the stem ends in "a"'),
        ("check", 'no-question: the stem ends in "b"'),
        ("judge", "validity 0.40 is below 0.60"),
        ("judge", "validity 0.50 is below 0.60"),
    ):
        row = {"run_id": 3, "stage": stage, "reason": reason, "draft": draft}
        db.execute(insert(refusals).values(row | {"created_at": NOW - DAY}))


def _money(db):
    """0.60 in all; 0.40 of it today, when the bank kept one question."""
    for days, vendor, usd in ((0, "openai", 0.30), (0, "anthropic", 0.10), (1, "openai", 0.20)):
        row = {"day": (NOW - DAY * days).date(), "vendor": vendor, "usd": usd}
        db.execute(insert(llm_spending).values(row))
    call = {"attempt": 0, "seat": 0, "subject": "", "vendor": "openai", "model": "gpt-6.1-sol"}
    call |= {"prompt_version": "1", "request_hash": "", "prompt": "", "perhaps_billed": True}
    for n, (stage, state) in enumerate(
        (("draft", "answered"), ("draft", "failed"), ("judge", "answered"))
    ):
        row = call | {"id": f"00000000-0000-0000-0000-00000000000{n}", "run_id": 3, "stage": stage}
        db.execute(insert(llm_calls).values(row | {"state": state, "price_usd": 0.15}))


def _calibrations(db, ids):
    """The second moved the last of four by 1 and flagged it."""
    for run, shift in ((1, 0.0), (2, 1.0)):
        link = {"mean": 0.0, "sd": 1.0}
        calibration = {
            "status": "success",
            "items_calibrated": 4,
            "model": "2pl",
            "report": {"link": link},
        }
        calibration |= {"published_at": NOW - DAY * (3 - run), "responses_count": 400 * run}
        db.execute(insert(irt_calibration_runs).values(calibration))
        for place, question in enumerate(ids[:4]):
            last = place == 3
            found = {"calibration_id": run, "question_id": question, "discrimination": 2.0}
            found |= {"difficulty": float(place - 1) + shift * last, "se_difficulty": 0.1}
            found |= {
                "se_discrimination": 0.2,
                "responses": 100,
                "published": True,
                "covariance": 0.0,
            }
            found |= {"flags": ["drift"] if last and run == 2 else []}
            db.execute(insert(item_parameters).values(found))
    db.execute(
        text(
            "UPDATE questions SET irt_difficulty = found.difficulty, irt_discrimination = 2,"
            " irt_se_difficulty = 0.1, irt_calibration_id = 2 FROM item_parameters AS found"
            " WHERE calibration_id = 2 AND question_id = questions.id"
        )
    )


def _answers(db, ids):
    """100 learners answer all four: number n has the first n % 4 + 1 right, and B is the key."""
    rows = [
        {"user_id": f"ann-{n:03}", "question_id": question, "is_correct": place <= n % 4}
        | {"selected_option": "B" if place <= n % 4 else "ACDE"[n % 3]}
        | {"answered_at": NOW - DAY * (1 + n % 14)}
        for n in range(100)
        for place, question in enumerate(ids[:4])
    ]
    db.execute(insert(responses), rows)


MATH_EASY = Stratum("math", "easy")
