"""`itemwell snapshot`, `recommend`, `learners show` and `study import` as cron and an operator start them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).replace(
    hour=12, minute=0, second=0, microsecond=0
)
LESSONS = "id,title,position\nl1,Fractions,1\nl2,Decimals,2\n"
PROGRESS = (
    "user_id,lesson_id,started_at,completed_at,score,time_spent_seconds\n"
    f"ann,l1,{YESTERDAY.isoformat()},{(YESTERDAY + timedelta(minutes=20)).isoformat()},55,1200\n"
)
QUIZZES = (
    "user_id,lesson_id,kind,score,started_at,completed_at\n"
    f"ann,l1,quiz,80,{YESTERDAY.isoformat()},{(YESTERDAY + timedelta(minutes=5)).isoformat()}\n"
    f"bob,,quiz,101,{YESTERDAY.isoformat()},\n"
)
SESSIONS = [
    {"user_id": "ann", "started_at": YESTERDAY.isoformat(), "seconds": 1800},
    {"user_id": "bob", "started_at": YESTERDAY.isoformat(), "ended_at": "2020-01-01T00:00:00Z"},
]


def bring(program, kind, content, status=0):
    path = program.folder / f"{kind}.txt"
    path.write_text(content)
    ended = program("study", "import", kind, path, "--json")
    assert ended.status == status, ended.err
    return ended.json


@pytest.fixture
def studied(program, bank):
    bring(program, "lessons", LESSONS)
    bring(program, "progress", PROGRESS)
    bring(program, "quizzes", QUIZZES, status=1)
    bring(program, "sessions", "\n".join(map(json.dumps, SESSIONS)), status=1)
    return bank


def test_a_file_can_be_taken_in_again_and_a_correction_with_it(program, bank):
    first = bring(program, "lessons", LESSONS)
    again = bring(program, "lessons", LESSONS.replace("Decimals", "Decimal fractions"))

    assert (first["new"], first["changed"], first["same"]) == (2, 0, 0)
    assert (again["new"], again["changed"], again["same"]) == (0, 1, 1)
    assert bring(program, "progress", PROGRESS)["new"] == 1
    assert bring(program, "progress", PROGRESS)["same"] == 1


def test_attempts_without_an_id_are_known_by_learner_and_begin(program, bank):
    for same in (0, 1):
        assert bring(program, "quizzes", QUIZZES, status=1)["same"] == same


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("quizzes", QUIZZES, "score is not 0 to 100"),
        ("sessions", json.dumps(SESSIONS[1]), "ended_at is before started_at"),
        ("progress", PROGRESS.replace("l1", "l9"), "no such lesson: bring lessons in first"),
        ("progress", PROGRESS.replace("1200", "x"), "time_spent_seconds is no number"),
        ("lessons", LESSONS.replace("Decimals", ""), "no title"),
        ("sessions", json.dumps({"user_id": "ann"}), "no started_at"),
        (
            "quizzes",
            QUIZZES.replace("ann,l1,quiz", "ann,l1,exam"),
            "kind is none of quiz, exercise",
        ),
    ],
)
def test_a_refused_row_is_told_with_its_reason(program, bank, kind, content, reason):
    bring(program, "lessons", LESSONS)
    path = program.folder / "file"
    path.write_text(content)

    ended = program("study", "import", kind, path, "--json")

    assert ended.status in {1, 2}
    assert reason in ended.json["reasons"]


def test_a_header_that_lacks_a_column_begins_no_run(program, bank):
    path = program.folder / "file"
    path.write_text("user_id,score\nann,1\n")

    ended = program("study", "import", "quizzes", path)

    assert ended.status == 3
    assert "the file's header lacks started_at" in ended.last_line


def test_rows_of_the_applications_own_are_not_ours_to_fill(program, bank):
    ended = program("study", "import", "lessons", "nothing", LESSONS_TABLE="app.lessons")

    assert ended.status == 3
    assert "LESSONS_TABLE is app.lessons" in ended.last_line


def test_a_learners_day_is_closed_and_shown_with_what_to_do_next(program, studied):
    closed = program("snapshot")
    told = program("recommend")
    shown = program("learners", "show", "ann")

    assert "Daily snapshots completed: 1 success, 0 errors" in closed.err
    assert closed.status == told.status == 0
    assert "1 closed days" in shown.out
    assert "Review Fractions" in shown.out
    assert "REVIEW_LESSON: the last score was 55" in shown.out
    with studied.connect() as db:
        query = "SELECT time_spent_seconds, lessons_completed_count FROM performance_snapshots"
        assert tuple(db.execute(text(query)).one()) == (1800, 1)


def test_the_select_that_dashboards_make_of_snapshots_runs(program, studied):
    program("snapshot")
    query = """
        SELECT user_id, snapshot_date, pace_score, quiz_average, lessons_completed_count
        FROM performance_snapshots
        WHERE snapshot_date = CURRENT_DATE - 1
        ORDER BY user_id
        LIMIT 10
    """
    with studied.connect() as db:
        assert [row.user_id for row in db.execute(text(query))] == ["ann"]


def test_a_dry_run_of_both_writes_nothing(program, studied):
    program("snapshot", "--dry-run")
    program("recommend", "--dry-run")

    with studied.connect() as db:
        for table in ("performance_snapshots", "adaptive_recommendations"):
            assert db.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_the_use_of_rules_is_told_with_its_interval(program, studied):
    program("recommend")

    told = program("recommend", "--report")
    figures = program("recommend", "--report", "--json").json["rules"]

    assert "REVIEW_LESSON" in told.out
    assert {"given", "followed", "followed_interval"} <= figures[0].keys()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--date", "2999-01-01"), "is not over in UTC"),
        (("--to", "2026-01-01"), "--to needs --from"),
        (("--timezone", "Mars/Olympus"), "must be an IANA time zone"),
        (("--date", "2026-01-01", "--from", "2026-01-01"), "choose one"),
    ],
)
def test_a_wrong_date_or_zone_is_told_in_one_line(program, bank, options, told):
    ended = program("snapshot", *options)

    assert ended.status == 3
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_an_input_that_is_not_there_is_told_before_a_run_is_begun(program, bank):
    for command in ("snapshot", "recommend"):
        ended = program(command, QUIZ_ATTEMPTS_TABLE="app.quizzes")
        assert ended.status == 3
        assert (
            'there is no table or view "app"."quizzes"; mend QUIZ_ATTEMPTS_TABLE' in ended.last_line
        )
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM job_runs")) == 0


def test_views_of_the_applications_own_tables_are_read_in_their_place(program, studied):
    with studied.begin() as db:
        db.execute(text("CREATE SCHEMA app"))
        db.execute(text("CREATE VIEW app.sessions AS SELECT * FROM study_sessions WHERE false"))

    program("snapshot", STUDY_SESSIONS_TABLE="app.sessions")

    with studied.connect() as db:
        assert db.scalar(text("SELECT time_spent_seconds FROM performance_snapshots")) == 1200


def test_a_learner_whom_nobody_knows(program, bank):
    ended = program("learners", "show", "nobody")

    assert ended.status == 3
    assert "nobody knows a learner 'nobody'" in ended.last_line


@pytest.mark.parametrize("command", ["snapshot", "recommend"])
def test_a_worker_does_what_was_left_to_it_by_the_same_code(program, studied, command):
    left = program(command, "--queue")
    worked = program("worker", "--until-empty")

    assert (left.status, worked.status) == (0, 0), worked.err
    table = {"snapshot": "performance_snapshots", "recommend": "adaptive_recommendations"}[command]
    with studied.connect() as db:
        assert db.scalar(text(f"SELECT count(DISTINCT user_id) FROM {table}")) == 1


def test_what_workers_find_broken_is_counted_with_the_run_that_left_it_and_alerted(
    program, studied
):
    with studied.begin() as db:
        db.execute(text("UPDATE quiz_attempts SET score = 'NaN'"))
    left = program("snapshot", "--queue", "--json").json
    worked = program("worker", "--until-empty")

    assert "learner ann gets none: a quiz whose score is not 0 to 100" in worked.err
    assert "0 failed for good" in worked.last_line
    with studied.connect() as db:
        counts = db.scalar(text("SELECT counts FROM job_runs WHERE job_id = 'snapshot'"))
        alert = db.execute(text("SELECT key, status FROM monitoring_alerts")).one()
    assert left["queued"] == 1
    assert (counts["success"], counts["errors"]) == (0, 1)
    assert tuple(alert) == ("snapshot success", "open")
