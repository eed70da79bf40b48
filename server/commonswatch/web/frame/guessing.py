"""Passwords cannot be guessed at speed: a limit for each account and for each network, before anything is compared.

Comparing a password costs a tenth of a second of this machine, so the limit also keeps others' pages quick.
"""

import unicodedata
from datetime import timedelta

from flask import Flask, request, session
from flask_babel import gettext

from commonswatch.domain.addresses import parse_address
from commonswatch.domain.errors import InvalidInput, TooMany
from commonswatch.domain.networks import network_of
from commonswatch.services.upkeep import limits
from commonswatch.web.frame import database

_PAGES = frozenset({"security.login", "security.verify", "security.change_password"})
_WINDOW = timedelta(minutes=15)
_PER_ACCOUNT = 10
_PER_NETWORK = 60


def register(app: Flask) -> None:
    """Count every password that is sent."""
    app.before_request(_count)


def _count() -> None:
    if request.method != "POST" or request.endpoint not in _PAGES:
        return
    context, now = database.current(), database.current().now()
    who = {
        "password": (_account(), _PER_ACCOUNT),
        "password-from": (network_of(request.remote_addr or ""), _PER_NETWORK),
    }
    with context.database.writing() as counting:
        waits = [
            limits.take(counting, action, context.keyring.digest(action, name), limit, _WINDOW, now)
            for action, (name, limit) in who.items()
        ]
    if any(waits):
        raise TooMany(gettext("Too many passwords were tried. A link sent by mail still works."), max(waits))


def _account() -> str:
    """Whose password is tried. Not asked from the database: that could hold the write lock we need next.

    One account, however its address is written: Flask-Security takes full-width letters for plain ones.
    """
    given = str(session.get("_user_id", "")) or request.form.get("email", "")
    try:
        return parse_address(unicodedata.normalize("NFKC", given)).lower()
    except InvalidInput:
        return given.strip().lower()[:254]
