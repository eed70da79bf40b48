"""Making the first administrator, by the link the command line prints."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import InvalidInput
from commonswatch.services.membership import setup
from commonswatch.web.frame import database, headers, security
from commonswatch.web.frame.policy import public

blueprint = Blueprint("setup", __name__)


@blueprint.get("/setup/<token>")
@public
def index(token: str) -> str:
    """The form; 404 when the link is old or there is an administrator."""
    headers.hide_address()
    context = database.current()
    setup.check_setup_link(database.session(), context.keyring, token, context.now())
    return _form()


@blueprint.post("/setup/<token>")
@public
def make(token: str) -> AnyResponse:
    """Make the administrator and sign in."""
    headers.hide_address()
    context = database.current()
    address, name = request.form.get("address", ""), request.form.get("name", "")
    try:
        account = setup.make_first_administrator(
            database.session(), context.keyring, token, address, name, context.now()
        )
    except InvalidInput as error:
        return Response(_form(error.detail), 400)
    database.commit()
    security.sign_in(account, "setup")
    flash(gettext("You are the administrator now."))
    return redirect(url_for("start.index"))


def _form(problem: str = "") -> str:
    address, name = request.form.get("address", ""), request.form.get("name", "")
    return render_template("setup.html", problem=problem, address=address, name=name)
