"""The audit log, for moderators: who did what when, and whether the chain holds."""

from flask import Blueprint, render_template

from commonswatch.domain.states import Role
from commonswatch.services.deciding import audit, audit_log
from commonswatch.web.frame import database
from commonswatch.web.frame.pages import page_count, wanted_page
from commonswatch.web.frame.policy import role

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@role(Role.MODERATOR, Role.ADMINISTRATOR)
def index() -> str:
    """Entries, newest first."""
    session, page = database.session(), wanted_page()
    entries = audit_log.read(session, page)
    return render_template(
        "audit.html",
        entries=entries,
        actors=audit_log.names_of_actors(session, entries),
        page=page,
        pages=page_count(audit_log.count(session), audit_log.PAGE),
    )


@blueprint.get("/audit/check")
@role(Role.MODERATOR, Role.ADMINISTRATOR)
def check() -> str:
    """Walk the whole chain now and say whether it holds."""
    try:
        count, digest = audit.verify(database.session())
    except audit.AuditBroken as error:
        return render_template("audit_check.html", broken=error.detail)
    return render_template("audit_check.html", broken="", count=count, digest=digest)
