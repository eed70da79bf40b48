"""Signing in (and up) by a link sent by mail. Passwords and passkeys are pages of ``security``.

The page is the same for known and unknown addresses. Opening the link changes nothing: its button does.
"""

from datetime import datetime

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.networks import network_of
from commonswatch.keyring import new_token
from commonswatch.services.membership import sign_in as service
from commonswatch.services.upkeep import limits
from commonswatch.web.frame import database, headers, security
from commonswatch.web.frame.policy import public

blueprint = Blueprint("sign_in", __name__)

ASKED_PER_NETWORK = 30
_BROWSER = "browser"


@blueprint.get("/sign-in")
@public
def index() -> str:
    """The form for a mail address."""
    return render_template("sign_in/index.html", next_page=_own_page(request.args.get("next", "")))


@blueprint.post("/sign-in")
@public
def ask() -> Response | tuple[str, int]:
    """Send a link, if the address is one; the next page does not say whether it is known."""
    address, next_page = request.form.get("address", ""), _own_page(request.form.get("next", ""))
    context, session = database.current(), database.session()
    browser = flask.session.setdefault(_BROWSER, new_token())
    try:
        if not _too_many(context.now()):
            language = str(get_locale() or "en")
            service.ask_sign_in(
                session,
                context.keyring,
                address,
                browser,
                context.settings.site,
                next_page,
                language,
                context.now(),
            )
    except InvalidInput as error:
        return render_template("sign_in/index.html", next_page=next_page, problem=error.detail), 400
    database.commit()
    return redirect(url_for("sign_in.sent"))


@blueprint.get("/sign-in/sent")
@public
def sent() -> str:
    """Look into your mailbox."""
    return render_template("sign_in/sent.html", has_mail_server=bool(database.current().settings.smtp_host))


@blueprint.get("/sign-in/<token>")
@public
def look(token: str) -> str | tuple[str, int]:
    """The button that signs in. Mail scanners may open this page as often as they like."""
    headers.hide_address()
    try:
        service.look_at_link(database.session(), token, _browser(), database.current().now())
    except NotFound:
        return _not_valid()
    return render_template("sign_in/link.html", token=token)


@blueprint.post("/sign-in/<token>")
@public
def redeem(token: str) -> Response | tuple[str, int]:
    """Use the link, once."""
    headers.hide_address()
    context, session = database.current(), database.session()
    try:
        link = service.look_at_link(session, token, _browser(), context.now())
        account = service.redeem(session, context.keyring, token, _browser(), context.now(), str(get_locale() or "en"))
    except NotFound:
        return _not_valid()
    next_page = _own_page(link.next_page)
    database.commit()
    security.sign_in(account)
    return redirect(next_page or url_for("start.index"))


def _not_valid() -> tuple[str, int]:
    return render_template("sign_in/not_valid.html"), 410


def _browser() -> str:
    return str(flask.session.get(_BROWSER, ""))


def _too_many(now: datetime) -> bool:
    network = database.current().keyring.digest("network", network_of(request.remote_addr or ""))
    return limits.take(database.session(), "sign-in-network", network, ASKED_PER_NETWORK, limits.HOUR, now) > 0


def _own_page(address: str) -> str:
    """``address`` if it is a path of ours; else nothing, so that a link here cannot lead to another site."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and address.isprintable() and "\\" not in address and len(address) < 500 else ""
