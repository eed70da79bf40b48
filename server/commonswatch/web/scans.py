"""Scans of lists: open one from a file or an address, see how far it has come and what it found. For moderators."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import Role, ScanState
from commonswatch.keyring import new_token
from commonswatch.rules.catalogue import DATASETS
from commonswatch.services.scanning import (
    folder,
    here,
    memberships,
    opening,
    person_members,
    scans,
    taking_back,
    uploads,
    versions,
)
from commonswatch.web import scan_progress, sent_list
from commonswatch.web.frame import database
from commonswatch.web.frame.pages import page_count, wanted_page
from commonswatch.web.frame.policy import current_account, role

blueprint = Blueprint("scans", __name__)

MEMBERS_PAGE = 50


@blueprint.get("/scans")
@role(Role.MODERATOR)
def index() -> str:
    """All scans, the newest first."""
    session, page = database.session(), wanted_page()
    return render_template(
        "scans/index.html",
        scans=scans.newest(session, page),
        page=page,
        pages=page_count(scans.count(session), scans.PAGE),
    )


@blueprint.get("/scans/new")
@role(Role.MODERATOR)
def new() -> str:
    """The form: a file or an address, and of which dataset it is."""
    return _form(new_token())


@blueprint.post("/scans")
@role(Role.MODERATOR)
def create() -> AnyResponse | tuple[str, int]:
    """Open a scan. A large file came in pieces before; a small one comes with the form."""
    token, url = request.form.get("form_token", "")[:100] or new_token(), request.form.get("url", "").strip()[:2000]
    context, session, account = database.current(), database.session(), current_account()
    path = uploads.place(context.settings.home, context.keyring, account.id, token)
    try:
        name = sent_list.name_of(url)
        if url:
            sent_list.refuse_closed(url)
        else:
            sent_list.take_whole_file(path)
            uploads.look_at(path, name)
        scan, is_new = opening.open_scan(
            session,
            context.keyring,
            account,
            name=name,
            dataset=request.form.get("dataset", "")[:60],
            form_token=f"{account.id}:{token}",
            now=context.now(),
            url=url,
            size=None if url else path.stat().st_size,
        )
    except (InvalidInput, Conflict) as error:
        session.rollback()
        return _form(token, error.detail), 400 if isinstance(error, InvalidInput) else 409
    if is_new and not url:
        uploads.hand_over(path, context.settings.home, scan.id)
    database.commit()
    return redirect(url_for("scans.show", number=scan.id))


@blueprint.post("/scans/pieces/<token>")
@role(Role.MODERATOR)
def piece(token: str) -> AnyResponse:
    """One piece of a large file, at ``?offset=``; answers how much is here."""
    context, offset = database.current(), request.args.get("offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 15):
        raise InvalidInput("The offset must be a number.")
    path = uploads.place(context.settings.home, context.keyring, current_account().id, token[:100])
    return jsonify(size=uploads.take_piece(path, int(offset), request.get_data(cache=False)))


@blueprint.get("/scans/<int:number>")
@role(Role.MODERATOR)
def show(number: int) -> str:
    """One scan: its progress, the works found with the rows that prove it, and what changed since the last version."""
    return _page(number)


def _page(number: int, *, problem: str = "", reason: str = "") -> str:
    session, page = database.session(), wanted_page()
    scan = scans.get(session, number)
    before = versions.before(session, scan) if scan.state is ScanState.DONE else None
    named = person_members.of_scan(session, number)
    return render_template(
        "scans/show.html",
        **scan_progress.told(scan),
        members=memberships.of_scan(session, number, page, MEMBERS_PAGE),
        before=before,
        difference=versions.compare(session, before, scan) if before else None,
        named=named,
        known_of=person_members.known_of(session, database.current().keyring, named),
        page=page,
        pages=page_count(scan.matches, MEMBERS_PAGE),
        problem=problem,
        reason=reason,
    )


@blueprint.get("/scans/<int:number>/progress")
@role(Role.MODERATOR)
def progress(number: int) -> str | Response:
    """The part that changes; without htmx it is the whole page. When the scan ends, the page is loaded anew.

    ``?told=``: the step a screen reader was told last; only another one is read out.
    """
    scan = scans.get(database.session(), number)
    if "HX-Request" not in request.headers:
        return show(number)
    shown = scan_progress.told(scan)
    is_new = request.args.get("told") != str(shown["step"])
    answer = Response(render_template("scans/_progress.html", read_out=is_new, **shown))
    if scan.state not in scans.UNDER_WAY:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.post("/scans/<int:number>/cancel")
@role(Role.MODERATOR)
def cancel(number: int) -> AnyResponse:
    """Stop it, or say that it came to its end first."""
    try:
        scan = scans.cancel(database.session(), number, current_account(), database.current().now())
    except Conflict as error:
        return _refused(number, error)
    if here.is_here(scan):
        return _done(number, gettext("Stopped. What was found stays."))
    return _done(number, gettext("Stopped. What was found stays; you can take it up again for a week."))


@blueprint.post("/scans/<int:number>/resume")
@role(Role.MODERATOR)
def resume(number: int) -> AnyResponse:
    """Take it up again, or say why that cannot be."""
    context = database.current()
    kept = folder.manifest(context.settings.home, number).exists()
    try:
        scans.resume(database.session(), number, current_account(), manifest_kept=kept, now=context.now())
    except Conflict as error:
        return _refused(number, error)
    return _done(number, gettext("Taken up again. The last seconds before it was stopped may be read twice."))


@blueprint.post("/scans/<int:number>/take-back")
@role(Role.MODERATOR)
def take_back(number: int) -> AnyResponse:
    """Undo what it says; its files go once that is written down."""
    context, session = database.current(), database.session()
    reason = request.form.get("reason", "")
    try:
        taking_back.take_back(session, number, current_account(), reason, context.now())
    except (InvalidInput, Conflict) as error:
        session.rollback()
        code = 400 if isinstance(error, InvalidInput) else 409
        return Response(_page(number, problem=error.detail, reason=reason), code)
    database.commit()
    folder.forget_all(context.settings.home, number)
    return _done(number, gettext("Taken back. It stands in the audit log."))


@blueprint.post("/scans/<int:number>/names/<int:member>")
@role(Role.MODERATOR)
def name(number: int, member: int) -> AnyResponse:
    """Say whether a row that has somebody's name is about them."""
    accepted = request.form.get("verdict") == "accept"
    person_members.decide(
        database.session(), number, member, current_account(), accepted=accepted, now=database.current().now()
    )
    return _done(number, gettext("Kept. It stands in the audit log."))


def _done(number: int, message: str) -> AnyResponse:
    database.commit()
    flash(message)
    return redirect(url_for("scans.show", number=number))


def _refused(number: int, error: Conflict) -> AnyResponse:
    database.session().rollback()
    flash(error.detail, "error")
    return redirect(url_for("scans.show", number=number))


def _form(token: str, problem: str = "") -> str:
    return render_template(
        "scans/new.html",
        form_token=token,
        problem=problem,
        values=request.form if request.method == "POST" else request.args,
        datasets=sorted(DATASETS, key=lambda one: one.name.lower()),
        largest_piece=uploads.LARGEST_PIECE,
        largest=uploads.LARGEST,
    )
