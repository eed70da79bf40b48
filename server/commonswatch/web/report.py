"""Reporting a place without the extension, and the page of a receipt. Always anonymous, also for those signed in.

The same service, limits and receipts as ``/api/v1/reports``; what is told of a report is the same too.
"""

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from commonswatch.domain.errors import InvalidInput, TooMany
from commonswatch.domain.networks import network_of
from commonswatch.keyring import new_token
from commonswatch.services.registering.web_addresses import read_url
from commonswatch.services.reporting import outcomes, reports
from commonswatch.services.reporting.reports import Incoming, Receipt
from commonswatch.services.reporting.submissions import MAX_MEDIA
from commonswatch.services.words import is_clean
from commonswatch.web.frame import database, headers
from commonswatch.web.frame.policy import public

blueprint = Blueprint("report", __name__)

LONGEST_NOTE = 2000
_LONGEST_TEXT = 100_000  # of a field that is shown again


@blueprint.get("/report")
@public
def index() -> str:
    """The form; its hidden key makes a double click one report."""
    return _form(new_token(), {})


@blueprint.post("/report")
@public
def send() -> AnyResponse:
    """Take the report in, then show its receipt."""
    form_key = request.form.get("form_key", "")[:100] or new_token()
    submission, problems = _read_form()
    if problems:
        return Response(_form(form_key, problems), 400)
    context, session = database.current(), database.session()
    [answer] = reports.receive(session, context.keyring, [_incoming(form_key, submission)], context.now())
    if not isinstance(answer, Receipt):
        session.rollback()
        refused = Response(_form(form_key, {"all": answer.detail}), 429 if isinstance(answer, TooMany) else 409)
        if isinstance(answer, TooMany):
            refused.headers["Retry-After"] = str(answer.retry_after)
        return refused
    database.commit()
    return redirect(url_for("report.show", receipt=answer.receipt), 303)


@blueprint.get("/report/<receipt>")
@public
def show(receipt: str) -> str:
    """What became of a report, however it was sent."""
    headers.hide_address()
    return render_template("report/receipt.html", told=outcomes.outcome(database.session(), receipt))


def _form(form_key: str, problems: dict[str, str]) -> str:
    values = {name: request.form.get(name, "")[:_LONGEST_TEXT] for name in ("page", "media", "note")}
    return render_template(
        "report/index.html", form_key=form_key, problems=problems, longest_note=LONGEST_NOTE, **values
    )


def _read_form() -> tuple[dict[str, Any], dict[str, str]]:
    """What is reported, in the shape of the JSON door; and what is wrong, by field."""
    problems, read = {}, {}
    for name, reader in (("page", _page), ("media", _media), ("note", _note)):
        try:
            read[name] = reader(request.form.get(name, ""))
        except InvalidInput as error:
            problems[name] = error.detail
    return {"version": 1, **{name: value for name, value in read.items() if value}}, problems


def _page(text: str) -> str:
    if len(text.split()) != 1:
        raise InvalidInput(gettext("Give the address of one page, as it stands in the browser."))
    return read_url(text)


def _media(text: str) -> list[dict[str, str]]:
    lines = text.split()
    if len(lines) > MAX_MEDIA:
        raise InvalidInput(gettext("At most %(most)s addresses fit into one report.", most=MAX_MEDIA))
    return [{"url": _in_line(number, line)} for number, line in enumerate(lines, 1)]


def _in_line(number: int, line: str) -> str:
    try:
        return read_url(line)
    except InvalidInput as error:
        where = gettext("Address %(number)s:", number=number)
        raise InvalidInput(f"{where} {error.detail}") from error


def _note(text: str) -> str:
    note = "\n".join(text.split("\r\n")).strip()
    if len(note) > LONGEST_NOTE or not all(is_clean(line.replace("\t", " ")) for line in note.split("\n")):
        raise InvalidInput(gettext("Use plain text of at most %(most)s letters.", most=LONGEST_NOTE))
    return note


def _incoming(form_key: str, submission: dict[str, Any]) -> Incoming:
    """The key is of this form and these words: sent twice it is one report, changed it is another."""
    context, body = database.current(), json.dumps(submission, ensure_ascii=False).encode()
    network = context.keyring.digest("network", network_of(request.remote_addr or ""))
    key = f"form:{form_key}:{hashlib.sha256(body).hexdigest()}"
    return Incoming("anonymous", network, key, body, context.settings.report_limit_anonymous)
