"""The one place where the parts are put together. Starts no thread; ``cli`` does."""

from flask import Flask

from commonswatch import api, web
from commonswatch.context import Context, open_context
from commonswatch.settings import Settings


def create_app(settings: Settings, context: Context | None = None) -> Flask:
    """The web application for these settings; ``context`` when the caller has opened one already."""
    app = Flask("commonswatch.web", static_folder=None)
    app.extensions["commonswatch"] = context or open_context(settings)
    door = api.register(app)
    web.register(app)
    web.observe(door, app)
    for short_way in ("commonswatch.express", "commonswatch.express-lookups"):
        door.extensions[short_way].observer = web.noting(app)
    return app
