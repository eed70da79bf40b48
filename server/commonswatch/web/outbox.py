"""Letters that were written to the outbox folder because no mail server is set: the administrator reads them here."""

from pathlib import Path

from flask import Blueprint, Response, render_template

from commonswatch.channels import outbox
from commonswatch.domain.states import Role
from commonswatch.web.frame import database, headers
from commonswatch.web.frame.policy import role

blueprint = Blueprint("outbox", __name__)
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@blueprint.get("/outbox")
@role(Role.ADMINISTRATOR)
def index() -> str:
    """The letters kept last, newest first."""
    sends_mail = bool(database.current().settings.smtp_host)
    return render_template("outbox/index.html", letters=outbox.list_letters(_folder()), sends_mail=sends_mail)


@blueprint.get("/outbox/<name>")
@role(Role.ADMINISTRATOR)
def show(name: str) -> str:
    """One letter: its words, its links, and its HTML in a frame that may do nothing."""
    headers.allow_frame_from_here()
    return render_template("outbox/show.html", letter=outbox.read_letter(_folder(), name))


@blueprint.get("/outbox/<name>/html")
@role(Role.ADMINISTRATOR)
def html(name: str) -> Response:
    """The HTML part alone, for the frame: no scripts, no pictures, no forms, an origin of its own."""
    headers.replace_content_policy(_ALONE)
    headers.hide_address()
    return Response(outbox.read_letter(_folder(), name).html, content_type="text/html; charset=utf-8")


def _folder() -> Path:
    return database.current().settings.home / "outbox"
