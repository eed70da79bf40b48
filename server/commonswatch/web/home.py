"""The first page: what this is, in plain words, and what you can do here."""

from flask import Blueprint, render_template

from commonswatch.web.policy import public

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    """What the product is, for everybody."""
    return render_template("home.html")
