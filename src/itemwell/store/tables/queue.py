"""What the queue leaves out: why a job failed. Its own tables are Procrastinate's (see the migration)."""

from sqlalchemy import BigInteger, Column, Table, Text

from itemwell.store.tables.columns import identity, metadata, now

queue_failures = Table(
    "queue_failures",
    metadata,
    identity(),
    Column("job_id", BigInteger, nullable=False, index=True, comment="of procrastinate_jobs"),
    now("failed_at"),
    Column("reason", Text, nullable=False),
)

PROCRASTINATE = frozenset(
    f"procrastinate_{name}" for name in ("jobs", "events", "periodic_defers", "workers")
)
"""Tables that its own SQL makes: a migration executes it, and backups hold them."""
