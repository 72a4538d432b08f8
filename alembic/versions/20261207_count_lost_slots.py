"""Count how often the run of a slot died, so that what kills its run each time is tried no more.

Open slots of a dead run are taken over by the next, and a draft that brings the process down went on
from run to run for ever. The sweeper counts each death once, by the run it was last counted with.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261207_count_lost_slots"
down_revision = "20261206_watch_over_the_bank"

TABLE = "generation_slots"


def upgrade() -> None:
    op.add_column(
        TABLE,
        sa.Column(
            "deaths",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of runs that had it open",
        ),
    )
    op.add_column(
        TABLE,
        sa.Column("died_with", sa.BigInteger(), comment="the run whose death was counted last"),
    )


def downgrade() -> None:
    for column in ("died_with", "deaths"):
        op.drop_column(TABLE, column)
