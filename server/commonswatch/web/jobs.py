"""What the worker has to do, and what it gave up: a person can start that again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.domain.states import JobState, Role
from commonswatch.services.upkeep import dead_letters, numbers, queue
from commonswatch.web.frame import database
from commonswatch.web.frame.pages import page_count, wanted_page
from commonswatch.web.frame.policy import current_account, role

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
@role(Role.MODERATOR, Role.ADMINISTRATOR)
def index() -> str:
    """Counts by state, and the jobs that gave up."""
    session, page = database.session(), wanted_page()
    return render_template(
        "jobs.html",
        backlog=queue.backlog(session),
        waiting=numbers.waiting_jobs(session, database.current().now()),
        states=JobState,
        dead=dead_letters.read(session, page),
        page=page,
        pages=page_count(dead_letters.count(session), dead_letters.PAGE),
    )


@blueprint.post("/jobs/<int:number>/again")
@role(Role.MODERATOR, Role.ADMINISTRATOR)
def again(number: int) -> Response:
    """Start a job again that gave up."""
    actor = f"account:{current_account().id}"
    dead_letters.start_again(database.session(), number, actor, database.current().now())
    database.commit()
    flash(gettext("Started again. It will be done in a moment."))
    return redirect(url_for("jobs.index"))
