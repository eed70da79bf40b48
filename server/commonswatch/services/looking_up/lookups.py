"""Looking something up: which registered works it belongs to, as far as the one who asks may see them.

Creators see their own works, moderators all. Everybody else is told what the watch list says anyway, and in its terms:
that a publicly listed work matches, by which of the things they sent, and for a picture how many of the *shipped* bits
differ. Not which work, how many or whose. Works that are server-only or withdrawn are not even read for a stranger, so
that an answer takes no longer because of them.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Pool, bindparam, or_, select, true
from sqlalchemy.orm import Session

from commonswatch.db import Database
from commonswatch.domain.fingerprints import PDQ_BITS, Fingerprint
from commonswatch.domain.states import Basis
from commonswatch.domain.states import Role as RoleName
from commonswatch.fingerprints.pdq import TURNS
from commonswatch.models import Account, Role, Work
from commonswatch.services.excluding.pictures import Excluded, excluded
from commonswatch.services.looking_up.pictures import OLD, RegisteredPictures
from commonswatch.services.reporting import matching
from commonswatch.services.reporting.matching import Among, Asked, Match
from commonswatch.services.watching.changes import is_listed
from commonswatch.services.watching.versions import SHIPPING

MOST_MATCHES = 50  # of one question
_MOST_WORKS = 5000


LookupBasis = Literal["key", "sha256", "md5", "pdq"]


@dataclass(frozen=True)
class Question:
    """Whatever is known of one file. ``hashes``: PDQ of the picture as it is, then of its turns (``TURNS``)."""

    keys: tuple[str, ...] = ()
    sha256: bytes | None = None
    md5: bytes | None = None
    hashes: tuple[bytes, ...] = ()
    quality: int = 100

    @property
    def words(self) -> list[str]:
        """What is looked up as it is written, as matches name it."""
        digests = (("sha256", self.sha256), ("md5", self.md5))
        return [*(key[:300] for key in self.keys), *(f"{name}:{bits.hex()}" for name, bits in digests if bits)]

    @cached_property
    def pictures(self) -> list[Fingerprint]:
        """The hashes as fingerprints, where there is enough to see."""
        made = [Fingerprint("pdq", "original", bits, self.quality) for bits in self.hashes]
        return [one for one in made if one.comparable]


@dataclass(frozen=True)
class Asker:
    """Who asks. Without an account and not a moderator: a stranger."""

    account_id: int | None = None
    moderates: bool = False

    def sees(self) -> Among:
        """Which works take part in an answer."""
        return matching.ALL if self.moderates else _LISTED if self.account_id is None else _LISTED_OR_OWN


_IS_LISTED = is_listed(bindparam("now"))  # type: ignore[arg-type]  # the moment of each question
_LISTED = Among(_IS_LISTED)
_LISTED_OR_OWN = Among(or_(_IS_LISTED, Work.creator_id == bindparam("account")))

STRANGER = Asker()
OPERATOR = Asker(moderates=True)


@dataclass(frozen=True)
class Found:
    """Why something belongs to a registered work. ``work`` only where the one who asks may see which."""

    basis: LookupBasis
    distance: int | None = None  # of so many ``bits``
    bits: int | None = None
    rendition: str | None = None
    turn: str | None = None
    work: Work | None = None


def asker(session: Session, account_id: int) -> Asker:
    """An account as somebody who asks."""
    moderates = Account.roles.any(Role.name == RoleName.MODERATOR)
    found = session.scalar(select(Account.id).where(Account.id == account_id, moderates))
    return Asker(account_id, found is not None)


def look_up(
    database: Database, pictures: RegisteredPictures, questions: Sequence[Question], who: Asker, now: datetime
) -> list[list[Found]]:
    """What each question found. Opens a session only where the tables have to be asked."""
    if any(one.hashes for one in questions):
        pictures.keep_up(database)
    proposed = _proposed(pictures, questions, who)
    if not any(proposed) and not any(one.keys or one.sha256 or one.md5 for one in questions):
        return [[] for _ in questions]
    with database.reading() as session:
        asked = Asked(who.sees(), {"now": now, "account": who.account_id}, _excluded(session))
        found = _matches(session, questions, proposed, asked)
        own = _own(session, {match.work_id for some in found.values() for match in some}, who)
    return [_answer(one, turns, found, own) for one, turns in zip(questions, proposed, strict=True)]


def _excluded(session: Session) -> Excluded:
    """The pictures that many have, as they were within the last second: reading them costs more than all the rest."""
    pool = session.get_bind().engine.pool
    read_at, known = _read_excluded.get(pool, (-1e9, None))
    if known is None or time.monotonic() - read_at > OLD:
        known = excluded(session)
        _read_excluded[pool] = time.monotonic(), known
    return known


_read_excluded: WeakKeyDictionary[Pool, tuple[float, Excluded]] = WeakKeyDictionary()
Turns = dict[int, int]
"""Works that may show the same picture, and by which of its turns."""


def _proposed(pictures: RegisteredPictures, questions: Sequence[Question], who: Asker) -> list[Turns]:
    near = pictures.near_each([[one.bits for one in question.pictures] for question in questions])
    return [{one.work_id: one.turn for one in works if one.listed or who != STRANGER} for works in near]


def _matches(
    session: Session, questions: Sequence[Question], proposed: Sequence[Turns], asked: Asked
) -> dict[str, list[Match]]:
    """All matches of all questions, by what was observed: one statement for each kind."""
    works: dict[Fingerprint, set[int]] = {}
    for question, turns in zip(questions, proposed, strict=True):
        for work, turn in turns.items():
            works.setdefault(question.pictures[turn], set()).add(work)
    found: dict[str, list[Match]] = {}
    for match in chain(
        matching.by_key(session, {key for one in questions for key in one.keys}, asked),
        matching.by_sha256(session, {one.sha256 for one in questions if one.sha256}, asked),
        matching.by_md5(session, {one.md5 for one in questions if one.md5}, asked),
        matching.by_proposals(session, works, asked),
    ):
        found.setdefault(match.observed, []).append(match)
    return found


_Turned = tuple[Match, int | None]


def _answer(question: Question, turns: Turns, found: Mapping[str, list[Match]], own: Mapping[int, Work]) -> list[Found]:
    matches: list[_Turned] = [(match, None) for word in question.words for match in found.get(word, ())]
    for turn, picture in enumerate(question.pictures):
        some = found.get(f"pdq:{picture.bits.hex()}", ())
        matches += [(match, turn) for match in some if turns.get(match.work_id) == turn]
    theirs = [_told(match, turn, own[match.work_id]) for match, turn in matches if match.work_id in own]
    others = [_shipped(match, turn) for match, turn in matches if match.work_id not in own]
    return theirs[:MOST_MATCHES] + _at_most_one_of_each([one for one in others if one])


def _own(session: Session, works: Collection[int], who: Asker) -> dict[int, Work]:
    """Those of the works of which this asker may see which they are."""
    if who == STRANGER or not works:
        return {}
    theirs = true() if who.moderates else Work.creator_id == who.account_id
    query = select(Work).where(Work.id.in_(sorted(works)[:_MOST_WORKS]), theirs)
    return {work.id: work for work in session.scalars(query)}


def _told(match: Match, turn: int | None, work: Work) -> Found:
    bits = PDQ_BITS if turn is not None else None
    return Found(_basis(match), match.distance, bits, match.rendition, _turn(turn), work)


def _shipped(match: Match, turn: int | None) -> Found | None:
    """What the watch list says of a match; None where it says nothing."""
    if turn is None:
        return Found(_basis(match))
    known, seen = (
        SHIPPING.cut([match.bits, bytes.fromhex(match.observed.removeprefix("pdq:"))]).view("u1").reshape(2, -1)
    )
    distance = int(np.bitwise_count(known ^ seen).sum())
    return Found("pdq", distance, len(SHIPPING.places)) if distance <= SHIPPING.threshold else None


def _at_most_one_of_each(found: Sequence[Found]) -> list[Found]:
    """The nearest by each basis: how many there are is not told."""
    best: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: one.distance or 0):
        best.setdefault(one.basis, one)
    return list(best.values())


def _basis(match: Match) -> LookupBasis:
    if match.basis is Basis.KEY:
        return "key"
    return "md5" if match.observed.startswith("md5:") else "sha256" if match.basis is Basis.SHA256 else "pdq"


def _turn(turn: int | None) -> str | None:
    return None if turn is None else TURNS[turn]
