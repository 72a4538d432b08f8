"""Who began a run is told by each row that it leaves: a schedule or a person, never by guess."""

import pytest
from tests.upkeep.past import execute, rows

from itemwell.store.runs import TRIGGER

OLD_CHECKS = """
    INSERT INTO health_checks (timestamp, component, status, response_time_ms)
    SELECT clock_timestamp() - interval '40 days', 'bank', 'healthy', n FROM generate_series(1, 20) AS n
"""
A_BROKEN_DAY = """
    INSERT INTO quiz_attempts (user_id, score, started_at, completed_at)
    SELECT 'ann', 'NaN', at, at FROM (SELECT clock_timestamp() - interval '24 hours' AS at) AS moment
"""
LEAVES = {
    "sweep": "sweeper_logs",
    "monitor": "monitoring_alerts",
    "metrics": "metrics_data",
    "health": "health_checks",
    "cleanup": "cleanup_logs",
    "snapshot": "monitoring_alerts",
}


@pytest.fixture
def due(bank):
    """A bank in which each of the jobs has something to write down."""
    execute(bank, OLD_CHECKS)
    execute(bank, A_BROKEN_DAY)
    return bank


@pytest.mark.parametrize("trigger", ["scheduled", "manual"])
@pytest.mark.parametrize("job", LEAVES)
def test_each_row_of_a_run_tells_who_began_it(program, due, job, trigger):
    ended = program(job, **{TRIGGER: trigger})

    recent = "WHERE timestamp > clock_timestamp() - interval '1 hour'"
    told = rows(due, f"SELECT DISTINCT metadata->>'trigger_type' FROM {LEAVES[job]} {recent}")
    assert told == [(trigger,)], ended.err
