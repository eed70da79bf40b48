"""Style sheets, scripts and pictures of the site itself. Each address carries a digest, so browsers may keep it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, url_for

from commonswatch.web.frame import policy

_FOLDER = Path(__file__).parents[1] / "static"
_YEAR = 31_536_000
blueprint = Blueprint("assets", __name__, static_folder=str(_FOLDER), static_url_path="/static")


def register(app: Flask) -> None:
    """Serve ``static`` and give templates ``asset('site.css')``."""
    app.register_blueprint(blueprint)
    policy.declare(app, "assets.static", policy.PUBLIC)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a file in ``static``, with the start of its digest."""
    return url_for("assets.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]


@blueprint.after_app_request
def _keep(response: Response) -> Response:
    if request.endpoint == "assets.static" and response.status_code == 200:
        lasting = "v" in request.args
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable" if lasting else "no-cache"
    return response
