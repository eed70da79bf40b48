"""The first page: what this is, for strangers; and for those who are signed in, what they may want to do next."""

from flask import Blueprint, render_template
from flask_login import current_user

from commonswatch.domain.states import Role
from commonswatch.web import next_steps
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_account, current_roles, public

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    """Strangers learn what the product is; others see what waits for them."""
    if not current_user.is_authenticated:
        return about()
    account = current_account()
    steps = next_steps.of_account(database.session(), account, database.current().settings)
    return render_template("start.html", account=account, steps=steps, moderates=Role.MODERATOR in current_roles())


@blueprint.get("/about")
@public
def about() -> str:
    """What the product is, for everybody."""
    return render_template("home.html")
