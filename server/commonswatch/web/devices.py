"""Browsers paired with an account: make a pairing code, see the devices, end one."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.services.membership import devices
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, signed_in

blueprint = Blueprint("devices", __name__)


@blueprint.get("/devices")
@signed_in
def index() -> str:
    """The devices, and a button for a code."""
    return _page()


@blueprint.post("/devices/codes")
@signed_in
def make_code() -> str:
    """A new code, shown this once; it is nowhere else, so this page is not a redirect."""
    context, session = database.current(), database.session()
    code = devices.make_code(session, context.keyring, current_account(), context.now())
    database.commit()
    return _page(code)


@blueprint.post("/devices/<int:number>/revoke")
@signed_in
def revoke(number: int) -> Response:
    """End a device's token at once."""
    devices.revoke(database.session(), current_account().id, number, database.current().now())
    database.commit()
    flash(gettext("This device cannot send or read anything any more."))
    return redirect(url_for("devices.index"))


def _page(code: str = "") -> str:
    paired = devices.of_account(database.session(), current_account().id)
    minutes, site = int(devices.CODE_LIFE.total_seconds() // 60), database.current().settings.site
    return render_template("devices/index.html", devices=paired, code=code, minutes=minutes, site=site)
