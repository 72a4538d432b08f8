"""pg_cron on the bank's server: it asks for runs by `trigger_*()`, and purges its own log.

It starts no program: a host with `itemwell run-due` does what was asked for.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from itemwell.errors import ConfigError
from itemwell.schedule import Job

PURGE = "content_pipeline_purge"
PURGE_CRON = "30 2 * * *"
PURGE_COMMAND = "DELETE FROM cron.job_run_details WHERE end_time < now() - interval '14 days'"


def install(db: Connection, jobs: Sequence[Job]) -> list[str]:
    """Schedule the jobs that have a title, and the purge, and no other of ours; their names.

    Doing it again changes nothing. Raises ConfigError where the server has no pg_cron, or keeps its
    jobs in another database.
    """
    _require(db)
    db.execute(text("CREATE EXTENSION IF NOT EXISTS pg_cron"))
    lines = [(job.title, job.cron, f"SELECT {job.function}();") for job in jobs if job.title]
    lines.append((PURGE, PURGE_CRON, PURGE_COMMAND))
    for title, cron, command in lines:
        given = {"title": title, "cron": cron, "command": command}
        db.execute(text("SELECT cron.schedule(:title, :cron, :command)"), given)
    names = [title for title, _, _ in lines]
    db.execute(_UNSCHEDULE, {"but": names})
    return names


def remove(db: Connection) -> list[str]:
    """Take our jobs out of pg_cron's table; their names, none where there is no pg_cron."""
    if not db.scalar(text("SELECT to_regclass('cron.job') IS NOT NULL")):
        return []
    return [str(row.jobname) for row in db.execute(_UNSCHEDULE, {"but": []})]


def _require(db: Connection) -> None:
    if not db.scalar(
        text("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_cron')")
    ):
        step = "install it there, or run itemwell run-due from a crontab or timer: that is enough"
        raise ConfigError("the bank's server has no pg_cron", step)
    home = db.scalar(text("SELECT current_setting('cron.database_name', true)"))
    here = db.scalar(text("SELECT current_database()"))
    if not home:
        step = "set shared_preload_libraries = 'pg_cron' and restart the server"
        raise ConfigError("pg_cron is not loaded", step)
    if home != here:
        raise ConfigError(
            f"pg_cron keeps its jobs in the database {home}, and the bank is {here}",
            f"set cron.database_name = '{here}' and restart the server",
        )


_UNSCHEDULE = text(r"""
    SELECT jobname, cron.unschedule(jobid) FROM cron.job
    WHERE jobname LIKE 'content\_pipeline\_%' AND jobname <> ALL(CAST(:but AS text[]))
        AND database = current_database() ORDER BY jobname
""")
