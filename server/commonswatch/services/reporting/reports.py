"""Taking reports in, many at a time. Checking them is in ``verification``, what is told of them in ``outcomes``.

``receive`` is the busiest write of the product: a handful of statements for a whole group of reports, SQLAlchemy
Core only. Its order makes it safe to answer once the caller's transaction is committed, and safe to repeat.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from commonswatch.domain.errors import Conflict, TooMany
from commonswatch.domain.states import ReportState
from commonswatch.keyring import Keyring, new_receipt
from commonswatch.models import Report
from commonswatch.services.reporting.submissions import ANONYMOUS
from commonswatch.services.upkeep import bulk, limits, queue

WINDOW = timedelta(hours=1)
AT_ONCE = 3
PACE = timedelta(seconds=40)
"""An anonymous source's first three reports within the hour are checked at once, each further one 40 s (as long as one
may take) after the one before: one network never fills the two threads of its lane for long."""
_NO_PAYLOAD: dict[str, Any] = {}

_REPORTS = cast("Table", Report.__table__)
_FIND = select(
    _REPORTS.c.reporter, _REPORTS.c.idempotency_digest, _REPORTS.c.receipt, _REPORTS.c.submission_digest
).where(
    # two plain lists: SQLite finds no index for a list of pairs, and would read the whole table
    _REPORTS.c.reporter.in_(bindparam("reporters", expanding=True)),
    _REPORTS.c.idempotency_digest.in_(bindparam("digests", expanding=True)),
)


@dataclass(frozen=True)
class Incoming:
    """One report as a door hands it over.

    ``reporter`` is ``device:3`` or ``anonymous``. ``source_digest`` is a keyed digest of the device or the network:
    limits and idempotency keys count within it, so two strangers who pick the same key never meet. ``body`` is the
    validated submission as canonical JSON. ``limit`` is the number of reports an hour from this source.
    """

    reporter: str
    source_digest: bytes
    idempotency_key: str = field(repr=False)
    body: bytes = field(repr=False)
    limit: int


@dataclass(frozen=True)
class Receipt:
    """The report is (or was already) taken in; the receipt is how to ask about it."""

    receipt: str
    replayed: bool


Answer = Receipt | TooMany | Conflict


@dataclass(frozen=True)
class _Draft:
    """A report prepared for the table."""

    incoming: Incoming
    key: tuple[str, bytes]  # reporter and digest of the idempotency key
    body_digest: bytes
    counter: str
    before: int = 0  # reports of this anonymous source within the hour

    @property
    def is_anonymous(self) -> bool:
        """Whether it came without a token."""
        return self.key[0] == ANONYMOUS

    def run_after(self, now: datetime) -> datetime:
        """When to check it at the earliest."""
        return now if self.before < AT_ONCE else now + (self.before - AT_ONCE + 1) * PACE


def receive(session: Session, keyring: Keyring, submissions: Sequence[Incoming], now: datetime) -> list[Answer]:
    """Take reports in: store them sealed, queue their verification, count them; one answer each, in order.

    Repeating a report (same key, same body) gives the first receipt again; the same key with another body gives a
    Conflict; above the source's limit, a TooMany. Commit before telling anybody.
    """
    sources = {incoming.source_digest for incoming in submissions}
    counters = {source: limits.counter_key("report", source, WINDOW, now) for source in sources}
    drafts = [_draft(keyring, incoming, counters[incoming.source_digest]) for incoming in submissions]
    first_of_key = {draft.key: draft for draft in reversed(drafts)}
    wanted = list(reversed(first_of_key.values()))
    allowed, known = _within_limits(session, wanted), {}
    if len(allowed) < len(wanted):  # repeating a report is free: leave those that are in out of the count
        known = _find(session, first_of_key)
        allowed = _within_limits(session, [draft for draft in wanted if draft.key not in known])
    new = _insert(session, keyring, allowed, now)
    known |= new
    known |= _find(session, {draft.key for draft in allowed} - new.keys())  # these were in already
    limits.add(session, Counter(draft.counter for draft in allowed if draft.key in new), WINDOW, now)
    return _answers(drafts, known, set(new), now)


def number_of(session: Session, receipt: str) -> int | None:
    """The row number of the report with this receipt; the job that checks it knows the receipt only."""
    return session.scalar(select(Report.id).where(Report.receipt == receipt))


def kind_of(reporter: str) -> str:
    """The kind of job that verifies a report: strangers have a lane of their own."""
    return "verify-anonymous" if reporter == ANONYMOUS else "verify"


def _draft(keyring: Keyring, incoming: Incoming, counter: str) -> _Draft:
    idempotency = keyring.digest("idempotency", incoming.source_digest + b"\0" + incoming.idempotency_key.encode())
    return _Draft(
        incoming,
        (incoming.reporter, idempotency),
        hashlib.sha256(incoming.body).digest(),
        counter,
    )


def _find(session: Session, keys: Iterable[tuple[str, bytes]]) -> dict[tuple[str, bytes], tuple[str, bytes]]:
    """Reports that are in already: key → receipt and body digest."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = session.connection().execute(
        _FIND, {"reporters": list({reporter for reporter, _ in wanted}), "digests": [digest for _, digest in wanted]}
    )
    found = {(reporter, digest): (receipt, body) for reporter, digest, receipt, body in rows}
    return {key: found[key] for key in wanted & found.keys()}


