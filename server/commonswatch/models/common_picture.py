"""Pictures that many have, such as logos and placeholders, and the reports in which one of them was left out."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.domain.states import Standing
from commonswatch.models.base import Base, RowId, words


class CommonPicture(Base):
    """A fingerprint of a picture that many have, or may have. ``standing``: whether it may be taken for a work."""

    __tablename__ = "common_pictures"

    id: Mapped[RowId]
    algorithm: Mapped[str] = mapped_column(String(8))  # pdq or sha256
    bits: Mapped[bytes] = mapped_column(LargeBinary(32))
    standing: Mapped[Standing] = mapped_column(words(Standing), index=True)
    reason: Mapped[str] = mapped_column(Text)  # what it matched, or what a person wrote
    since: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))

    __table_args__ = (UniqueConstraint("algorithm", "bits"),)


class HeldReport(Base):
    """A report in which a quarantined picture was left out: it is verified again when the picture is cleared."""

    __tablename__ = "held_reports"

    picture_id: Mapped[int] = mapped_column(ForeignKey("common_pictures.id", ondelete="CASCADE"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True, index=True)
