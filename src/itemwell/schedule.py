"""The one table of jobs, and when each is due. The command line, the README and deploy files read it.

A due moment is a minute that the cron expression names in the job's zone. Clock changes neither lose
nor double one of a fixed hour: what falls into the hour that is skipped comes right after it, what
falls into the hour that comes twice counts once (as Debian's cron does it). Everything here is pure.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

CatchUp = Literal["skip", "once", "all"]

CONTEXT = timedelta(hours=36)
"""Looking begins so much earlier, so that where a window begins never changes what is due in it."""

SPANS = tuple(timedelta(days=days) for days in (2, 10, 70, 800, 3_000))
"""How far to look back for the due moment before, nearest first: 29 February is the rarest."""

GRACE = timedelta(minutes=15)
"""A run that starts so late was not missed, and a success so late is not overdue."""


class Job(NamedTuple):
    """A kind of work: when it runs, how long it may take, and what becomes of runs that were missed.

    `catch_up`: "skip" runs none of them, "once" the last, "all" each. A run of a job waits for runs
    of what it `needs` that were due by then. `title` is its name in pg_cron, where it has one.
    """

    name: str
    purpose: str
    cron: str
    deadline: timedelta
    zone: str = "UTC"
    catch_up: CatchUp = "once"
    needs: tuple[str, ...] = ()
    title: str = ""
    function: str = ""  # in SQL, which asks for a run
    enabled: bool = True


_MINUTES = timedelta(minutes=1)

JOBS = {
    job.name: job
    for job in (
        Job(
            "generate",
            "keep the bank stocked: plan -> draft -> check -> solve -> judge -> dedup -> keep",
            "0 2 * * 0",
            45 * _MINUTES,
        ),
        Job(
            "readiness",
            "can the bank carry an adaptive test? read -> assess -> keep",
            "30 3 * * 0",
            5 * _MINUTES,
            needs=("generate",),
        ),
        Job(
            "calibrate",
            "refit the item parameters: due -> load -> fit -> link -> check -> publish",
            "0 4 * * 0",
            30 * _MINUTES,
        ),
        Job(
            "exams",
            "have exams ready: shortage -> assemble -> keep ; claim",
            "0 */6 * * *",
            60 * _MINUTES,
        ),
        Job(
            "snapshot",
            "close each learner's day: due -> read -> summarise -> keep",
            "0 0 * * *",
            30 * _MINUTES,
        ),
        Job(
            "recommend",
            "tell each learner what to do next: evidence -> rules -> keep",
            "0 6 * * 1",
            30 * _MINUTES,
            needs=("snapshot",),
        ),
        Job(
            "sweep",
            "take up what died: silent -> retry or dead letter -> log",
            "*/15 * * * *",
            5 * _MINUTES,
            catch_up="skip",
            title="content_pipeline_sweeper",
            function="trigger_sweeper",
        ),
        Job(
            "monitor",
            "tell operators what is wrong: read -> rules -> note -> tell",
            "0 * * * *",
            5 * _MINUTES,
            catch_up="skip",
            title="content_pipeline_monitor",
            function="trigger_monitoring",
        ),
        Job(
            "metrics",
            "figures for dashboards: read -> measure -> keep -> hand on",
            "*/30 * * * *",
            5 * _MINUTES,
            catch_up="skip",
            title="content_pipeline_metrics",
            function="trigger_metrics_collection",
        ),
        Job(
            "health",
            "is each part well? look -> judge -> keep",
            "*/10 * * * *",
            2 * _MINUTES,
            catch_up="skip",
            title="content_pipeline_health",
            function="trigger_health_checks",
        ),
        Job(
            "cleanup",
            "delete what is old and not in use: count -> archive -> delete -> vacuum",
            "0 2 * * *",
            30 * _MINUTES,
            title="content_pipeline_cleanup",
            function="trigger_cleanup",
        ),
    )
}

RUN_DUE = Job(
    "run-due",
    "run what is due: plan -> claim -> run -> settle",
    "*/5 * * * *",
    timedelta(hours=2),
    catch_up="skip",
    title="content_pipeline_main",
    function="trigger_content_automation",
)
"""What a crontab's only line starts. No job of the table: it runs them."""


