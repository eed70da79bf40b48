"""What somebody who is signed in may want to do next, by role; and what a new installation still lacks."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from commonswatch.domain.states import CaseState, Role
from commonswatch.models import Account
from commonswatch.services.deciding import cases
from commonswatch.services.membership import members
from commonswatch.services.registering import works
from commonswatch.services.telling import found
from commonswatch.services.upkeep import dead_letters
from commonswatch.settings import Settings
from commonswatch.web.frame.policy import current_roles


@dataclass(frozen=True)
class Step:
    """One line of the checklist; ``address`` is where to do it."""

    label: str
    advice: str
    address: str
    done: bool


@dataclass(frozen=True)
class NextSteps:
    """Counts for the first page of an account. Those of other roles stay 0, and the checklist is empty once done."""

    works: int
    places: int
    open_cases: int
    given_up: int
    checklist: tuple[Step, ...]


def of_account(session: Session, account: Account, settings: Settings) -> NextSteps:
    """What waits for this account, in the roles it is signed in with."""
    roles = current_roles()
    moderates = Role.MODERATOR in roles
    return NextSteps(
        works=works.list_works(session, account, works.Filter()).total,
        places=len(found.found_for(session, account.person)),
        open_cases=cases.counts(session)[CaseState.OPEN] if moderates else 0,
        given_up=dead_letters.count(session) if moderates or Role.ADMINISTRATOR in roles else 0,
        checklist=checklist(session, account, settings),
    )


def checklist(session: Session, account: Account, settings: Settings) -> tuple[Step, ...]:
    """What an administrator of a new installation should do; nothing once all is done, and for others."""
    if Role.ADMINISTRATOR not in current_roles():
        return ()
    steps = _steps(session, account, settings)
    return () if all(step.done for step in steps) else steps


def _steps(session: Session, account: Account, settings: Settings) -> tuple[Step, ...]:
    others = [one for one in members.with_roles(session) if one.id != account.id]
    return (
        Step(
            gettext("Set a mail server"),
            gettext("Until then letters wait in the outbox. The settings are COMMONSWATCH_SMTP_…"),
            url_for("outbox.index"),
            bool(settings.smtp_host),
        ),
        Step(
            gettext("Set a password or add a passkey"),
            gettext("So that you get in when no mail arrives."),
            url_for("account.index"),
            bool(account.password or account.webauthn),
        ),
        Step(
            gettext("Appoint the first moderator"),
            gettext("You are one too; a second pair of eyes is better."),
            url_for("members.index"),
            any(role.name == Role.MODERATOR for one in others for role in one.roles),
        ),
    )
