"""Copies: locations that offer the data of a dataset. What a dataset is stands in ``rules/datasets.json``."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from commonswatch.models.base import Base, RowId
from commonswatch.models.location import Location


class Copy(Base):
    """A location that offers the data of a dataset, and the page that leads there; both may be one location.

    The same share is often linked from many pages: each page that hands it out has a row, and counts with its case.
    """

    __tablename__ = "copies"

    id: Mapped[RowId]
    dataset: Mapped[str] = mapped_column(String(60))  # its id in the catalogue
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    page_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    reason: Mapped[str] = mapped_column(String(300))  # in plain words, as link reading gives it
    claimed: Mapped[bool]  # the watcher's word; our server did not read it on the page itself
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]

    location: Mapped[Location] = relationship(foreign_keys=location_id)
    page: Mapped[Location] = relationship(foreign_keys=page_id)

    __table_args__ = (
        UniqueConstraint("page_id", "location_id", "dataset"),
        Index("ix_copies_dataset", "dataset"),
        Index("ix_copies_location_id", "location_id"),
    )
