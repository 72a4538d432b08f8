"""Migrations go up and down, equal the tables, and are never forced upon a real server."""

from hashlib import sha256
from importlib import resources

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url

from itemwell.errors import ConfigError
from itemwell.store import schema
from itemwell.store.tables import is_kept, metadata


@pytest.fixture
def empty(empty_url):
    engine = create_engine(make_url(empty_url).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


def test_up_down_up_leaves_nothing_behind(empty):
    schema.upgrade(empty)
    schema.downgrade(empty, "base")
    left = set(inspect(empty).get_table_names())
    schema.upgrade(empty)

    assert left == {"alembic_version"}
    assert set(metadata.tables) < set(inspect(empty).get_table_names())


def test_the_tables_equal_the_migrations(bank):
    with bank.connect() as db:
        context = MigrationContext.configure(
            db, opts={"compare_server_default": True, "include_name": is_kept}
        )

        assert compare_metadata(context, metadata) == []


def test_the_queues_schema_is_the_one_that_the_migration_was_written_for():
    """A later one needs a migration of its own, which executes the package's steps between the two."""
    shipped = resources.files("procrastinate.sql").joinpath("schema.sql").read_bytes()

    assert sha256(shipped).hexdigest() == (
        "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
    )


def test_each_constraint_has_a_name_of_the_convention(bank):
    inspector = inspect(bank)
    for table in metadata.tables:
        names = [each["name"] for each in inspector.get_foreign_keys(table)]
        names += [each["name"] for each in inspector.get_check_constraints(table)]
        names += [inspector.get_pk_constraint(table)["name"]]

        assert all(name.split("_")[0] in {"fk", "ck", "pk"} for name in names), names


def test_revisions_are_named_like_their_files_and_the_last_is_the_head():
    scripts = ScriptDirectory(str(schema.folder()))

    assert schema.head() == scripts.get_current_head()
    assert schema.known() == {script.revision for script in scripts.walk_revisions()}


def test_an_empty_server_is_refused_with_the_command_to_run(empty):
    with pytest.raises(ConfigError) as told:
        schema.require(empty)

    assert told.value.next_step == "run: itemwell db upgrade"


def test_a_bank_of_a_later_program_is_refused_and_left_alone(bank):
    with bank.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '29990101_later'")

    with pytest.raises(ConfigError, match="of a later itemwell"):
        schema.catch_up(bank)
