"""When a job should have run, by its own schedule."""

from datetime import UTC, datetime, timedelta


def expected_before(cron: str, moment: datetime) -> datetime:
    """The last time at or before `moment` that `cron` names, in UTC.

    >>> expected_before("0 2 * * 0", datetime(2026, 11, 29, 1, tzinfo=UTC)).isoformat()
    '2026-11-22T02:00:00+00:00'
    """
    from cronsim import CronSim  # noqa: PLC0415 - `--help` comes by the jobs

    after = moment.astimezone(UTC) + timedelta(
        seconds=1
    )  # what it names is before what it is given
    return next(CronSim(cron, after, reverse=True))
