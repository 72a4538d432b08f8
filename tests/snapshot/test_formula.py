"""The formula of the pace, as the server works it out."""

import pytest
from sqlalchemy import text

from itemwell.snapshot.formula import PACE_1

PACE = f"""
    SELECT {PACE_1.pace} FROM (SELECT CAST(:lessons AS bigint) AS lessons, CAST(:days AS bigint) AS active_days,
        CAST(:average AS double precision) AS quiz_average) AS did
"""
LABEL = f"SELECT {PACE_1.label} FROM (SELECT CAST(:pace AS double precision) AS pace_score) AS did"


@pytest.mark.parametrize(
    ("lessons", "days", "average", "pace"),
    [
        (15, 10, 80.0, 59),
        (15, 10, None, 50),  # without a quiz the other two parts make up the whole
        (0, 1, None, 100 * 1.5 / 70),
        (30, 20, 0.0, 70),
        (60, 30, 100.0, 100),  # each part is at most whole
    ],
)
def test_the_pace_is_of_lessons_days_and_quizzes(bank, lessons, days, average, pace):
    with bank.connect() as db:
        found = db.scalar(text(PACE), {"lessons": lessons, "days": days, "average": average})
    assert found == pytest.approx(pace)


@pytest.mark.parametrize(
    ("pace", "label"),
    [
        (100, "ACCELERATED"),
        (80, "ACCELERATED"),
        (79.9999, "FAST"),
        (60, "FAST"),
        (40, "MEDIUM"),
        (39.9999, "SLOW"),
        (0, "SLOW"),
    ],
)
def test_a_pace_has_its_label(bank, pace, label):
    with bank.connect() as db:
        assert db.scalar(text(LABEL), {"pace": pace}) == label
