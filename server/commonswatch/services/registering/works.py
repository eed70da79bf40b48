"""A creator's works: list them, correct one, say who is shown, withdraw it or take it back, try again.

Everything here is about the account's own works; another's is not found, as if it did not exist.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, NotFound
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import WorkState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Depiction, Person, Registration, Work
from commonswatch.services.deciding import audit
from commonswatch.services.registering import examination
from commonswatch.services.registering.rows import LONGEST_TITLE, PersonNamed
from commonswatch.services.scanning import withdrawing
from commonswatch.services.telling import naming
from commonswatch.services.watching import changes
from commonswatch.services.words import one_line

PER_PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What part of the works is asked for; empty means all. ``site`` is a host, such as ``flickr.com``."""

    search: str = ""
    state: WorkState | None = None
    site: str = ""
    registration_id: int | None = None


@dataclass(frozen=True)
class PageOfWorks:
    """One page of a list; ``total`` is the number of works on all pages."""

    works: list[Work]
    total: int
    page: int
    pages: int


def list_works(session: Session, account: Account, wanted: Filter, page: int = 1) -> PageOfWorks:
    """The account's works, newest first. A page beyond the last one is the last one."""
    conditions = _conditions(account, wanted)
    total = session.scalar(select(func.count()).select_from(Work).where(*conditions)) or 0
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, page), pages)
    query = select(Work).where(*conditions).order_by(Work.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return PageOfWorks(list(session.scalars(query)), total, page, pages)


def get(session: Session, account: Account, work_id: int) -> Work:
    """One of the account's own works. Raise NotFound for another's, as for one that does not exist."""
    work = session.get(Work, work_id)
    if work is None or work.creator_id != account.id:
        raise NotFound("There is no such work.")
    return work


def count_without_licence(session: Session, account: Account, registration_id: int) -> int:
    """How many works of a registration were examined without a licence being found."""
    query = (
        select(func.count())
        .select_from(Work)
        .where(
            Work.creator_id == account.id,
            Work.registration_id == registration_id,
            Work.licence_code.is_(None),
            Work.state.in_((WorkState.READY, WorkState.KEY_ONLY)),
        )
    )
    return session.scalar(query) or 0


def correct(
    session: Session, account: Account, work_id: int, title: str, licence: Licence | None, now: datetime
) -> Work:
    """Set title and licence. ``licence`` None means that the creator leaves it to what can be found out."""
    work = get(session, account, work_id)
    work.title = one_line(title, LONGEST_TITLE)
    if licence is None and work.licence_basis == "chosen":
        work.licence_code = work.licence_version = work.licence_jurisdiction = work.licence_basis = None
        _examine_again(session, work, now)
    elif licence is not None and licence != licence_of(work):
        set_licence(work, licence, "chosen")
    session.flush()
    facts = {"licence": work.licence_code or "", "version": work.licence_version or ""}
    audit.record(session, f"account:{account.id}", "work.correct", f"work:{work.id}", facts, now)
    return work


def licence_of(work: Work) -> Licence | None:
    """The licence of a work, if it is known."""
    if work.licence_code is None:
        return None
    return Licence(work.licence_code, work.licence_version or "", work.licence_jurisdiction or "")


def set_licence(work: Work, licence: Licence, basis: str) -> None:
    """Write a licence down; ``basis`` is chosen, page or file."""
    work.licence_code, work.licence_version = licence.code, licence.version
    work.licence_jurisdiction, work.licence_basis = licence.jurisdiction, basis


def set_people(
    session: Session,
    keyring: Keyring,
    account: Account,
    work_id: int,
    named: Sequence[PersonNamed],
    site: str,
    now: datetime,
    most_invitations: int = naming.MOST_IN_ALL,
) -> Work:
    """Say anew who is shown in a work; who is new and has an address is invited, who is no longer named is dropped.

    Raise what ``naming.name_people`` raises.
    """
    work = get(session, account, work_id)
    session.execute(delete(Depiction).where(Depiction.work_id == work.id))
    shown = [(work.id, person) for person in named]
    naming.name_people(session, keyring, account, shown, site, now, most_invitations)
    session.expire(work, ["depictions"])
    audit.record(session, f"account:{account.id}", "work.people", f"work:{work.id}", {"people": len(named)}, now)
    return work


def people_named(session: Session, keyring: Keyring, work: Work) -> list[PersonNamed]:
    """Who is named in a work, as its creator wrote it."""
    query = (
        select(Depiction.name, Person.address_sealed)
        .outerjoin(Person, Person.id == Depiction.person_id)
        .where(Depiction.work_id == work.id)
        .order_by(Depiction.id)
    )
    return [
        PersonNamed(row.name, keyring.unseal_text(row.address_sealed) if row.address_sealed else None)
        for row in session.execute(query)
    ]


def withdraw(session: Session, account: Account, work_id: int, now: datetime) -> Work:
    """Take a work out of all matching, and forget in which lists it stands. ``take_back`` undoes only the first."""
    work = get(session, account, work_id)
    if work.state != WorkState.WITHDRAWN:
        work.state = WorkState.WITHDRAWN
        session.flush()
        changes.note_if_public(session, work, now)
        withdrawing.forget_work(session, work.id, now)
        audit.record(session, f"account:{account.id}", "work.withdraw", f"work:{work.id}", {}, now)
    return work


def take_back(session: Session, account: Account, work_id: int, now: datetime) -> Work:
    """Undo a withdrawal: the work is matched again and examined anew, since its file may have changed."""
    work = get(session, account, work_id)
    if work.state == WorkState.WITHDRAWN:
        work.state = WorkState.WAITING
        _examine_again(session, work, now)
        changes.note_if_public(session, work, now)
        audit.record(session, f"account:{account.id}", "work.take-back", f"work:{work.id}", {}, now)
    return work


def try_again(session: Session, account: Account, work_id: int, now: datetime) -> Work:
    """Fetch and fingerprint a work once more. Raise Conflict for one that is withdrawn."""
    work = get(session, account, work_id)
    if work.state == WorkState.WITHDRAWN:
        raise Conflict("This work is withdrawn. Take it back first.")
    work.state = WorkState.WAITING
    _examine_again(session, work, now)
    return work


def try_all_again(session: Session, account: Account, registration: Registration, now: datetime) -> int:
    """Try again every work of a registration that could not be fingerprinted; return how many."""
    failed = (
        update(Work)
        .where(Work.registration_id == registration.id, Work.creator_id == account.id)
        .where(Work.state == WorkState.KEY_ONLY)
        .values(state=WorkState.WAITING, problem=None)
        .returning(Work.id)
        .execution_options(synchronize_session=False)
    )
    work_ids = session.scalars(failed).all()
    examination.ask_many_again(session, work_ids, now)
    return len(work_ids)


def _examine_again(session: Session, work: Work, now: datetime) -> None:
    if work.state != WorkState.WITHDRAWN:
        work.state, work.problem = WorkState.WAITING, None
        session.flush()
        examination.ask_again(session, work.id, now)


def _conditions(account: Account, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Work.creator_id == account.id]
    if wanted.search:
        words = _like(wanted.search)
        conditions.append(or_(Work.title.ilike(f"%{words}%", escape="\\"), Work.url.ilike(f"%{words}%", escape="\\")))
    if wanted.state is not None:
        conditions.append(Work.state == wanted.state)
    if wanted.site:
        site = _like(wanted.site.lower())
        forms = (f"http%://{site}/%", f"http%://%.{site}/%")
        conditions.append(or_(*(func.lower(Work.url).like(form, escape="\\") for form in forms)))
    if wanted.registration_id is not None:
        conditions.append(Work.registration_id == wanted.registration_id)
    return conditions


def _like(text: str) -> str:
    """``text`` for LIKE, where its own wildcards are letters."""
    kept = one_line(text, 200)
    return kept.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
