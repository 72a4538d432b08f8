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


def decide(db: Connection, min_new_responses: int) -> Due:
    """The same decision, without a look at every answer where those that came last are enough.

    The count is then without the answers that were committed late: `new_among` tells all of them once
    they are read, and a run that fails before tells the lower one.
    """
    last = calibrations.last_published(db)
    if last is not None:
        latest = responses.count_above(db, last[0])
        if latest >= min_new_responses:
            return Due(
                should_run=True, new_response_count=latest, last_calibration_timestamp=last[1]
            )
    return should_run_calibration(db, min_new_responses)


def new_among(db: Connection, total: int) -> int:
    """How many of `total` answers, all that `db` sees, the published calibration did not contain."""
    last = calibrations.last_published(db)
    if last is None:
        return total
    return responses.new_among(last[0], above=responses.count_above(db, last[0]), total=total)