def named(name: str) -> Job | None:
    """The job of this name, or of this title in pg_cron; None where there is none."""
    return next((job for job in (*JOBS.values(), RUN_DUE) if name in {job.name, job.title}), None)


def changed(jobs: Mapping[str, Job], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Job]:
    """`jobs` with the operator's `changes`, by name of the job; None leaves a part as it is."""
    return {
        name: job._replace(
            **{part: value for part, value in changes.get(name, {}).items() if value is not None}
        )
        for name, job in jobs.items()
    }


def contradiction(needs: Mapping[str, Sequence[str] | None]) -> str:
    """Why jobs with these `needs` of the operator's would never run; empty where they would.

    >>> contradiction({"snapshot": ["recommend"]})
    'jobs that need each other never run: recommend, snapshot'
    """
    wanted = {
        name: job.needs if needs.get(name) is None else needs[name] for name, job in JOBS.items()
    }
    for name, needed in wanted.items():
        for each in sorted(set(needed or ()) - set(JOBS)):
            return f"{name} needs {each!r}, which is no job"
    try:
        TopologicalSorter({name: needed or () for name, needed in wanted.items()}).prepare()
    except CycleError as error:
        return f"jobs that need each other never run: {', '.join(sorted(set(error.args[1])))}"
    return ""


def dues(job: Job, after: datetime, until: datetime) -> list[datetime]:
    """The due moments later than `after` and not later than `until`, in UTC and in order.

    >>> day = datetime(2027, 3, 28, tzinfo=UTC)
    >>> berlin = JOBS["generate"]._replace(zone="Europe/Berlin")
    >>> [f"{each:%H:%M}" for each in dues(berlin, day, day + timedelta(days=1))]
    ['01:00']
    """
    from cronsim import CronSim  # noqa: PLC0415 - health and --help need no arithmetic

    after, until = after.astimezone(UTC), until.astimezone(UTC)
    if after >= until:
        return []
    zone = UTC if job.zone == "UTC" else ZoneInfo(job.zone)
    found = set()
    for moment in CronSim(job.cron, (after - CONTEXT).astimezone(zone)):
        due = moment.astimezone(UTC)
        if due > until + CONTEXT:
            break
        if after < due <= until:
            found.add(due)
    return sorted(found)


def previous(job: Job, at: datetime) -> datetime | None:
    """The last due moment not later than `at`; None where there was none for eight years."""
    for span in SPANS:
        if found := dues(job, at - span, at):
            return found[-1]
    return None


def following(job: Job, at: datetime) -> datetime | None:
    """The first due moment later than `at`; None where there is none for eight years."""
    for span in SPANS:
        if found := dues(job, at, at + span):
            return found[0]
    return None


def overdue(job: Job, last_success: datetime, at: datetime) -> bool:
    """Whether a run was due, had its time and GRACE, and nothing succeeded since it was due.

    A daily job that succeeded this morning is not overdue for the rest of the day.
    """
    expected = previous(job, at - job.deadline - GRACE)
    return expected is not None and last_success < expected


def clock_changes(job: Job, after: datetime, until: datetime) -> list[str]:
    """Of the dues in the window, those whose wall-clock time a clock change skips or doubles, told."""
    if job.zone == "UTC":
        return []
    zone = ZoneInfo(job.zone)
    told = []
    for due in dues(job, after, until):
        local = due.astimezone(zone)
        day_before = (due - timedelta(days=1)).astimezone(zone).utcoffset()
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            told.append(f"{local:%Y-%m-%d %H:%M} in {job.zone} comes twice; it runs once")
        elif local.utcoffset() != day_before and _moved(job, local):
            told.append(
                f"{local:%Y-%m-%d} has no {_asked(job)} in {job.zone}; it runs at {local:%H:%M}"
            )
    return told


def _moved(job: Job, local: datetime) -> bool:
    minute, hour = job.cron.split()[:2]
    return (
        hour.isdigit()
        and minute.isdigit()
        and (local.hour, local.minute) != (int(hour), int(minute))
    )


def _asked(job: Job) -> str:
    minute, hour = job.cron.split()[:2]
    return f"{int(hour):02}:{int(minute):02}"
