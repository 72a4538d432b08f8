"""How long platforms wait for a job, and how often they try again: always longer than the job itself does."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from typing import NamedTuple

from cronsim import CronSim

from itemwell.schedule import RUN_DUE, Job

MARGIN = timedelta(minutes=5)
"""The job ends by its own deadline with what it has kept; a platform that kills earlier loses that."""

BETWEEN = timedelta(minutes=5)
"""How long to wait before another try: a lease of a dead run has expired by then."""

LATEST_START = timedelta(hours=1)
EARLIEST_START = timedelta(minutes=1)

TRIES = 3
FINAL = (1, 2, 3, 70, 130, 143)
COMMANDS = {"exams": "exams generate"}
"""Jobs whose command is not their name."""

STARTS = 400
FROM = datetime(2026, 12, 31, tzinfo=UTC)
YEAR = timedelta(days=365)


class Timing(NamedTuple):
    """A job of the table as templates see it."""

    job: Job

    @property
    def name(self) -> str:
        """The job, and the subcommand that does it."""
        return self.job.name

    @property
    def command(self) -> str:
        """The words after `itemwell` that do it."""
        return COMMANDS.get(self.name, self.name)

    @property
    def final_statuses(self) -> tuple[int, ...]:
        """Statuses after which another try would pay again, or change nothing: see `itemwell exit-codes`.

        4 (database), 75 (busy) and whatever kills a process are not among them, nor is 1 in
        calibrate, where it is the database.
        """
        return FINAL[1:] if self.name == "calibrate" else FINAL

    @property
    def purpose(self) -> str:
        """What it does, without the arrows of its stages."""
        return re.split(r":|(?<=\?) ", self.job.purpose)[0]

    @property
    def title(self) -> str:
        """Its name in pg_cron; empty where pg_cron does not know it."""
        return self.job.title

    @property
    def function(self) -> str:
        """What asks for a run in SQL."""
        return self.job.function

    @property
    def cron(self) -> str:
        """Five fields, in `zone`."""
        return self.job.cron

    @property
    def zone(self) -> str:
        """The zone that `cron` is in."""
        return self.job.zone

    @property
    def catches_up(self) -> bool:
        """Whether one run makes up for those that were missed."""
        return self.job.catch_up != "skip"

    @property
    def calibrates(self) -> bool:
        """Whether it may hold all answers in memory, and compiles: calibrate, and run-due that starts it."""
        return self.name in {"calibrate", RUN_DUE.name}

    @property
    def deadline(self) -> timedelta:
        """When the job gives up by itself."""
        return self.job.deadline

    @property
    def limit(self) -> timedelta:
        """When the platform may kill it."""
        return self.job.deadline + MARGIN

    @property
    def period(self) -> timedelta:
        """The shortest time between two starts."""
        return shortest_period(self.job.cron)

    @property
    def retries(self) -> bool:
        """Whether a failed run is worth another try before the next one is due anyway."""
        return TRIES * (self.limit + BETWEEN) <= self.period

    @property
    def start_within(self) -> timedelta:
        """How long a start that was missed is made up for; schedulers want a minute at least."""
        return max(min(self.period / 2, LATEST_START), EARLIEST_START)

    @property
    def window(self) -> timedelta:
        """The time within which there are at most TRIES starts."""
        return TRIES * (self.limit + BETWEEN)

    @property
    def late(self) -> timedelta:
        """How old the last success may become before somebody is told."""
        return 2 * self.period + self.limit


@cache
def shortest_period(cron: str) -> timedelta:
    """The shortest time between two of the next STARTS of a line of cron; a year where it has but one."""
    starts = [*islice(CronSim(cron, FROM), STARTS)]
    return min((later - earlier for earlier, later in pairwise(starts)), default=YEAR)