def _within_limits(session: Session, drafts: Sequence[_Draft]) -> list[_Draft]:
    """Those that the limits of their sources still allow, in order.

    Several processes that write in the same instant may together let a few more through; one process never does.
    """
    if not drafts:
        return []
    counts = limits.read(session, {draft.counter for draft in drafts})
    allowed = []
    for draft in drafts:
        if counts[draft.counter] < draft.incoming.limit:
            allowed.append(replace(draft, before=counts[draft.counter]) if draft.is_anonymous else draft)
            counts[draft.counter] += 1
    return allowed


def _insert(
    session: Session, keyring: Keyring, drafts: Sequence[_Draft], now: datetime
) -> dict[tuple[str, bytes], tuple[str, bytes]]:
    """Insert reports and their jobs; those that were in already are left out of the answer."""
    rows = {draft.key: _row(keyring, draft, now) for draft in drafts}
    if bulk.insert_many(session, Report, list(rows.values())) < len(rows):
        kept = _find(session, rows)
        rows = {key: row for key, row in rows.items() if kept[key][0] == row["receipt"]}
    _queue(session, [(draft, rows[draft.key]["receipt"]) for draft in drafts if draft.key in rows], now)
    return {key: (row["receipt"], row["submission_digest"]) for key, row in rows.items()}


def _queue(session: Session, new: Sequence[tuple[_Draft, str]], now: datetime) -> None:
    """A lane for paired devices, and one for everybody else: strangers never hold up a watcher."""
    for kind, anonymous in (("verify", False), ("verify-anonymous", True)):
        some = [(draft, receipt) for draft, receipt in new if draft.is_anonymous is anonymous]
        moments = [draft.run_after(now) for draft, _ in some]
        queue.enqueue_many(session, kind, [(receipt, _NO_PAYLOAD) for _, receipt in some], now=now, run_after=moments)


def _row(keyring: Keyring, draft: _Draft, now: datetime) -> dict[str, Any]:
    return {
        "receipt": new_receipt(now),
        "reporter": draft.key[0],
        "idempotency_digest": draft.key[1],
        "submission_digest": draft.body_digest,
        "submission_sealed": keyring.seal(draft.incoming.body),
        "state": ReportState.RECEIVED,
        "received_at": now,
    }


def _answers(
    drafts: Sequence[_Draft],
    known: dict[tuple[str, bytes], tuple[str, bytes]],
    new: set[tuple[str, bytes]],
    now: datetime,
) -> list[Answer]:
    answers: list[Answer] = []
    for draft in drafts:
        if draft.key not in known:
            wait = limits.seconds_left(WINDOW, now)
            answers.append(TooMany("Too many reports within an hour. Try again later.", wait))
            continue
        receipt, body_digest = known[draft.key]
        if body_digest != draft.body_digest:
            answers.append(Conflict("This Idempotency-Key was used for another report. Make a new key."))
            continue
        answers.append(Receipt(receipt, replayed=draft.key not in new))
        new.discard(draft.key)  # the same report a second time in one group is a repetition
    return answers
