"""Scans of lists that stand at a place: where, and which report led there.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("location_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("report_id", NUMBER, nullable=True))
        batch_op.create_foreign_key(op.f("fk_scans_location_id_locations"), "locations", ["location_id"], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_scans_report_id_reports"), "reports", ["report_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(op.f("ix_scans_location_id"), ["location_id"], unique=False)
        batch_op.create_index(op.f("ix_scans_report_id"), ["report_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_scans_report_id"))
        batch_op.drop_index(op.f("ix_scans_location_id"))
        batch_op.drop_constraint(op.f("fk_scans_report_id_reports"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_scans_location_id_locations"), type_="foreignkey")
        batch_op.drop_column("report_id")
        batch_op.drop_column("location_id")
