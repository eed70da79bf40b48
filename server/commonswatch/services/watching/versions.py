"""Making the next version of the watch list: ``prepare`` (reads, writes files) and ``publish`` (writes the database).

Between the two no session is open and nothing is locked. Whoever publishes second made the version in vain and gets
Conflict; its files are forgotten later. A version that was published is never made again differently.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from commonswatch.db import Database
from commonswatch.services.watching import history, rows
from commonswatch.services.watching.base import Base, find_base, remembered_by
from commonswatch.services.watching.changing import Room, changed
from commonswatch.services.watching.folder import Folder
from commonswatch.services.watching.rows import Changes
from commonswatch.services.watching.rules_file import rules_file
from commonswatch.watch_list import signing_keys
from commonswatch.watch_list.delta import write_delta
from commonswatch.watch_list.files import write_keys
from commonswatch.watch_list.lists import Lists, Shipping
from commonswatch.watch_list.manifest import (
    MOST_DELTAS,
    ListFile,
    Manifest,
    Step,
    digest_of,
    read_manifest,
    write_manifest,
)
from commonswatch.watch_list.signing import SigningKey, seal

_COARSE_FIRST = sorted(range(256), key=lambda bit: bit // 16 + bit % 16)[::-1]
SHIPPING = Shipping(places=bytes(_COARSE_FIRST[:160]), threshold=23)
"""The 160 bits of the lowest frequencies: why these, and so many, was measured [docs/watch-list.md]."""
NEXT_UPDATE = timedelta(hours=1)
KEPT_WHOLE = 3
KEPT_FOR = timedelta(hours=1)
"""Whole files stay for so many versions, and so long: somebody may just be fetching them."""


@dataclass(frozen=True)
class Prepared:
    """A version that is ready to be published; without ``text`` nothing has changed and there is none.

    ``left_out``: rows of works for which the list has no room.
    """

    changes: Changes
    made_at: datetime
    recipe: str
    text: str = ""
    envelope: str = ""
    left_out: int = 0


def recipe(key_folder: Path, now: datetime) -> str:
    """A digest of what makes a version besides the works: the rules, the keys that sign, which bits are shipped."""
    ids = [key.public.key for key in signing_keys.read_keys(key_folder, now)]
    parts = (rules_file(), repr(ids).encode(), repr(SHIPPING).encode())
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def prepare(
    session: Session,
    folder: Folder,
    key_folder: Path,
    now: datetime,
    *,
    above: int = 0,
    everything: bool = False,
    always: bool = False,
) -> Prepared:
    """Make the files and the manifest of the next version out of what changed.

    ``above``: its number is higher than this. ``everything``: look at all works. ``always``: also when nothing changed.
    """
    base, made_of = find_base(session, folder, SHIPPING), recipe(key_folder, now)
    found = rows.find_changes(session, SHIPPING, base.made_at, now, everything=everything or not base.agrees)
    lists, changes = changed(session, base.present, found, Room.of(SHIPPING))
    left_out = len(found.added) - len(changes.added)
    if base.recipe == made_of and base.holds(lists) and not (always or above):
        return Prepared(changes, now, made_of, left_out=left_out)
    keys = signing_keys.read_keys(key_folder, now)
    manifest = _manifest(folder, base, max(base.version, above) + 1, lists, keys, now)
    text = write_manifest(manifest)
    return Prepared(changes, now, made_of, text, seal(text, keys), left_out)


def publish(session: Session, prepared: Prepared) -> None:
    """Write down a version and what works bring. Raise Conflict when somebody else was first."""
    if prepared.text:
        history.add(session, prepared.text, prepared.envelope, prepared.recipe, prepared.made_at)
    rows.record(session, prepared.changes)


def make(database: Database, folder: Folder, key_folder: Path, now: datetime, **how: Any) -> Manifest | None:
    """Prepare (``how`` as there) and publish a version at once; None when nothing has changed. Raise Conflict."""
    with database.reading() as session:
        tidy(session, folder, now)
        prepared = prepare(session, folder, key_folder, now, **how)
    with database.writing() as session:
        publish(session, prepared)
    return read_manifest(prepared.text) if prepared.text else None


def tidy(session: Session, folder: Folder, now: datetime) -> None:
    """Remember what was published last beside the database, and forget files that nobody fetches any more."""
    recent, remembered = history.recent(session, now, KEPT_WHOLE, KEPT_FOR), remembered_by(folder)
    manifests = [one.manifest for one in recent] + ([remembered[0]] if remembered else [])
    if recent and (remembered is None or remembered[0].version < recent[0].manifest.version):
        folder.set_newest(recent[0].envelope)
    kept = {file.sha256 for manifest in manifests for file in manifest.files}
    kept |= {step.sha256 for manifest in manifests for step in manifest.deltas}
    folder.forget_all_but(kept, KEPT_FOR)


def _manifest(
    folder: Folder, base: Base, version: int, lists: Lists, keys: Sequence[SigningKey], now: datetime
) -> Manifest:
    keys_file, pictures_file = folder.put(write_keys(lists.keys)), folder.put(lists.pictures_file)
    manifest = Manifest(
        version=version,
        made_at=now,
        next_update=now + NEXT_UPDATE,
        previous=(base.digest or digest_of("")) if version > 1 else "",
        signing_keys=tuple(key.public for key in keys),
        keys=ListFile(keys_file.sha256, keys_file.bytes, len(lists.keys), lists.keys_digest),
        pictures=ListFile(pictures_file.sha256, pictures_file.bytes, len(lists.pictures), lists.pictures_digest),
        rules=folder.put(rules_file()),
        deltas=(),
    )
    return replace(manifest, deltas=_steps(folder, base, manifest, lists))


def _steps(folder: Folder, base: Base, manifest: Manifest, lists: Lists) -> tuple[Step, ...]:
    """The steps that lead here: as many as are together smaller than the whole files, since nobody takes more.

    A step whose file is lost or damaged ends the row of those before it.
    """
    if base.published is None or base.published.shipping != lists.shipping or manifest.version != base.version + 1:
        return ()
    delta = folder.put(write_delta(base.version, base.published, lists))
    steps = (*base.steps, Step(base.version, delta.sha256, delta.bytes))[-MOST_DELTAS:]
    room, first = manifest.keys.bytes + manifest.pictures.bytes, len(steps)
    while first and (room := room - steps[first - 1].bytes) > 0 and folder.has(steps[first - 1]):
        first -= 1
    return steps[first:]
