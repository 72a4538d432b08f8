"""The statements by which operators have looked at upkeep: columns and filter are an interface."""

import pytest
from tests.upkeep.past import rows

LOOKED_AT = {
    "monitoring_alerts": "timestamp, alert_type, severity, message, status",
    "health_checks": "timestamp, component, status, response_time_ms, details",
    "metrics_data": "timestamp, metric_type, metric_name, metric_value, metric_unit",
    "cleanup_logs": (
        "timestamp, operation_type, table_name, records_processed, records_deleted, duration_ms, status"
    ),
}


@pytest.mark.parametrize("table", LOOKED_AT)
def test_a_select_of_the_document_finds_what_the_jobs_wrote(program, bank, table):
    with bank.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO health_checks (timestamp, component, status, response_time_ms)"
            " VALUES ('2001-01-01', 'bank', 'healthy', 1)"
        )
    for job in ("health", "metrics", "monitor", "cleanup"):
        assert program(job).status == 0

    select = f"SELECT {LOOKED_AT[table]} FROM {table} WHERE metadata->>'trigger_type' = 'scheduled'"

    assert rows(bank, f"{select} ORDER BY timestamp DESC LIMIT 10")
