"""Messages on their way out: post one, send it, record what became of it.

A message is sent without an open session. Sending and recording are two steps, so a crash between them may send a
letter twice, never lose one; both carry the same Message-ID, which mail programs use to show it once.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from commonswatch.domain.states import DeliveryState
from commonswatch.keyring import Keyring
from commonswatch.models import Delivery
from commonswatch.services import queue


def post(
    session: Session,
    keyring: Keyring,
    *,
    key: str,
    template: str,
    address: str,
    language: str,
    values: Mapping[str, Any],
    site: str,
    now: datetime,
    person_id: int | None = None,
    unsubscribe_url: str | None = None,
) -> bool:
    """Put one letter on its way, once for each ``key``; return whether it is new.

    ``values`` must be JSON and what the template needs; they and the address are sealed. ``site`` is the public
    address of the installation; its host is the right side of the Message-ID.
    """
    letter = {
        "to": address,
        "language": language,
        "values": dict(values),
        "unsubscribe_url": unsubscribe_url,
    }
    row = {
        "key": key,
        "template": template,
        "person_id": person_id,
        "letter_sealed": keyring.seal_text(json.dumps(letter)),
        "message_id": _message_id(keyring, key, site),
        "state": DeliveryState.CREATED,
        "attempts": 0,
        "created_at": now,
    }
    added = session.execute(queue.insert_new(session, Delivery).returning(Delivery.id), [row]).first()
    if added is not None:
        queue.enqueue(session, "deliver", str(added.id), {}, now=now)
    return added is not None


def _message_id(keyring: Keyring, key: str, site: str) -> str:
    host = urlsplit(site).hostname or "localhost"
    return f"<{keyring.digest('message-id', key)[:16].hex()}@{host}>"
