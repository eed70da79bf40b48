"""What a moderator may see beside a case: answers people gave, who decided, and access codes (each look is logged)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Answer
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Case, LocationSecret, PersonAnswer, Work
from commonswatch.services import audit

MOST_ANSWERS = 200


@dataclass(frozen=True)
class GivenAnswer:
    """What somebody said about a work at this place; who they are stays hidden."""

    title: str
    by_creator: bool
    answer: Answer
    at: datetime


def answers(session: Session, case: Case) -> list[GivenAnswer]:
    """The answers about works at the case's location, newest first."""
    rows = session.execute(
        select(Work.title, Work.key, Account.person_id, PersonAnswer.person_id, PersonAnswer.answer, PersonAnswer.at)
        .join(Work, Work.id == PersonAnswer.work_id)
        .join(Account, Account.id == Work.creator_id)
        .where(PersonAnswer.location_id == case.location_id)
        .order_by(PersonAnswer.at.desc())
        .limit(MOST_ANSWERS)
    )
    return [
        GivenAnswer(title or key, creator == person, answer, at) for title, key, creator, person, answer, at in rows
    ]


def has_access_code(session: Session, case: Case) -> bool:
    """Whether somebody reported an access code for the case's location."""
    return bool(session.scalar(select(exists().where(LocationSecret.location_id == case.location_id))))


def show_access_codes(session: Session, keyring: Keyring, case: Case, moderator: Account, now: datetime) -> list[str]:
    """The access codes of the case's location. Writes an audit entry; raise NotFound when there are none."""
    sealed = session.scalars(
        select(LocationSecret.secret_sealed)
        .where(LocationSecret.location_id == case.location_id)
        .order_by(LocationSecret.first_seen)
    ).all()
    if not sealed:
        raise NotFound("No access code was reported for this place.")
    facts = {"codes": len(sealed), "location": case.location_id}
    audit.record(session, f"account:{moderator.id}", "access-code.show", f"case:{case.id}", facts, now)
    return [keyring.unseal_text(one) for one in sealed]
