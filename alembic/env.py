"""Runs the migrations on the program's connection, or on the bank of the settings for `alembic`."""

from alembic import context
from sqlalchemy import Connection, text

from itemwell.store.tables import is_kept, metadata

ONE_AT_A_TIME = 0x17E43E11


def migrate(db: Connection) -> None:
    """Migrate within the caller's transaction: all or nothing, and one process at a time."""
    context.configure(
        connection=db,
        target_metadata=metadata,
        compare_server_default=True,
        include_name=is_kept,
    )
    with context.begin_transaction():
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()


def migrate_the_bank_of_the_settings() -> None:
    """What the `alembic` command does in a checkout."""
    from itemwell.settings import load  # noqa: PLC0415
    from itemwell.store.connect import open_bank  # noqa: PLC0415

    with open_bank(load().settings, schema_is="any") as bank, bank.begin() as db:
        migrate(db)


if (connection := context.config.attributes.get("connection")) is not None:
    migrate(connection)
else:
    migrate_the_bank_of_the_settings()
