"""Scans that a moderator took back: when.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from commonswatch.db import UTCTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scans", sa.Column("taken_back_at", UTCTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_column("taken_back_at")
