"""The languages of the pages. English is the language of the source; catalogues lie in ``translations``."""

from flask import Flask, request
from flask_babel import Babel, get_locale

LANGUAGES = ("en",)


def register(app: Flask) -> None:
    """Choose the language of each request from what the browser accepts."""
    app.config.update(BABEL_DEFAULT_LOCALE="en", BABEL_DEFAULT_TIMEZONE="UTC")
    Babel(app, locale_selector=_locale)
    app.jinja_env.globals["get_locale"] = get_locale


def _locale() -> str:
    return request.accept_languages.best_match(LANGUAGES) or "en"
