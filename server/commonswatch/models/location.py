"""Locations: where something was seen, and the secrets that were split off their addresses."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from commonswatch.models.base import Base, RowId


class Location(Base):
    """A dataset page, repository, cloud share or other place, identified by its location key.

    Where the key itself opens the data (torrents), a keyed digest stands for it.
    """

    __tablename__ = "locations"

    id: Mapped[RowId]
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(Text)  # public address, without any secret; of a torrent its key
    site: Mapped[str] = mapped_column(String(253), index=True)  # registered domain; of a torrent "torrent"
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]

    @property
    def is_address(self) -> bool:
        """Whether ``url`` is an address anybody may open, and no torrent's key."""
        return self.url.startswith(("https://", "http://"))


class LocationSecret(Base):
    """An access code or key of a share: sealed for moderators, recognised by keyed digest, shown nowhere else."""

    __tablename__ = "location_secrets"

    id: Mapped[RowId]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id", ondelete="CASCADE"))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    first_seen: Mapped[datetime]

    __table_args__ = (UniqueConstraint("location_id", "secret_digest"),)
