"""Checking everything that was published: the chain of manifests, their signatures, the files that are still kept.

Each version must be signed by a key that the version before it named, as a client demands; each delta must lead to the
lists of its version. So whoever compares the last digest with somebody else's knows that both got the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from commonswatch.domain.errors import CommonswatchError, NotFound
from commonswatch.services.watching import history
from commonswatch.services.watching.folder import Folder
from commonswatch.services.watching.history import Published
from commonswatch.watch_list.delta import apply_delta
from commonswatch.watch_list.files import read_lists
from commonswatch.watch_list.lists import Lists
from commonswatch.watch_list.manifest import File, Manifest, digest_of, file_of
from commonswatch.watch_list.refused import Refused, need
from commonswatch.watch_list.signing import open_envelope


class Broken(CommonswatchError):
    """What was published does not hold; ``detail`` says where."""


@dataclass
class Told:
    """What was checked."""

    versions: int = 0
    files: int = 0  # of the newest version, deltas among them
    led_on: int = 0  # deltas that were applied to the lists of the version before
    digest: str = "none"
    gaps: list[str] = field(default_factory=list)  # versions that the database does not know


def verify(session: Session, folder: Folder) -> Told:
    """Check all versions, oldest first. Raise Broken or Conflict for the first thing that does not hold."""
    told, before, lists = Told(), None, None
    for version in _each(session):
        if not _check_chain(version, before, told):
            lists = None
        lists = _check_lists(version.manifest, lists, folder, told)
        told.versions, told.digest, before = told.versions + 1, digest_of(version.text), version
    if before is not None:
        _check_newest(before.manifest, folder, told)
    return told


def _each(session: Session) -> Iterator[Published]:
    for row in history.all_versions(session):
        try:
            yield history.published(session, row)
        except Refused as error:
            raise Broken(f"Version {row.version} is no manifest ({error.why}).") from error


def _check_chain(version: Published, before: Published | None, told: Told) -> bool:
    """Whether it is the very next version; a gap is told."""
    manifest, number = version.manifest, version.manifest.version
    try:
        open_envelope(version.envelope, before.manifest.signing_keys if before else manifest.signing_keys)
    except Refused as error:
        raise Broken(f"Version {number} is signed by no key that the version before it names.") from error
    last = before.manifest.version if before else 0
    if number > last + 1:
        told.gaps.append(f"version {last + 1}" if number == last + 2 else f"versions {last + 1} to {number - 1}")
    elif before is not None and manifest.previous != digest_of(before.text):
        raise Broken(f"Version {number} names another version before it than the one in this history.")
    return number == last + 1


def _check_lists(manifest: Manifest, before: Lists | None, folder: Folder, told: Told) -> Lists | None:
    """The lists of a version, as far as its files are still kept."""
    try:
        lists = _whole(manifest, folder)
        step = next((step for step in manifest.deltas if step.start + 1 == manifest.version), None)
        raw = _kept(folder, File(step.sha256, step.bytes)) if step else None
        if raw is None:
            return lists
        need(raw[-64:].hex() == manifest.keys.decoded + manifest.pictures.decoded, "digest")
        led_to = apply_delta(raw, manifest.version - 1, before) if before else None
    except Refused as error:
        raise Broken(f"A file of version {manifest.version} is not what it should be ({error.why}).") from error
    told.led_on += led_to is not None
    return lists or led_to


def _check_newest(manifest: Manifest, folder: Folder, told: Told) -> None:
    """Everything that the newest version names must be there."""
    steps = [File(step.sha256, step.bytes) for step in manifest.deltas]
    try:
        found = [_kept(folder, file) for file in (*manifest.files, *steps)]
    except Refused as error:
        raise Broken(f"A file of version {manifest.version} is not what it should be ({error.why}).") from error
    if None in found:
        raise Broken(f"{found.count(None)} files of version {manifest.version} are missing.")
    told.files = len(found)


def _whole(manifest: Manifest, folder: Folder) -> Lists | None:
    keys, pictures = _kept(folder, manifest.keys), _kept(folder, manifest.pictures)
    if keys is None or pictures is None:
        return None
    lists = read_lists(keys, pictures)
    need((len(lists.keys), len(lists.pictures)) == (manifest.keys.count, manifest.pictures.count), "size")
    need((lists.keys_digest, lists.pictures_digest) == (manifest.keys.decoded, manifest.pictures.decoded), "digest")
    return lists


def _kept(folder: Folder, file: File) -> bytes | None:
    """The bytes of a file, if it is still kept. Raise Refused when they are not its own."""
    try:
        raw = folder.get(file.sha256)
    except NotFound:
        return None
    need(len(raw) == file.bytes, "size")
    need(file_of(raw).sha256 == file.sha256, "digest")
    return raw
