"""The first page: what this is, in plain words, and what you can do here."""

from flask import Blueprint, render_template

from commonswatch.web.frame import navigation
from commonswatch.web.frame.policy import public

blueprint = Blueprint("home", __name__)
_STARTS = 2


@blueprint.get("/")
@public
def index() -> str:
    """What the product is, for everybody; the buttons lead to the first entries of their menu."""
    return render_template("home.html", starts=navigation.navigation()[:_STARTS])
