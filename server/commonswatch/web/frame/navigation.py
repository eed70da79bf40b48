"""The menu: which pages whoever is here may go to."""

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import gettext
from flask_login import current_user

from commonswatch.domain.states import Role
from commonswatch.web.frame.policy import current_roles


@dataclass(frozen=True)
class Entry:
    """One entry of the menu; ``here`` when the page shown belongs to it."""

    label: str
    address: str
    here: bool


def register(app: Flask) -> None:
    """Give templates ``navigation()`` and ``product_name``."""
    app.jinja_env.globals["navigation"] = navigation
    app.jinja_env.globals["product_name"] = app.extensions["commonswatch"].settings.product_name


def navigation() -> list[Entry]:
    """The menu for whoever is here, in the order of use."""
    return [
        Entry(label, url_for(endpoint), here=request.blueprint == endpoint.split(".")[0])
        for endpoint, label in _wanted()
        if endpoint in current_app.view_functions
    ]


def _wanted() -> list[tuple[str, str]]:
    if not current_user.is_authenticated:
        return [
            ("datasets.index", gettext("Datasets")),
            ("extension.index", gettext("Extension")),
            ("sign_in.index", gettext("Sign in")),
        ]
    roles, wanted = current_roles(), []
    if Role.MODERATOR in roles:
        wanted += [("cases.index", gettext("Cases")), ("scans.index", gettext("Scans"))]
        wanted += [("pictures.index", gettext("Pictures")), ("audit.index", gettext("Audit log"))]
    wanted += [("works.index", gettext("Works")), ("found.index", gettext("Found"))]
    wanted += [("datasets.index", gettext("Datasets"))]
    if Role.MODERATOR in roles or Role.ADMINISTRATOR in roles:
        wanted += [("jobs.index", gettext("Jobs"))]
    if Role.ADMINISTRATOR in roles:
        wanted += [("members.index", gettext("Members")), ("outbox.index", gettext("Outbox"))]
    wanted += [("extension.index", gettext("Extension")), ("devices.index", gettext("Devices"))]
    return [*wanted, ("account.index", gettext("Account"))]
