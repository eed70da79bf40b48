"""The page of a person shown, opened by the secret link in their invitation: no account, nothing else needed.

Opening it changes nothing; every button does one thing and says so.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.states import Channel, PersonKeyKind, PersonState
from commonswatch.models import Person
from commonswatch.services.scanning import person_keys
from commonswatch.services.telling import found, named, people
from commonswatch.web.answers import read_answer, read_place
from commonswatch.web.frame import database, headers
from commonswatch.web.frame.languages import LANGUAGES
from commonswatch.web.frame.policy import public

blueprint = Blueprint("p", __name__)


@blueprint.get("/p/<token>")
@public
def index(token: str) -> str | tuple[str, int]:
    """Who named you where, and what you can say; after a yes, what was found."""
    headers.hide_address()
    session = database.session()
    try:
        person = people.page(session, database.current().keyring, token)
    except NotFound:
        return render_template("p/gone.html"), 404
    confirmed = person.state == PersonState.CONFIRMED
    return render_template(
        "p/confirmed.html" if confirmed else "p/invited.html",
        person=person,
        token=token,
        namings=people.namings(session, person),
        found=found.found_for(session, person) if confirmed else [],
        named_at=named.places_for(session, person) if confirmed else [],
        languages=LANGUAGES,
        stated=person_keys.stated(session, database.current().keyring, person) if confirmed else [],
        kinds=PersonKeyKind,
    )


@blueprint.post("/p/<token>/confirm")
@public
def confirm(token: str) -> Response:
    """Yes; or another language or channel later."""
    person = _person(token)
    channel, language = request.form.get("channel", ""), request.form.get("language", "")
    if channel not in list(Channel) or language not in LANGUAGES:
        raise InvalidInput("Choose a language and how you want to be told.")
    people.confirm(database.session(), person, language, Channel(channel), database.current().now())
    return _back(token, gettext("Saved. You can change it here at any time; keep this link."))


@blueprint.post("/p/<token>/decline")
@public
def decline(token: str) -> Response:
    """No; also leaving later."""
    context = database.current()
    people.decline(database.session(), context.keyring, _person(token), context.now())
    return _back(token, gettext("Done. What we knew about you is deleted, and you will get no mail from us."))


@blueprint.post("/p/<token>/names")
@public
def state(token: str) -> Response:
    """Another name, or a number, under which lists of people may hold them."""
    person, kind = _confirmed(token), request.form.get("kind", "")
    if kind not in set(PersonKeyKind):
        raise InvalidInput("Choose what it is: a name or a number.")
    context, said = database.current(), request.form.get("said", "")
    try:
        person_keys.state(database.session(), context.keyring, person, PersonKeyKind(kind), said, context.now())
    except InvalidInput as error:
        flash(error.detail, "error")
        return redirect(url_for("p.index", token=token))
    return _back(token, gettext("Kept, sealed. Lists that are read from now on are compared with it."))


@blueprint.post("/p/<token>/names/<int:number>/take-back")
@public
def take_back_name(token: str, number: int) -> Response:
    """Forget one of them."""
    person_keys.take_back(database.session(), _confirmed(token), number, database.current().now())
    return _back(token, gettext("Deleted."))


@blueprint.post("/p/<token>/answers")
@public
def answer(token: str) -> Response:
    """Fine by me, or not mine."""
    person, (work_id, location_id) = _confirmed(token), read_place(request.form)
    said = read_answer(request.form)
    found.answer(database.session(), person, work_id, location_id, said, database.current().now())
    return _back(token, gettext("Thank you. You will not be told about this again. You can take it back below."))


@blueprint.post("/p/<token>/answers/take-back")
@public
def take_back(token: str) -> Response:
    """Undo an answer."""
    work_id, location_id = read_place(request.form)
    found.take_back(database.session(), _confirmed(token), work_id, location_id)
    return _back(token, gettext("Your answer was taken back."))


def _person(token: str) -> Person:
    headers.hide_address()
    return people.page(database.session(), database.current().keyring, token)


def _confirmed(token: str) -> Person:
    person = _person(token)
    if person.state != PersonState.CONFIRMED:
        raise NotFound("Say first whether you want to be told.")
    return person


def _back(token: str, message: str) -> Response:
    database.commit()
    flash(message)
    return redirect(url_for("p.index", token=token))
