"""The account: name, language, how to be told; and where to set a password or a passkey (pages of ``security``)."""

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.states import Channel
from commonswatch.services.membership import accounts
from commonswatch.web.frame import database
from commonswatch.web.frame.languages import LANGUAGES
from commonswatch.web.frame.policy import current_account, signed_in

blueprint = Blueprint("account", __name__)


@blueprint.app_template_filter("language_name")
def language_name(code: str) -> str:
    """What speakers of a language call it."""
    return Locale.parse(code, sep="-").get_display_name() or code


@blueprint.get("/account")
@signed_in
def index() -> str:
    """The form."""
    return render_template("account/index.html", account=current_account(), languages=LANGUAGES)


@blueprint.post("/account")
@signed_in
def save() -> Response:
    """Keep what was changed."""
    name, language = request.form.get("name", ""), request.form.get("language", "")
    channel = request.form.get("channel", "")
    if channel not in list(Channel) or language not in LANGUAGES:
        raise InvalidInput("Choose a language and how you want to be told.")
    accounts.change_profile(database.session(), current_account(), name, language, Channel(channel))
    database.commit()
    flash(gettext("Saved."))
    return redirect(url_for("account.index"))
