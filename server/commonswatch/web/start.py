"""Where somebody lands after signing in, whichever way they did: with the work that waits for their role."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from commonswatch.domain.states import Role
from commonswatch.web import next_steps
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, current_roles, signed_in

blueprint = Blueprint("start", __name__)


@blueprint.get("/start")
@signed_in
def index() -> Response:
    """A new installation's checklist first, then the moderators' queue; creators land on their works."""
    if next_steps.checklist(database.session(), current_account(), database.current().settings):
        return redirect(url_for("home.index"))
    return redirect(url_for("cases.index" if Role.MODERATOR in current_roles() else "works.index"))
