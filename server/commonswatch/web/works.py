"""A creator's works: the list with search and filters, one work, and what can be done with it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.states import Listing, WorkState
from commonswatch.models import Work
from commonswatch.rules.licences import conditions
from commonswatch.services.registering import works
from commonswatch.services.registering.rows import parse_people
from commonswatch.services.scanning import memberships
from commonswatch.services.watching import choices
from commonswatch.web.frame import database
from commonswatch.web.frame.pages import wanted_page
from commonswatch.web.frame.policy import current_account, signed_in
from commonswatch.web.licence_choice import chosen_licence, licence_choices
from commonswatch.web.listing_choice import chosen_listing

blueprint = Blueprint("works", __name__)


@blueprint.get("/works")
@signed_in
def index() -> str:
    """The list, newest first."""
    wanted = works.Filter(
        search=request.args.get("search", "").strip(),
        state=_state(request.args.get("state", "")),
        site=request.args.get("site", "").strip(),
        registration_id=_number(request.args.get("registration", "")),
    )
    found = works.list_works(database.session(), current_account(), wanted, wanted_page())
    return render_template("works/index.html", found=found, wanted=wanted, states=list(WorkState))


@blueprint.get("/works/<int:number>")
@signed_in
def show(number: int) -> str:
    """One work."""
    return _page(works.get(database.session(), current_account(), number))


@blueprint.post("/works/<int:number>/correct")
@signed_in
def correct(number: int) -> Response | tuple[str, int]:
    """Set title and licence."""
    work = works.get(database.session(), current_account(), number)
    try:
        licence = chosen_licence(request.form.get("licence", ""), works.licence_of(work))
    except InvalidInput as error:
        return _page(work, licence_problem=error.detail), 400
    title, now = request.form.get("title", ""), database.current().now()
    works.correct(database.session(), current_account(), number, title, licence, now)
    return _done(number, gettext("Saved."))


@blueprint.post("/works/<int:number>/listing")
@signed_in
def listing(number: int) -> Response | tuple[str, int]:
    """Say where the work may be recognised."""
    session, account = database.session(), current_account()
    work = works.get(session, account, number)
    try:
        choice = chosen_listing()
    except InvalidInput as error:
        return _page(work, listing_problem=error.detail), 400
    choices.choose(session, account, number, choice, database.current().now())
    is_public = choice.listing == Listing.PUBLIC
    return _done(
        number,
        gettext("Saved. Browsers learn of it with the next version of the list.")
        if is_public
        else gettext("Saved. Our server alone compares; in the public list it is until the next version."),
    )


@blueprint.post("/works/<int:number>/people")
@signed_in
def people(number: int) -> Response | tuple[str, int]:
    """Say anew who is shown."""
    context, session = database.current(), database.session()
    work = works.get(session, current_account(), number)
    text = request.form.get("people", "")
    try:
        named = parse_people(text)
    except InvalidInput as error:
        return _page(work, people_problem=error.detail, people_text=text[:10_000]), 400
    works.set_people(
        session,
        context.keyring,
        current_account(),
        number,
        named,
        context.settings.site,
        context.now(),
        context.settings.invitation_limit,
    )
    return _done(number, gettext("Saved. Whoever is new and has an address gets one invitation."))


@blueprint.post("/works/<int:number>/withdraw")
@signed_in
def withdraw(number: int) -> Response:
    """Take a work out of all matching."""
    works.withdraw(database.session(), current_account(), number, database.current().now())
    return _done(number, gettext("Withdrawn: this work is not watched any more. You can take it back below."))


@blueprint.post("/works/<int:number>/take-back")
@signed_in
def take_back(number: int) -> Response:
    """Undo a withdrawal."""
    works.take_back(database.session(), current_account(), number, database.current().now())
    return _done(number, gettext("Taken back: this work is watched again."))


@blueprint.post("/works/<int:number>/try-again")
@signed_in
def try_again(number: int) -> Response:
    """Fetch and fingerprint once more."""
    works.try_again(database.session(), current_account(), number, database.current().now())
    return _done(number, gettext("It is being fetched again. This takes a moment."))


def _page(
    work: Work,
    licence_problem: str = "",
    people_problem: str = "",
    people_text: str | None = None,
    listing_problem: str = "",
) -> str:
    if people_text is None:
        named = works.people_named(database.session(), database.current().keyring, work)
        people_text = "\n".join(f"{one.name} <{one.address}>" if one.address else one.name for one in named)
    licence = works.licence_of(work)
    return render_template(
        "works/show.html",
        work=work,
        licence=licence,
        licences=licence_choices(licence),
        questions=conditions(licence) if licence else (),
        listed=memberships.of_work(database.session(), work.id),
        people_text=people_text,
        licence_problem=licence_problem,
        listing_problem=listing_problem,
        listed_until=f"{work.listed_until:%Y-%m-%d}" if work.listed_until else "",
        people_problem=people_problem,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _state(word: str) -> WorkState | None:
    return WorkState(word) if word in list(WorkState) else None


def _done(number: int, message: str) -> Response:
    database.commit()
    flash(message)
    return redirect(url_for("works.show", number=number))
