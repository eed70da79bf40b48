"""The versions that were published: the newest one, adding one, and the whole chain in order.

A version keeps the head of its manifest and its own step; the text that was signed is put together from these.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.models import ListVersion
from commonswatch.services.upkeep import queue
from commonswatch.watch_list.manifest import Manifest, read_manifest

_DELTAS = '"deltas":['
_END = "]}"
_AT_ONCE = 500


@dataclass(frozen=True)
class Published:
    """A version as everybody gets it: its manifest's text, and the envelope around it."""

    manifest: Manifest
    text: str
    envelope: str


def newest_version(session: Session) -> ListVersion | None:
    """The row of the newest version."""
    return session.scalars(select(ListVersion).order_by(ListVersion.version.desc()).limit(1)).first()


def newest(session: Session) -> Published:
    """The newest version; raise NotFound while there is none."""
    row = newest_version(session)
    if row is None:
        raise NotFound("There is no watch list yet. The worker makes the first one within seconds.")
    return published(session, row)


def published(session: Session, row: ListVersion) -> Published:
    """A version put together again. Raise Conflict when it is not what was published, else Refused."""
    text = row.head + _DELTAS + ",".join(_steps(session, row)) + _END
    if sha256(text.encode()).digest() != row.digest:
        raise Conflict(f"The manifest of version {row.version} is not the one that was published.")
    return Published(read_manifest(text), text, _envelope(text, row.signatures))


def add(session: Session, text: str, envelope: str, recipe: str, made_at: datetime) -> None:
    """Publish a version. Raise Conflict when somebody else published this one meanwhile."""
    manifest = read_manifest(text)
    head, _, tail = text.rpartition(_DELTAS)
    own = [step for step in manifest.deltas if step.start + 1 == manifest.version]
    values = {
        "version": manifest.version,
        "made_at": made_at,
        "recipe": recipe,
        "head": head,
        "step": tail.removesuffix(_END)[tail.rindex("{") :] if own else "",
        "steps": len(manifest.deltas),
        "digest": sha256(text.encode()).digest(),
        "signatures": json.dumps(json.loads(envelope)["signatures"]),
    }
    added = session.execute(queue.insert_new(session, ListVersion).returning(ListVersion.version), [values]).first()
    if added is None:
        raise Conflict("Somebody else made this version of the watch list meanwhile.")


def count_since(session: Session, moment: datetime) -> int:
    """How many versions were made since."""
    return session.scalar(select(func.count()).where(ListVersion.made_at > moment)) or 0


def all_versions(session: Session) -> Iterator[ListVersion]:
    """Every version, oldest first, some at a time."""
    last = 0
    while some := session.scalars(
        select(ListVersion).where(ListVersion.version > last).order_by(ListVersion.version).limit(_AT_ONCE)
    ).all():
        yield from some
        last = some[-1].version


def recent(session: Session, now: datetime, least: int, age: timedelta) -> list[Published]:
    """The newest versions: at least so many, and all that are not older than ``age``."""
    newest_first = select(ListVersion).order_by(ListVersion.version.desc())
    rows = session.scalars(newest_first.limit(max(least, count_since(session, now - age)))).all()
    return [published(session, row) for row in rows]


def _steps(session: Session, row: ListVersion) -> list[str]:
    first = row.version - row.steps
    steps = select(ListVersion.step).where(ListVersion.version > first, ListVersion.version <= row.version)
    return list(session.scalars(steps.order_by(ListVersion.version)))


def _envelope(text: str, signatures: str) -> str:
    return json.dumps({"manifest": text, "signatures": json.loads(signatures)}, ensure_ascii=False)
