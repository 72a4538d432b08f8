"""What the server says of itself: its clock, and what our role may do."""

from sqlalchemy import Engine, text

from itemwell.store.tables import metadata

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def clock(bank: Engine) -> float:
    """The server's clock, in seconds since 1970."""
    with bank.connect() as db:
        return float(db.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def refused_rights(bank: Engine) -> str:
    """Why this role cannot do our work, and the remedy; empty where it can."""
    with bank.connect() as db:
        if db.execute(text("SELECT current_setting('transaction_read_only') = 'on'")).scalar_one():
            return "the database is read-only: name the primary in DATABASE_URL"
        role = db.execute(text("SELECT current_user")).scalar_one()
        each = (f"has_table_privilege(:table, '{right}')" for right in RIGHTS)
        may = text(f"SELECT {' AND '.join(each)}")
        lacking = [name for name in metadata.tables if not db.scalar(may, {"table": name})]
    if not lacking:
        return ""
    tables = ", ".join(lacking)
    return f"{role} lacks rights: GRANT {', '.join(RIGHTS)} ON {tables} TO {role}"
