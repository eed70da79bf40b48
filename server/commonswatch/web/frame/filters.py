"""How stored values may appear on pages: addresses that are safe to link, and to show as pictures."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask


def register(app: Flask) -> None:
    """Give templates the filters ``web_address``, ``picture_address``, ``host_of`` and ``moment_of``."""
    for one in (web_address, picture_address, host_of, moment_of):
        app.jinja_env.filters[one.__name__] = one


def web_address(url: str | None) -> str:
    """The address when a browser may open it; nothing for ``javascript:`` and the like."""
    return url if url and url.lower().startswith(("https://", "http://")) else ""


def picture_address(url: str | None) -> str:
    """The address when our content policy lets a browser show it as a picture."""
    return url if url and url.lower().startswith("https://") else ""


def host_of(url: str | None) -> str:
    """The name of the host, for people."""
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""


def moment_of(text: object) -> datetime | None:
    """A moment from facts that were stored as text; None when it is not one."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
