"""Forms are only accepted from our own pages: a token in each form (htmx sends it as a header), and where the
browser says which site a request comes from, that must be ours. ``without_token`` marks the rare exception.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFProtect

from commonswatch.domain.errors import NotAllowed
from commonswatch.web.frame import database

protection = CSRFProtect()
View = TypeVar("View", bound=Callable[..., object])
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Check every request that changes something.

    Flask-WTF's own Referer check is off: pages with a secret in their address send none.
    """
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    protection.init_app(app)
    app.before_request(_check)


def without_token(view: View) -> View:
    """This page is posted to without our form (one-click unsubscribe by a mail program, RFC 8058)."""
    view.without_token = True  # type: ignore[attr-defined]
    return view


def _check() -> None:
    if request.method in _READING_METHODS or request.endpoint is None:
        return
    exempt = getattr(current_app.view_functions[request.endpoint], "without_token", False)
    if exempt or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    if not _from_here():
        raise NotAllowed(gettext("This was sent from another site. Open the page here and send it again."))
    protection.protect()


def _from_here() -> bool:
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin == "null" or _host(origin) in (request.host, _host(database.current().settings.site))


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
