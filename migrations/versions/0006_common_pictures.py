"""Pictures that many have: which are never taken for a work, and the reports that wait for a moderator's word on one.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from commonswatch.db import UTCTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = sa.Enum(
    "quarantined", "common", "cleared", name="standing", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    op.create_table(
        "common_pictures",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("algorithm", sa.String(length=8), nullable=False),
        sa.Column("bits", sa.LargeBinary(length=32), nullable=False),
        sa.Column("standing", STANDING, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCTime(), nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_common_pictures_decided_by_accounts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_common_pictures")),
        sa.UniqueConstraint("algorithm", "bits", name=op.f("uq_common_pictures_algorithm_bits")),
    )
    op.create_index(op.f("ix_common_pictures_standing"), "common_pictures", ["standing"], unique=False)
    op.create_table(
        "held_reports",
        sa.Column("picture_id", NUMBER, nullable=False),
        sa.Column("report_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["common_pictures.id"],
            name=op.f("fk_held_reports_picture_id_common_pictures"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_held_reports_report_id_reports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("picture_id", "report_id", name=op.f("pk_held_reports")),
    )
    op.create_index(op.f("ix_held_reports_report_id"), "held_reports", ["report_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_held_reports_report_id"), table_name="held_reports")
    op.drop_table("held_reports")
    op.drop_index(op.f("ix_common_pictures_standing"), table_name="common_pictures")
    op.drop_table("common_pictures")
