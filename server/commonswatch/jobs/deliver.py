"""Kind ``deliver``: send one letter. A dead mail server is tried for more than a day before we give up."""

from datetime import datetime
from typing import Literal, cast

from sqlalchemy.orm import Session

from commonswatch.channels.mail import MailSettings
from commonswatch.channels.message import Sender
from commonswatch.context import Context
from commonswatch.domain.errors import RemoteError
from commonswatch.jobs.handling import Handler, Record
from commonswatch.services.telling import deliveries
from commonswatch.services.telling.deliveries import PostOffice
from commonswatch.services.upkeep.queue import ClaimedJob
from commonswatch.settings import Settings

MAX_ATTEMPTS = 13
"""With the queue's pauses (5 s, 20 s, … 4 h) the last try is almost 26 hours after the first."""


def _run(context: Context, job: ClaimedJob) -> Record:
    number = int(job.payload["delivery"])
    with context.database.reading() as session:
        outgoing = deliveries.load(session, context.keyring, number, context.now())
    if outgoing is None:
        return lambda session, _now: deliveries.drop(session, number)
    try:
        deliveries.send(outgoing, _post_office(context.settings))
    except RemoteError as error:
        return _failed(number, error)
    return lambda session, now: deliveries.record_delivered(session, number, now)


def _failed(number: int, error: RemoteError) -> Record:
    def record(session: Session, now: datetime) -> str | None:
        deliveries.record_failure(session, number, error.detail, permanent=error.permanent, now=now)
        return None if error.permanent else error.detail

    return record


def _post_office(settings: Settings) -> PostOffice:
    sender = Sender(settings.mail_from, settings.product_name)
    mail = MailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=cast("Literal['tls', 'starttls', 'none']", settings.smtp_security),
        username=settings.smtp_username,
        password=settings.smtp_password,
        timeout=settings.smtp_timeout,
        sender_address=settings.mail_from,
        sender_name=settings.product_name,
        ca_file=settings.smtp_ca_file,
    )
    return PostOffice(sender, mail if settings.smtp_host else None, settings.home / "outbox")


DELIVER = Handler(_run, MAX_ATTEMPTS)
