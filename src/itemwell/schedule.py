"""The one table of jobs. The command line and the README's table read it; deploy files will."""

from datetime import timedelta
from typing import NamedTuple


class Job(NamedTuple):
    """A kind of work: when it runs (cron, always in UTC) and how long it may take."""

    name: str
    purpose: str
    cron: str
    deadline: timedelta


JOBS = {
    job.name: job
    for job in (
        Job(
            "generate",
            "keep the bank stocked: plan -> draft -> check -> solve -> judge -> dedup -> keep",
            "0 2 * * 0",
            timedelta(minutes=45),
        ),
        Job(
            "readiness",
            "can the bank carry an adaptive test? read -> assess -> keep",
            "30 3 * * 0",
            timedelta(minutes=5),
        ),
        Job(
            "calibrate",
            "refit the item parameters: due -> load -> fit -> link -> check -> publish",
            "0 4 * * 0",
            timedelta(minutes=30),
        ),
        Job(
            "exams",
            "have exams ready: shortage -> assemble -> keep ; claim",
            "0 */6 * * *",
            timedelta(minutes=60),
        ),
        Job(
            "snapshot",
            "close each learner's day: due -> read -> summarise -> keep",
            "0 0 * * *",
            timedelta(minutes=30),
        ),
        Job(
            "recommend",
            "tell each learner what to do next: evidence -> rules -> keep",
            "0 6 * * 1",
            timedelta(minutes=30),
        ),
    )
}
