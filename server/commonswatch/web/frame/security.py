"""Passwords, passkeys and the session of whoever signed in: Flask-Security, set up on our tables.

Signing in by mail link is our own page (``sign_in``); it ends in ``sign_in`` here.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Flask
from flask_babel import gettext
from flask_login import user_logged_out
from flask_security import Security, SQLAlchemySessionUserDatastore, login_user
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from commonswatch.keyring import Keyring
from commonswatch.models import Account
from commonswatch.settings import Settings
from commonswatch.web.frame import database, policy
from commonswatch.web.frame.passkeys import PasskeyRules
from commonswatch.web.frame.signed_in import PasskeyOfSignedIn, RoleOfSignedIn, SignedIn

_PUBLIC = ("login", "logout", "wan_signin", "wan_signin_response")
_SIGNED_IN = (
    "verify",
    "change_password",
    "wan_register",
    "wan_register_response",
    "wan_delete",
    "wan_verify",
    "wan_verify_response",
    "tf_select",  # comes with passkeys; there are no second factors, so it leads nowhere
)
_READS_ONLY = frozenset({"security.login", "security.logout", "security.verify"})


def register(app: Flask, settings: Settings, keyring: Keyring) -> None:
    """Set up Flask-Security and say who may open its pages."""
    app.config.update(_features(settings), **_pages())
    app.config["SECURITY_PASSWORD_SALT"] = keyring.digest("password", b"pepper").hex()
    session: Any = LocalProxy(_session)
    datastore = SQLAlchemySessionUserDatastore(session, SignedIn, RoleOfSignedIn, PasskeyOfSignedIn)
    security = Security(app, datastore, webauthn_util_cls=PasskeyRules)
    security.login_manager._request_callback = None  # noqa: SLF001 – or a token would open pages
    user_logged_out.connect(_end_all_sessions, app)
    app.jinja_env.globals["passkeys_work_here"] = _passkeys_work_here
    for names, who in ((_PUBLIC, policy.PUBLIC), (_SIGNED_IN, policy.SIGNED_IN)):
        for name in names:
            policy.declare(app, f"security.{name}", who)


def sign_in(account: Account, how: str = "email") -> None:
    """Sign this account in, in this browser. What the browser's session held before is dropped."""
    signed_in = database.session().get_one(SignedIn, account.id)
    flask.session.clear()
    login_user(signed_in, authn_via=[how])
    flask.session.permanent = True


def _end_all_sessions(_app: Flask, user: Any, **_more: Any) -> None:
    """Signing out ends the account's sessions in all browsers: a copied cookie must not outlive it by days."""
    if user.is_authenticated:
        session = database.session()
        session.execute(update(Account).where(Account.id == user.id).values(fs_uniquifier=uuid.uuid4().hex))
        database.commit()
        flask.flash(gettext("You are signed out, in all browsers."))


def _passkeys_work_here() -> bool:
    """Browsers bind passkeys to a name; an address in numbers has none."""
    host = urlsplit(f"//{flask.request.host}").hostname or ""
    return not host.replace(".", "").isdigit() and ":" not in host


def _session() -> Session:
    """Pages of Flask-Security that change something write; all others only ask who is there."""
    request = flask.request
    writes = request.blueprint == "security" and request.method == "POST" and request.endpoint not in _READS_ONLY
    return database.session() if writes else database.asking_session()


def _features(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_DATETIME_FACTORY": lambda: datetime.now(UTC),
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": settings.product_name,
        "SECURITY_WAN_ALLOW_AS_MULTI_FACTOR": False,
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {},
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": ("Address and password do not fit together. Try again.", "error"),
        "SECURITY_FRESHNESS": timedelta(minutes=30),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=30),
        "SECURITY_STATIC_FOLDER": None,
    }


def _pages() -> dict[str, str]:
    return {
        "SECURITY_LOGIN_URL": "/sign-in/password",
        "SECURITY_POST_LOGIN_VIEW": "/start",
        "SECURITY_WAN_SIGNIN_URL": "/sign-in/passkey",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_VERIFY_URL": "/account/confirm",
        "SECURITY_WAN_VERIFY_URL": "/account/confirm-passkey",
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_WAN_REGISTER_URL": "/account/passkeys",
        "SECURITY_WAN_DELETE_URL": "/account/passkeys/remove",
        "SECURITY_LOGIN_USER_TEMPLATE": "security/password.html",
        "SECURITY_WAN_SIGNIN_TEMPLATE": "security/passkey.html",
        "SECURITY_VERIFY_TEMPLATE": "security/confirm.html",
        "SECURITY_WAN_VERIFY_TEMPLATE": "security/confirm_passkey.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "security/change_password.html",
        "SECURITY_WAN_REGISTER_TEMPLATE": "security/passkeys.html",
        "SECURITY_LOGOUT_USER_TEMPLATE": "security/signed_out.html",
    }
