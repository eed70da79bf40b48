"""How people are recognised in lists: what they state about themselves, and the forms in which names are compared.

Only what somebody stated on their own page counts, and only while they want to be told. Stored are a sealed copy of
their words, for them, and keyed digests of the forms, for us.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from anyascii import anyascii
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.states import PersonKeyKind, PersonState, PersonWay
from commonswatch.keyring import Keyring
from commonswatch.models import Person, PersonKey, PersonKeyDigest, PersonMembership
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep import bulk
from commonswatch.services.words import one_line

MOST_KEYS = 20
LONGEST_NAME = 120
_SHORTEST_NAME = 4
_LEAST_PARTS = 2  # a single word is the name of thousands
_QID = re.compile(r"Q[1-9]\d{0,11}")
_MID = re.compile(r"/?([mg])[./]([0-9a-z_]{2,12})")
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""As people write these where they cannot type them; ``anyascii`` only takes the marks off."""
_UNSPACED = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]+")
"""Chinese, Japanese and Korean, in which two letters are a whole name and blanks mean nothing."""
_LONGEST_UNSPACED = 5
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Stated:
    """One thing somebody stated, as they wrote it."""

    id: int
    kind: PersonKeyKind
    said: str


def forms(kind: str, text: str) -> Iterator[tuple[PersonWay, str]]:
    """The forms in which a name or number is compared, each with what an equal form is worth; the surest first.

    A list of people and a stated key are read alike. Nothing for what is no number or too short for a name.
    """
    plain = unicodedata.normalize("NFKC", text[: 2 * LONGEST_NAME]).strip()
    if kind == PersonKeyKind.QID:
        number = plain.rpartition("/")[2].upper()
        yield from [(PersonWay.QID, number)] if _QID.fullmatch(number) else []
    elif kind == PersonKeyKind.MID:
        found = _MID.fullmatch(plain)
        yield from [(PersonWay.MID, f"/{found[1]}/{found[2]}")] if found else []
    else:
        yield from _forms_of_name(plain)


def state(session: Session, keyring: Keyring, person: Person, kind: PersonKeyKind, text: str, now: datetime) -> None:
    """Keep what somebody says identifies them. Raise InvalidInput when it is no name or number, or there are many."""
    said = one_line(text, LONGEST_NAME)
    found = list(forms(kind, said))
    if not found:
        raise InvalidInput(_WRONG[kind])
    if any(one.kind is kind and one.said == said for one in stated(session, keyring, person)):
        return
    if (session.scalar(select(func.count()).where(PersonKey.person_id == person.id)) or 0) >= MOST_KEYS:
        raise InvalidInput(f"These are {MOST_KEYS} already. Remove one first.")
    key = PersonKey(person_id=person.id, kind=kind, said_sealed=keyring.seal_text(said), created_at=now)
    session.add(key)
    session.flush()
    rows = [{"person_key_id": key.id, "way": way, "digest": digest(keyring, form)} for way, form in found]
    bulk.insert_many(session, PersonKeyDigest, rows)
    audit.record(session, "person", "person-key.state", f"person:{person.id}", {"kind": kind.value}, now)


def stated(session: Session, keyring: Keyring, person: Person) -> list[Stated]:
    """What somebody stated, in the order they did."""
    keys = session.scalars(select(PersonKey).where(PersonKey.person_id == person.id).order_by(PersonKey.id))
    return [Stated(one.id, one.kind, keyring.unseal_text(one.said_sealed)) for one in keys]


def take_back(session: Session, person: Person, key_id: int, now: datetime) -> None:
    """Forget one of them; raise NotFound for another's."""
    mine = (PersonKey.id == key_id, PersonKey.person_id == person.id)
    if session.execute(delete(PersonKey).where(*mine).returning(PersonKey.id)).first() is None:
        raise NotFound("There is no such entry.")
    audit.record(session, "person", "person-key.take-back", f"person:{person.id}", {}, now)


def forget(session: Session, person: Person) -> None:
    """Somebody left: everything they stated goes, and every row that may be about them."""
    session.execute(delete(PersonKey).where(PersonKey.person_id == person.id))
    session.execute(delete(PersonMembership).where(PersonMembership.person_id == person.id))


def of_everybody(session: Session) -> Iterator[tuple[bytes, int, PersonWay]]:
    """Digest, person and way of every key of people who want to be told."""
    query = (
        select(PersonKeyDigest.digest, PersonKey.person_id, PersonKeyDigest.way)
        .join(PersonKey, PersonKey.id == PersonKeyDigest.person_key_id)
        .join(Person, Person.id == PersonKey.person_id)
        .where(Person.state == PersonState.CONFIRMED)
    )
    yield from ((row.digest, row.person_id, row.way) for row in session.execute(query))


def digest(keyring: Keyring, form: str) -> bytes:
    """The keyed digest of one form."""
    return keyring.digest("person-key", form)


def _forms_of_name(plain: str) -> Iterator[tuple[PersonWay, str]]:
    parts = [part for part in _NOT_LETTERS.split(plain.casefold()) if part]
    together = "".join(parts)
    is_unspaced = _UNSPACED.fullmatch(together) is not None
    folded = [together] if is_unspaced else parts
    if len(together) < (_LEAST_PARTS if is_unspaced else _SHORTEST_NAME):
        return
    if len(folded) < _LEAST_PARTS and plain.isascii():
        return
    yield PersonWay.NAME, f"name:{' '.join(folded)}"
    yield PersonWay.NAME_ORDER, f"order:{' '.join(sorted(folded))}"
    for written in dict.fromkeys(_divided(together, parts) if is_unspaced else _spellings(plain)):
        latin = sorted(part for part in _NOT_LETTERS.split(anyascii(written).casefold()) if part)
        yield PersonWay.NAME_LETTERS, f"letters:{' '.join(latin)}"


def _spellings(plain: str) -> tuple[str, str]:
    return plain, unicodedata.normalize("NFC", plain.casefold()).translate(_SPELT_OUT)


def _divided(together: str, parts: list[str]) -> Iterator[str]:
    """A name without blanks, as it may be divided into family name and given name: `李 小龙`, `松本 清張`."""
    places = range(1, min(len(together), 3)) if len(together) <= _LONGEST_UNSPACED else ()
    for written in (parts, *([together[:place], together[place:]] for place in places)):
        yield " ".join(anyascii(part) for part in written)


_WRONG = {
    PersonKeyKind.NAME: "Write a whole name: first name and family name.",
    PersonKeyKind.QID: "A number of Wikidata looks like Q42.",
    PersonKeyKind.MID: "A number of Freebase looks like /m/0d3k14.",
}
