"""Registering works: rows in, works waiting to be examined out, and how far that has come.

Reading what was pasted or uploaded is in ``rows``, inserting in ``new_works``, fetching and fingerprinting in
``examination``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import Listing, WorkState
from commonswatch.domain.states import Role as RoleName
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Registration, RowProblem, Work
from commonswatch.services.deciding import audit
from commonswatch.services.membership import accounts
from commonswatch.services.registering import new_works
from commonswatch.services.registering.rows import PersonNamed, Row, RowError, parse_people, parse_rows
from commonswatch.services.scanning import checking
from commonswatch.services.telling import naming
from commonswatch.services.upkeep import queue
from commonswatch.services.watching import changes
from commonswatch.services.watching.choices import SERVER_ONLY, Choice

__all__ = [
    "PersonNamed",
    "Progress",
    "Row",
    "RowError",
    "find",
    "parse_people",
    "parse_rows",
    "progress",
    "register",
]

MOST_NAMINGS = 100_000
_SEVERAL = 3  # works that share a reason: it is told once
_MOST_REASONS = 5
"""In one registration: 50,000 works with 50 people each kept everybody else from writing for 20 seconds."""
ALREADY = "You have registered this work already."
TWICE = "This is the same work as in line {line}."
WITHDRAWN = "You withdrew this work. Take it back on its page."


@dataclass(frozen=True)
class Progress:
    """How far one registration has come: numbers of works, and of rows that were not registered."""

    waiting: int
    ready: int
    key_only: int
    withdrawn: int
    problems: int

    @property
    def works(self) -> int:
        """Works registered."""
        return self.waiting + self.ready + self.key_only + self.withdrawn

    @property
    def finished(self) -> bool:
        """Whether every work has been examined."""
        return self.waiting == 0


def register(
    session: Session,
    keyring: Keyring,
    account: Account,
    rows: Sequence[Row | RowError],
    licence: Licence | None,
    named: Sequence[PersonNamed],
    form_token: str,
    site: str,
    now: datetime,
    most_invitations: int = naming.MOST_IN_ALL,
    choice: Choice = SERVER_ONLY,
) -> Registration:
    """Register rows for an account; ``licence`` and ``named`` are for rows that bring none of their own.

    A form sent twice (same ``form_token``) is one registration: the first one is returned. Rows that cannot be
    registered are kept with what to change. Raise InvalidInput when people are named more than 100,000 times, and
    TooMany when more are named than one account may invite.
    """
    if sum(len(row.people or named) for row in rows if isinstance(row, Row)) > MOST_NAMINGS:
        raise InvalidInput(f"More than {MOST_NAMINGS} times somebody is named. Divide the works into several files.")
    registration, is_new = _open(session, keyring, account, len(rows), form_token, now)
    if not is_new:
        return registration
    usable, problems = _without_repeats(rows, new_works.states_by_key(session, account, rows))
    ids = new_works.add_works(session, account, registration, usable, licence, choice, now)
    added = [(ids[row.keys[0].key], row) for row in usable if row.keys[0].key in ids]
    problems += [_problem(row, ALREADY) for row in usable if row.keys[0].key not in ids]
    new_works.add_keys(session, added)
    _add_problems(session, registration, problems)
    _queue(session, account, [work_id for work_id, _ in added], now)
    checking.ask(session, now, registration_id=registration.id)
    shown = [(work_id, person) for work_id, row in added for person in (row.people or named)]
    naming.name_people(session, keyring, account, shown, site, now, most_invitations)
    accounts.grant(session, account, RoleName.CREATOR, f"account:{account.id}", now)
    facts = {"works": len(added), "problems": len(problems), "listing": choice.listing}
    if public := [work_id for work_id, row in added if (row.listing or choice.listing) == Listing.PUBLIC]:
        changes.note(session, public, now)
    audit.record(session, f"account:{account.id}", "works.register", f"registration:{registration.id}", facts, now)
    return registration


def find(session: Session, registration_id: int, account: Account) -> Registration:
    """One of the account's own registrations; raise NotFound otherwise."""
    registration = session.get(Registration, registration_id)
    if registration is None or registration.creator_id != account.id:
        raise NotFound("There is no such registration.")
    return registration


