"""Ending mail: at once by the mail program's own button (RFC 8058), or by the button on this page. No account."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from commonswatch.domain.errors import NotFound
from commonswatch.services.telling import people
from commonswatch.web.frame import database, headers
from commonswatch.web.frame.csrf import without_token
from commonswatch.web.frame.policy import public

blueprint = Blueprint("unsubscribe", __name__)

Page = str | tuple[str, int] | Response


@blueprint.get("/unsubscribe/<token>")
@public
def ask(token: str) -> Page:
    """A page with a button; opening it changes nothing, since mail scanners open links."""
    headers.hide_address()
    try:
        people.page(database.session(), database.current().keyring, token, "unsubscribe")
    except NotFound:
        return render_template("p/gone.html"), 404
    return render_template("unsubscribe/ask.html", token=token)


@blueprint.post("/unsubscribe/<token>")
@public
@without_token
def unsubscribe(token: str) -> Page:
    """No more mail. May be sent twice."""
    headers.hide_address()
    context, session = database.current(), database.session()
    try:
        person = people.page(session, context.keyring, token, "unsubscribe")
    except NotFound:
        return render_template("p/gone.html"), 404
    people.unsubscribe(session, person, context.now())
    database.commit()
    return render_template("unsubscribe/done.html")
