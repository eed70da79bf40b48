"""What a scan looks for, in the shape the engine wants it: all registered keys and digests, and how rows are sifted."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from commonswatch.db import Database
from commonswatch.domain.fingerprints import PDQ_MIN_QUALITY
from commonswatch.fingerprints import PictureHashes, PicturePool, Unreadable
from commonswatch.manifests.kernel.registry import Registry
from commonswatch.manifests.scanning import Looking
from commonswatch.manifests.scanning.pictures import Found
from commonswatch.manifests.scanning.sieves import Kernel
from commonswatch.services.looking_up.pictures import RegisteredPictures
from commonswatch.services.looking_up.pictures import of as registered_pictures
from commonswatch.services.scanning import registered
from commonswatch.services.scanning.person_members import Known


def look_for(session: Session, secret: bytes | None = None, persons: Known | None = None) -> Looking:
    """Everything that is registered now; with a ``secret`` the scan makes an index of all keys it reads.

    ``persons``: also rows that may name somebody of them.
    """
    registry = Registry(registered.texts(session), registered.count(session))
    return Looking(registry, Kernel(registry, secret), indexed=secret is not None, persons=persons or None)


def look_inside(looking: Looking, database: Database, pool: PicturePool) -> Looking:
    """The same, with the pictures inside a manifest compared by their bytes and by how they look, also turned."""
    pictures = registered_pictures(database)
    pictures.follow(database)

    def looked(lot: Sequence[bytes]) -> list[list[Found] | None]:
        hashes = pool.hash_many(lot)
        return [_shown(looking, pictures, *picture) for picture in zip(lot, hashes, strict=True)]

    return replace(looking, looked=looked)


def _shown(
    looking: Looking, pictures: RegisteredPictures, data: bytes, hashes: PictureHashes | Unreadable
) -> list[Found] | None:
    found: dict[int, Found] = {}
    for algorithm in (hashlib.sha256, hashlib.md5):
        digest = algorithm(data, usedforsecurity=False)
        text = f"{digest.name}:{digest.hexdigest()}"
        for work_id in looking.registry.works(text):
            found.setdefault(work_id, Found("digest", text, work_id))
    if isinstance(hashes, Unreadable):
        return list(found.values()) or None
    if hashes.quality >= PDQ_MIN_QUALITY:
        for one in pictures.near(hashes.dihedral):
            found.setdefault(one.work_id, Found("distance", f"pdq:{hashes.bits.hex()}", one.work_id, one.distance))
    return list(found.values())
