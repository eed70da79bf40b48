"""Is this in any list that was ever read? Answered by their key indexes, for registered works and all others alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from commonswatch.manifests.index import KeyIndex, NotAnIndex
from commonswatch.models import Scan
from commonswatch.services.scanning import folder, lines
from commonswatch.services.scanning.checking import KeyDigest


@dataclass(frozen=True)
class Standing:
    """A key that stands in a list: in which row first, in which line where that is certain, and in how many rows."""

    scan: Scan
    key: str
    row: int
    line: int | None
    rows: int
    guessed: bool  # the list has file names only, so the key may be another's


@dataclass(frozen=True)
class Answer:
    """Where some keys stand, in the order of the scans; the scans whose index is damaged or gone say nothing."""

    standing: Sequence[Standing]
    asked: int
    damaged: Sequence[int]


def look(session: Session, home: Path, secret: bytes, keys: Collection[str], key_digest: KeyDigest) -> Answer:
    """Look keys (and digests, as ``sha256:…``) up in the index of every list."""
    digests = {key: key_digest(secret, key) for key in keys}
    found: list[Standing] = []
    damaged = []
    scans = session.scalars(select(Scan).where(Scan.index_file.is_not(None)).order_by(Scan.id)).all()
    for scan in scans:
        try:
            with KeyIndex.open(folder.index(home, scan.id)) as index:
                rows = {key: index.rows_of(digest) for key, digest in digests.items()}
                guessed = index.guessed
        except (NotAnIndex, OSError):
            damaged.append(scan.id)
            continue
        line_of = lines.of_scan(session, scan.id) if any(rows.values()) else None
        for key, some in rows.items():
            if some and line_of:
                found.append(Standing(scan, key, some[0], line_of(some[0]), len(some), guessed))
    return Answer(found, len(scans) - len(damaged), damaged)
