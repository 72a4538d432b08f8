"""The schema's version: migrations travel with the package, and run under one lock.

A revision is named like its file, and the names sort by date: so what this program needs is the
last file's name, and no run pays for importing alembic (a test holds that against alembic's view).
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, text

from itemwell.errors import ConfigError

UPGRADE = "itemwell db upgrade"


def upgrade(bank: Engine, revision: str = "head") -> None:
    """Bring the bank to `revision`. Two processes at once: one works, the other finds it done."""
    _alembic("upgrade", bank, revision)


def downgrade(bank: Engine, revision: str) -> None:
    """Take the bank back to `revision`, or to nothing with "base"."""
    _alembic("downgrade", bank, revision)


def require(bank: Engine) -> None:
    """Raise ConfigError unless the bank's schema is the one that this program needs."""
    with bank.connect() as db:
        found = current(db)
    if found == head():
        return
    if found is not None and found not in known():
        raise ConfigError(
            f"the bank's schema {found} is of a later itemwell", "install that version"
        )
    raise ConfigError(f"the bank's schema is {found or 'empty'}, not {head()}", f"run: {UPGRADE}")


def catch_up(bank: Engine) -> None:
    """Upgrade the bank where it is behind. Raises ConfigError where it is ahead of this program."""
    with bank.connect() as db:
        found = current(db)
    if found is None or (found in known() and found != head()):
        upgrade(bank)
    else:
        require(bank)


def current(db: Connection) -> str | None:
    """The revision that the bank has; None where no migration ever ran."""
    if db.scalar(text("SELECT to_regclass('alembic_version') IS NULL")):
        return None
    found: str | None = db.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def head() -> str:
    """The revision that this program needs."""
    return max(known())


def known() -> set[str]:
    """Every revision that this program can upgrade from."""
    return {path.stem for path in folder().glob("versions/2*.py")}


def folder() -> Path:
    """Where the migrations are: inside an installed package, or beside a checkout's src/."""
    package = Path(__file__).parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "alembic"


def _alembic(verb: str, bank: Engine, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, rarely needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    with bank.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))  # a large bank may take its time
        config.attributes["connection"] = db
        getattr(command, verb)(config, revision)
