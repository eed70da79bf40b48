"""What the next version starts from: the version published last, as its files and the database have it.

Normally both agree, and only what changed is looked at. When the database was set back, files are damaged, or other
bits are shipped, the rows come from the database, and the number goes on above what was published.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.services.watching import history, rows
from commonswatch.services.watching.folder import Folder
from commonswatch.services.watching.rows import KEY, PICTURE
from commonswatch.watch_list.files import read_lists
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import File, Manifest, Step, digest_of, read_manifest
from commonswatch.watch_list.prefixes import to_numbers
from commonswatch.watch_list.refused import Refused, need
from commonswatch.watch_list.signing import text_of


@dataclass(frozen=True)
class Base:
    """The version published last; version 0 is none. ``published``: its lists, where its files are whole."""

    version: int
    digest: str
    made_at: datetime | None
    recipe: str
    steps: tuple[Step, ...]
    published: Lists | None
    present: Lists
    agrees: bool  # files and database say the same, and rows are cut as they shall be

    def holds(self, lists: Lists) -> bool:
        """Whether these lists are published already."""
        there = self.published
        return there is not None and (there.keys_digest, there.pictures_digest) == (
            lists.keys_digest,
            lists.pictures_digest,
        )


def find_base(session: Session, folder: Folder, shipping: Shipping) -> Base:
    """What was published last, and which rows works have in it."""
    row = history.newest_version(session)
    known = history.published(session, row) if row else None
    remembered = remembered_by(folder)
    if row is None or known is None or (remembered and remembered[0].version > known.manifest.version):
        return _apart(session, folder, shipping, remembered)
    manifest, lists = known.manifest, _lists_of(folder, known.manifest)
    agrees = lists is not None and lists.shipping == shipping
    return Base(
        version=manifest.version,
        digest=digest_of(known.text),
        made_at=row.made_at,
        recipe=row.recipe,
        steps=manifest.deltas,
        published=lists,
        present=lists if lists and agrees else _from_database(session, shipping),
        agrees=agrees,
    )


def _apart(session: Session, folder: Folder, shipping: Shipping, remembered: tuple[Manifest, str] | None) -> Base:
    """The base where the database knows no version, or not the one published last."""
    return Base(
        version=remembered[0].version if remembered else 0,
        digest=digest_of(remembered[1]) if remembered else "",
        made_at=None,
        recipe="",
        steps=(),
        published=_lists_of(folder, remembered[0]) if remembered else None,
        present=_from_database(session, shipping),
        agrees=False,
    )


def remembered_by(folder: Folder) -> tuple[Manifest, str] | None:
    """The manifest that the folder says was published last, and its text."""
    try:
        text = text_of(folder.newest() or "")
        return read_manifest(text), text
    except Refused:
        return None


def _lists_of(folder: Folder, manifest: Manifest) -> Lists | None:
    """The lists of a version out of its files; None where one is missing or damaged."""
    try:
        keys, pictures = (File(file.sha256, file.bytes) for file in (manifest.keys, manifest.pictures))
        lists = read_lists(folder.get_whole(keys), folder.get_whole(pictures))
        need((lists.keys_digest, lists.pictures_digest) == (manifest.keys.decoded, manifest.pictures.decoded), "digest")
    except (Refused, NotFound):
        return None
    return lists


def _from_database(session: Session, shipping: Shipping) -> Lists:
    keys = np.unique(to_numbers(b"".join(rows.all_rows(session, KEY))))
    cut = b"".join(row for row in rows.all_rows(session, PICTURE) if len(row) == shipping.width)
    return Lists(keys, np.unique(shipping.rows(cut)), shipping)
