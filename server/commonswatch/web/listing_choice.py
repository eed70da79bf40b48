"""Where a work may be recognised, as a choice in forms. Shared by the pages that ask for it."""

from flask import request

from commonswatch.services.watching.choices import Choice, read_choice
from commonswatch.web.frame import database


def chosen_listing() -> Choice:
    """What was chosen in the form that was sent. Raise InvalidInput."""
    word, until = request.form.get("listing", ""), request.form.get("listed_until", "")
    return read_choice(word, until, database.current().now())
