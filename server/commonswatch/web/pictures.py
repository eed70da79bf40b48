"""Common pictures: what waits in quarantine, what moderators decided, and the form to add one.

A picture that is sent is fingerprinted and not kept.
"""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import Role, Standing
from commonswatch.services.excluding import pictures
from commonswatch.web.frame import database
from commonswatch.web.frame.pages import page_count, wanted_page
from commonswatch.web.frame.policy import current_account, role

blueprint = Blueprint("pictures", __name__)


@blueprint.get("/pictures")
@role(Role.MODERATOR)
def index() -> str:
    """The list, newest first; ``?standing=`` shows one kind."""
    return _page()


@blueprint.post("/pictures")
@role(Role.MODERATOR)
def add() -> AnyResponse:
    """Add a common picture."""
    context, session = database.current(), database.session()
    try:
        algorithm, bits = _sent() or pictures.read_fingerprint(request.form.get("fingerprint", ""))
        actor = f"account:{current_account().id}"
        pictures.add(session, algorithm, bits, request.form.get("reason", ""), actor, context.now())
    except (InvalidInput, Conflict) as error:
        return Response(_page(error.detail), 400)
    database.commit()
    flash(gettext("Added. This picture is never taken for a work again."))
    return redirect(url_for("pictures.index"))


@blueprint.post("/pictures/<int:number>/<standing>")
@role(Role.MODERATOR)
def decide(number: int, standing: str) -> AnyResponse:
    """A moderator's word on one: common, or cleared."""
    if standing not in (Standing.COMMON, Standing.CLEARED):
        raise InvalidInput(gettext("Choose one of the two."))
    entry = pictures.decide(
        database.session(), number, Standing(standing), current_account().id, database.current().now()
    )
    database.commit()
    if entry.standing == Standing.CLEARED:
        flash(gettext("Cleared. It may match again, and the reports that waited are checked once more."))
    else:
        flash(gettext("Kept as a common picture. It is never taken for a work."))
    return redirect(url_for("pictures.index"))


def _sent() -> tuple[str, bytes] | None:
    """How the picture that was sent looks, or its digest where there is too little to see; None when none was sent."""
    file = request.files.get("picture")
    if file is None or not file.filename:
        if not request.form.get("fingerprint", "").strip():
            raise InvalidInput("Choose the picture, or write its fingerprint.")
        return None
    with file.stream as stream:
        facts = database.current().examine_picture(stream.read())
    looks = next((one.bits for one in facts.matchable if one.algorithm == "pdq" and one.rendition == "original"), None)
    return ("pdq", looks) if looks else ("sha256", facts.sha256)


def _page(problem: str = "") -> str:
    session, page = database.session(), wanted_page()
    wanted = request.args.get("standing", "")
    standing = Standing(wanted) if wanted in tuple(Standing) else None
    counts = pictures.count(session)
    entries = pictures.read(session, standing, page)
    return render_template(
        "pictures.html",
        entries=entries,
        counts=counts,
        waiting=pictures.waiting_reports(session, [entry.id for entry in entries]),
        standing=standing,
        standings=Standing,
        page=page,
        pages=page_count(counts.get(standing, 0) if standing else sum(counts.values()), pictures.PAGE),
        problem=problem,
        form=request.form,
    )
