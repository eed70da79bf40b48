"""The moderators' queue and the page of one case: evidence side by side, why each match is one, the decision."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.domain.states import CaseState, DecisionVerdict, Role
from commonswatch.fetch.connectors import closed
from commonswatch.models import Case
from commonswatch.rules import catalogue
from commonswatch.services.deciding import case_details, case_queue, cases, sight
from commonswatch.services.membership import members
from commonswatch.services.reporting import copies, listings
from commonswatch.services.scanning import person_members
from commonswatch.web.frame import database, headers
from commonswatch.web.frame.pages import page_count, wanted_page
from commonswatch.web.frame.policy import current_account, role

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@role(Role.MODERATOR)
def index() -> str:
    """The queue: most people affected first, then the oldest; by state, site and dataset."""
    session, state = database.session(), _state()
    site, dataset = request.args.get("site", "")[:253], request.args.get("dataset", "")[:60]
    queue = case_queue.queue_page(session, site=site or None, dataset=dataset or None, state=state, page=wanted_page())
    return render_template(
        "cases/index.html",
        queue=queue,
        copies=copies.at(session, [line.location_id for line in queue.lines]),
        names=person_members.waiting(session),
        sites=case_queue.sites(session, state),
        datasets=case_queue.datasets(session, state),
        counts=cases.counts(session),
        states=CaseState,
        state=state,
        site=site,
        dataset=dataset,
    )


@blueprint.get("/cases/<int:number>")
@role(Role.MODERATOR)
def show(number: int) -> str:
    """One case."""
    return _page(case_details.load(database.session(), number))


@blueprint.post("/cases/<int:number>")
@role(Role.MODERATOR)
def decide(number: int) -> AnyResponse:
    """Confirm, dismiss or reopen the case as it was shown."""
    session, context = database.session(), database.current()
    account, reason = current_account(), request.form.get("reason", "")
    try:
        cases.decide(session, number, account, _verdict(), reason, _version(), context.now())
    except InvalidInput as error:
        session.rollback()
        return Response(_page(case_details.load(session, number), problem=error.detail, reason=reason), 400)
    except Conflict as error:
        session.rollback()
        return Response(_meanwhile(number, error.detail, reason), 409)
    database.commit()
    flash(gettext("Decided. It stands in the audit log."))
    return redirect(url_for("cases.show", number=number))


@blueprint.post("/cases/<int:number>/access-code")
@role(Role.MODERATOR)
def show_access_code(number: int) -> str:
    """Show the access codes of one of the case's places, or of all; who looked is written down first."""
    session, context = database.session(), database.current()
    case = case_details.load(session, number)
    codes = case_details.show_access_codes(session, context.keyring, case, current_account(), context.now(), _place())
    database.commit()
    return _page(case, codes=codes)


@blueprint.post("/cases/<int:number>/lists")
@role(Role.MODERATOR)
def read_lists(number: int) -> AnyResponse:
    """Have the lists behind the case's place read, once more if they were."""
    session, now = database.session(), database.current().now()
    case = case_details.load(session, number)
    where = listings.place_of(case.location)
    if where is None or not listings.ask(session, case.location_id, where, [], now, at_once=True):
        raise InvalidInput(gettext("The lists of this place cannot be read: it opens only with a code."))
    database.commit()
    flash(gettext("They are looked for now. What is found appears here and under Scans."))
    return redirect(url_for("cases.show", number=number))


def _page(case: Case, *, problem: str = "", reason: str = "", codes: dict[int, list[str]] | None = None) -> str:
    headers.allow_pictures_from_their_hosts()
    session, page = database.session(), wanted_page()
    lists = listings.scans_at(session, case.location_id)
    works, sightings = case_details.count_sightings(session, case), case_details.sightings(session, case, page)
    waiting = case_queue.queue_page(session).lines if case.state != CaseState.OPEN else ()
    return render_template(
        "cases/show.html",
        case=case,
        works=works,
        new_works=case_details.count_new(session, case),
        since=case_details.undecided_since(case),
        sight=sight,
        sightings=sightings,
        only_named=works == len(sightings) and not sight.any_seen(sightings),
        people=cases.people_affected(session, case.id),
        told_before=cases.people_told_before(session, case.id),
        named=len(cases.named_people(session, case.id)),
        names=person_members.waiting(session) if case.state == CaseState.OPEN else [],
        answers=case_details.answers(session, case),
        listed=case_details.listed(session, case),
        origins=catalogue.ancestors,
        lists=lists,
        lists_said=any(closed.INSTEAD in (one.problem or "") for one in lists),
        lists_wait=listings.is_being_read(session, case.location_id),
        lists_closed=_why_closed(case),
        copies=copies.at(session, [case.location_id])[case.location_id],
        places_with_codes=case_details.places_with_codes(session, case),
        codes=codes or {},
        deciders=members.names(session, {decision.moderator_id for decision in case.decisions}),
        next_case=waiting[0].id if waiting else None,
        problem=problem,
        reason=reason,
        page=page,
        pages=page_count(works, case_details.SIGHTINGS_PAGE),
    )


def _meanwhile(number: int, detail: str, reason: str) -> str:
    """Somebody was faster: what they decided, and the words that were not kept."""
    session = database.session()
    case = case_details.load(session, number)
    last = case.decisions[-1] if case.decisions else None
    decider = members.names(session, {last.moderator_id}).get(last.moderator_id, "") if last else ""
    return render_template("cases/meanwhile.html", case=case, detail=detail, last=last, decider=decider, reason=reason)


def _why_closed(case: Case) -> str | None:
    """Why the files behind the place cannot be had, and what a moderator can do instead; None where they can."""
    where = listings.place_of(case.location)
    if where is None or where.access is not None or case_details.places_with_codes(database.session(), case):
        return closed.CODE
    return closed.words(where.key.partition(":")[0])


def _state() -> CaseState:
    wanted = request.args.get("state", "")
    return CaseState(wanted) if wanted in set(CaseState) else CaseState.OPEN


def _verdict() -> DecisionVerdict:
    wanted = request.form.get("verdict", "")
    if wanted not in set(DecisionVerdict):
        raise InvalidInput(gettext("Choose whether to confirm or to dismiss."))
    return DecisionVerdict(wanted)


def _place() -> int | None:
    """The row number of one place, None for all of them."""
    text = request.form.get("place")
    return text if text is None else int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _version() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(gettext("Open the case again and decide there."))
    return int(text)
