"""Copies: which places offer the data of which dataset, and on which pages that was seen.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from commonswatch.db import UTCTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("dataset", sa.String(length=60), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("first_seen", UTCTime(), nullable=False),
        sa.Column("last_seen", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_copies_location_id_locations")),
        sa.ForeignKeyConstraint(["page_id"], ["locations.id"], name=op.f("fk_copies_page_id_locations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("page_id", "location_id", "dataset", name=op.f("uq_copies_page_id_location_id_dataset")),
    )
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.create_index("ix_copies_dataset", ["dataset"], unique=False)
        batch_op.create_index("ix_copies_location_id", ["location_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("copies", schema=None) as batch_op:
        batch_op.drop_index("ix_copies_location_id")
        batch_op.drop_index("ix_copies_dataset")

    op.drop_table("copies")
