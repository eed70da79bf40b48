"""Moderators and administrators: an administrator appoints them by mail address, and takes the role back."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.states import Role
from commonswatch.services.membership import accounts, members
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, role

blueprint = Blueprint("members", __name__)
GRANTABLE = (Role.MODERATOR, Role.ADMINISTRATOR)


@blueprint.get("/members")
@role(Role.ADMINISTRATOR)
def index() -> str:
    """Everybody with a role, and the form to appoint somebody."""
    return _page()


@blueprint.post("/members")
@role(Role.ADMINISTRATOR)
def grant() -> AnyResponse:
    """Appoint the account of an address; it is made when nobody signed in with it yet."""
    context, session = database.current(), database.session()
    try:
        account = accounts.find_or_create_account(
            session, context.keyring, request.form.get("address", ""), context.now()
        )
        accounts.grant(session, account, _role(), f"account:{current_account().id}", context.now())
    except InvalidInput as error:
        return Response(_page(error.detail), 400)
    database.commit()
    flash(gettext("Appointed. They sign in with a link sent to their address."))
    return redirect(url_for("members.index"))


@blueprint.post("/members/<int:number>/revoke")
@role(Role.ADMINISTRATOR)
def revoke(number: int) -> AnyResponse:
    """Take a role away from an account."""
    context, session = database.current(), database.session()
    actor = f"account:{current_account().id}"
    accounts.revoke(session, members.get(session, number), _role(), actor, context.now())
    database.commit()
    flash(gettext("The role was taken back."))
    return redirect(url_for("members.index"))


def _role() -> Role:
    wanted = request.form.get("role", "")
    if wanted not in GRANTABLE:
        raise InvalidInput(gettext("Choose a role from the list."))
    return Role(wanted)


def _page(problem: str = "") -> str:
    return render_template(
        "members.html",
        members=members.with_roles(database.session()),
        grantable=GRANTABLE,
        problem=problem,
        address=request.form.get("address", ""),
    )
