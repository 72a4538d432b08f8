"""Whether there is enough new to calibrate: what the published fit has not seen, and no clock."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from itemwell.store import calibrations, responses

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MIN_NEW_RESPONSES = 100


class Due(NamedTuple):
    """Whether to calibrate, how many answers are new, and when the parameters in force were published."""

    should_run: bool
    new_response_count: int
    last_calibration_timestamp: datetime | None


def should_run_calibration(
    db: "Connection | Session", min_new_responses: int = MIN_NEW_RESPONSES
) -> Due:
    """Count the answers that the published calibration did not contain.

    Those committed late are among them, however old their timestamps; a calibration that published
    nothing resets nothing.
    """
    connection = db if isinstance(db, Connection) else db.connection()
    last = calibrations.last_published(connection)
    new = responses.count_new(connection, last and last[0])
    return Due(new >= min_new_responses, new, last and last[1])
