"""What was found for whoever is signed in: their works, and works they are shown in, and what they say about it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.services.telling import found
from commonswatch.web.answers import read_answer, read_place
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, signed_in

blueprint = Blueprint("found", __name__)


@blueprint.get("/found")
@signed_in
def index() -> str:
    """Where, since when and why, newest first; ``?site=`` shows one site only."""
    everything = found.found_for(database.session(), current_account().person)
    site = request.args.get("site", "")
    return render_template(
        "found/index.html",
        found=[place for place in everything if site in ("", place.site)],
        sites=sorted({place.site for place in everything}),
        site=site,
    )


@blueprint.post("/found/answers")
@signed_in
def answer() -> Response:
    """Fine by me, or not mine."""
    work_id, location_id = read_place(request.form)
    person = current_account().person
    found.answer(database.session(), person, work_id, location_id, read_answer(request.form), database.current().now())
    return _back(gettext("Thank you. You will not be told about this again. You can take it back below."))


@blueprint.post("/found/answers/take-back")
@signed_in
def take_back() -> Response:
    """Undo an answer."""
    work_id, location_id = read_place(request.form)
    found.take_back(database.session(), current_account().person, work_id, location_id)
    return _back(gettext("Your answer was taken back."))


def _back(message: str) -> Response:
    database.commit()
    flash(message)
    return redirect(url_for("found.index"))