def progress(session: Session, registration_id: int, account: Account) -> Progress:
    """How far a registration of the account has come; raise NotFound when it is not the account's."""
    registration = find(session, registration_id, account)
    counts = dict.fromkeys(WorkState, 0)
    query = select(Work.state, func.count()).where(Work.registration_id == registration.id).group_by(Work.state)
    for state, count in session.execute(query):
        counts[state] = count
    problems = select(func.count()).where(RowProblem.registration_id == registration.id)
    return Progress(
        waiting=counts[WorkState.WAITING],
        ready=counts[WorkState.READY],
        key_only=counts[WorkState.KEY_ONLY],
        withdrawn=counts[WorkState.WITHDRAWN],
        problems=session.scalar(problems) or 0,
    )


def problems_of(session: Session, registration: Registration, limit: int) -> list[RowProblem]:
    """The first rows of a registration that were not registered, by line."""
    query = select(RowProblem).where(RowProblem.registration_id == registration.id)
    return list(session.scalars(query.order_by(RowProblem.line, RowProblem.id).limit(limit)))


def common_reasons(session: Session, registration: Registration) -> dict[str, int]:
    """Why works could not be fingerprinted, where several share the reason: the words and how many, most first."""
    count = func.count(Work.id)
    query = select(Work.problem, count).where(
        Work.registration_id == registration.id, Work.problem.is_not(None), Work.state != WorkState.WITHDRAWN
    )
    several = query.group_by(Work.problem).having(count >= _SEVERAL).order_by(count.desc(), Work.problem)
    return {reason: works for reason, works in session.execute(several.limit(_MOST_REASONS)) if reason}


def _open(
    session: Session, keyring: Keyring, account: Account, row_count: int, form_token: str, now: datetime
) -> tuple[Registration, bool]:
    """The registration of a form, and whether this call made it. Two doors at once: one makes, the other waits."""
    digest = keyring.digest("form", form_token)
    row = {"creator_id": account.id, "form_digest": digest, "row_count": row_count, "created_at": now}
    made = session.execute(queue.insert_new(session, Registration).returning(Registration.id), [row]).first()
    mine = select(Registration).where(Registration.creator_id == account.id, Registration.form_digest == digest)
    return session.scalars(mine).one(), made is not None


def _without_repeats(rows: Sequence[Row | RowError], known: dict[str, WorkState]) -> tuple[list[Row], list[RowError]]:
    usable: dict[str, Row] = {}
    problems: list[RowError] = []
    for row in rows:
        if isinstance(row, RowError):
            problems.append(row)
        elif (first := usable.get(row.keys[0].key)) is not None:
            problems.append(_problem(row, TWICE.format(line=first.line)))
        elif (state := known.get(row.keys[0].key)) is not None:
            problems.append(_problem(row, WITHDRAWN if state == WorkState.WITHDRAWN else ALREADY))
        else:
            usable[row.keys[0].key] = row
    return list(usable.values()), problems


def _problem(row: Row, problem: str) -> RowError:
    return RowError(row.line, row.url, problem)


def _queue(session: Session, account: Account, work_ids: Sequence[int], now: datetime) -> None:
    """Behind the works of this account that wait already, so that a long list holds up nobody else."""
    waiting = select(func.count()).where(Work.creator_id == account.id, Work.state == WorkState.WAITING)
    before = (session.scalar(waiting) or 0) - len(work_ids)
    jobs = [(str(work_id), {"work": work_id}) for work_id in work_ids]
    queue.enqueue_many(session, "examine", jobs, now=now, run_after=queue.places(before, len(jobs), now))


def _add_problems(session: Session, registration: Registration, problems: Sequence[RowError]) -> None:
    values = [
        {"registration_id": registration.id, "line": row.line, "url": row.url, "problem": row.problem[:300]}
        for row in problems
    ]
    if values:
        session.connection().execute(insert(RowProblem), values)
