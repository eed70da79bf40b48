"""Made-up letters, one of each kind, to change a value of."""

from datetime import UTC, datetime
from typing import Any

from commonswatch.channels.message import Letter, Sender

SENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SENDER = Sender("mail@watch.example.org", "Commonswatch")
STOP = "https://watch.example.org/unsubscribe/" + "aB3-_" * 30
CONTEXTS: dict[str, dict[str, Any]] = {
    "sign_in": {"link": "https://watch.example.org/sign-in/abc", "minutes": 10},
    "invitation": {"creator": "Ada Example", "works": ["Picnic"], "link": "https://watch.example.org/p/abc"},
    "alert": {
        "count": 2,
        "works": ["Harbour at noon", "Picnic"],
        "about": "creator",
        "site": "sets.example",
        "location_url": "https://sets.example/faces?id=1&b=2",
        "since": "2026-11-20",
        "basis": ["key", "pdq"],
        "conditions": ["NC: is the copy offered or used by a company, or for money?"],
        "link": "https://watch.example.org/found/1",
    },
}


def letter(template: str = "sign_in", *, to: str = "bob@example.org", stop: str | None = STOP, **values: Any) -> Letter:
    """A letter of this kind with these values changed."""
    return Letter(to, "en", template, CONTEXTS[template] | values, "<abc123@watch.example.org>", stop)
