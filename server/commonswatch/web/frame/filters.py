"""How stored values may appear on pages: addresses that are safe to link or show as pictures; datasets by their id."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask

from commonswatch import rules
from commonswatch.rules.datasets import Dataset
from commonswatch.rules.licences import LIMITS


def register(app: Flask) -> None:
    """Give templates these filters, and ``licence_limits``."""
    for one in (web_address, picture_address, host_of, moment_of, dataset_of):
        app.jinja_env.filters[one.__name__] = one
    app.jinja_env.globals["licence_limits"] = LIMITS


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


def dataset_of(name: str) -> Dataset | None:
    """What the catalogue knows about a dataset; None when it was taken out of it."""
    return rules.dataset(name)
