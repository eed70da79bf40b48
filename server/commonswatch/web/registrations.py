"""Registering works: the form, the CSV template, and how far a registration has come."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import InvalidInput, TooMany
from commonswatch.keyring import new_token
from commonswatch.services.registering import registrations, works
from commonswatch.services.registering.rows import CSV_TEMPLATE, LONGEST_FILE, Row, RowError, parse_people, parse_rows
from commonswatch.services.scanning import memberships
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, signed_in
from commonswatch.web.licence_choice import chosen_licence, licence_choices
from commonswatch.web.listing_choice import chosen_listing

blueprint = Blueprint("registrations", __name__)

PROBLEMS_SHOWN = 200


@blueprint.get("/registrations/new")
@signed_in
def new() -> str:
    """The form: addresses or a CSV, a licence, people shown."""
    return _form({}, new_token())


@blueprint.post("/registrations")
@signed_in
def create() -> AnyResponse | tuple[str, int]:
    """Register what was pasted or uploaded. Everything is read and judged before the database is asked for."""
    token = request.form.get("form_token", "")[:100] or new_token()
    try:
        rows = _rows()
        licence = chosen_licence(request.form.get("licence", ""))
        named = parse_people(request.form.get("people", ""))
        choice = chosen_listing()
        context, session = database.current(), database.session()
        registration = registrations.register(
            session,
            context.keyring,
            current_account(),
            rows,
            licence,
            named,
            token,
            context.settings.site,
            context.now(),
            context.settings.invitation_limit,
            choice,
        )
    except (InvalidInput, TooMany) as error:
        database.session().rollback()
        status = 400 if isinstance(error, InvalidInput) else 429
        return _form(request.form.to_dict(), token, error.detail), status
    database.commit()
    return redirect(url_for("registrations.show", number=registration.id))


@blueprint.get("/registrations/<int:number>")
@signed_in
def show(number: int) -> str:
    """How far it has come; the part that changes is fetched again every two seconds while it is unfinished."""
    return render_template("registrations/show.html", **_progress(number))


@blueprint.get("/registrations/<int:number>/progress")
@signed_in
def progress(number: int) -> str:
    """The part that changes; without htmx it is the whole page."""
    template = "_progress.html" if "HX-Request" in request.headers else "show.html"
    return render_template(f"registrations/{template}", **_progress(number))


@blueprint.post("/registrations/<int:number>/try-again")
@signed_in
def try_again(number: int) -> AnyResponse:
    """Fetch again what could not be fingerprinted."""
    session, account = database.session(), current_account()
    registration = registrations.find(session, number, account)
    count = works.try_all_again(session, account, registration, database.current().now())
    database.commit()
    flash(ngettext("%(num)s work is being fetched again.", "%(num)s works are being fetched again.", count))
    return redirect(url_for("registrations.show", number=number))


@blueprint.get("/registrations/template.csv")
@signed_in
def template() -> Response:
    """A CSV to fill in, with the columns and two made-up rows."""
    answer = Response("\ufeff" + CSV_TEMPLATE, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="works.csv"'
    return answer


def _rows() -> list[Row | RowError]:
    """What was uploaded, or else pasted."""
    uploaded = request.files.get("file")
    limit = database.current().settings.registration_rows
    if uploaded is not None and uploaded.filename:
        with uploaded.stream as stream:
            raw = stream.read(LONGEST_FILE + 1)
        if len(raw) > LONGEST_FILE:
            raise RequestEntityTooLarge
        return parse_rows(raw, limit)
    return parse_rows(request.form.get("addresses", ""), limit)


def _form(values: dict[str, str], token: str, problem: str = "") -> str:
    return render_template(
        "registrations/new.html",
        values=values,
        form_token=token,
        problem=problem,
        licences=licence_choices(),
        most_rows=database.current().settings.registration_rows,
        shows_name=current_account().name,
    )


def _progress(number: int) -> dict[str, object]:
    session, account = database.session(), current_account()
    registration = registrations.find(session, number, account)
    wanted = works.Filter(registration_id=number)
    return {
        "registration": registration,
        "progress": registrations.progress(session, number, account),
        "problems": registrations.problems_of(session, registration, PROBLEMS_SHOWN),
        "reasons": registrations.common_reasons(session, registration),
        "found": works.list_works(session, account, wanted),
        "listed": memberships.of_registration(session, registration.id),
        "unlicensed": works.count_without_licence(session, account, registration.id),
    }
