"""Recommend next steps: what each learner is told to do, what that rests on, what came of it.

The names that applications select are kept. At most one step of a rule stands for a learner, and one
of a day: the database promises both, so that a run may be repeated. What an application does is one
statement, `SELECT dismiss_recommendation(id)`: it needs no right to write the table.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261204_recommend_next_steps"
down_revision = "20261203_close_each_day"

TABLE = "adaptive_recommendations"
DISMISS = """
    CREATE FUNCTION dismiss_recommendation(recommendation_id bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER FIXED_PATH AS $$
        WITH dismissed AS (
            UPDATE adaptive_recommendations
            SET is_active = false, dismissed_at = clock_timestamp(), ended_at = clock_timestamp()
            WHERE id = recommendation_id AND is_active
            RETURNING id
        ) SELECT EXISTS (SELECT FROM dismissed)
    $$
"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("recommendation_type", sa.Text(), nullable=False, comment="the rule"),
        sa.Column("subject", sa.Text(), comment="a lesson or a question type"),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("rules", sa.Text(), nullable=False, comment="version of the rules"),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _moment("created_at", server_default=sa.text("clock_timestamp()"), nullable=False),
        _moment("as_of", nullable=False, comment="what was known by then"),
        sa.Column(
            "refresh_date", sa.Date(), nullable=False, comment="the site's local date of as_of"
        ),
        _moment("expires_at", nullable=False),
        _moment("ended_at", comment="when it was made inactive"),
        _moment("dismissed_at", comment="when the learner did not want it"),
        _moment("followed_at", comment="when the learner did it; null: not, or not yet"),
        sa.Column(
            "improved",
            sa.Boolean(),
            comment="was the learner better afterwards? null: nothing tells",
        ),
        _moment("judged_at", comment="from then on followed_at and improved stay"),
        sa.Column("run_id", sa.BigInteger(), comment="no foreign key: it would be looked up a row"),
        sa.CheckConstraint("jsonb_typeof(evidence) = 'object'", name=op.f(f"ck_{TABLE}_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "user_id",
            "refresh_date",
            "recommendation_type",
            name=op.f(f"uq_{TABLE}_user_id_refresh_date_recommendation_type"),
        ),
    )
    op.create_index(
        f"uq_{TABLE}_active",
        TABLE,
        ["user_id", "recommendation_type"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        op.f(f"ix_{TABLE}_user_id"),
        TABLE,
        ["user_id"],
        postgresql_where=sa.text("judged_at IS NULL"),
    )
    op.create_index(op.f(f"ix_{TABLE}_as_of"), TABLE, ["as_of"])
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    op.execute(DISMISS.replace("FIXED_PATH", path))
    op.execute("REVOKE ALL ON FUNCTION dismiss_recommendation(bigint) FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION dismiss_recommendation(bigint)")
    op.drop_table(TABLE)


def _moment(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)
