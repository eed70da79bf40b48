"""The browser extension: what it does and never does, and its files to load. ``packed_extension`` makes them."""

import io

from flask import Blueprint, render_template, request, send_file
from flask_babel import gettext
from werkzeug.wrappers import Response

from commonswatch.domain.errors import NotFound
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import public
from commonswatch.web.packed_extension import BROWSERS, pack

blueprint = Blueprint("extension", __name__)


@blueprint.get("/extension")
@public
def index() -> str:
    """What it is, where to get it, how to load it and how to pair it."""
    site = database.current().settings.site
    return render_template("extension.html", packed={browser: pack(browser) for browser in BROWSERS}, site=site)


@blueprint.get("/extension/<browser>.zip")
@public
def download(browser: str) -> Response:
    """The extension for one browser, with its digest as ETag."""
    if browser not in BROWSERS:
        raise NotFound(gettext("There is no extension for this browser."))
    packed = pack(browser)
    answer = send_file(
        io.BytesIO(packed.data),
        mimetype="application/zip",
        as_attachment=True,
        download_name=packed.name,
        etag=packed.sha256,
        max_age=0,
    )
    return answer.make_conditional(request)
