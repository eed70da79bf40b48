"""The cookie that remembers who is signed in: signed, HttpOnly, SameSite=Lax, ``__Host-`` under https."""

from datetime import timedelta

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from commonswatch.settings import Settings
from commonswatch.web import policy

_LIFETIME = timedelta(days=14)


class _PagesOnly(SecureCookieSessionInterface):
    """Reads the cookie for pages and never for the API."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None makes Flask use a session that is empty and cannot be written."""
        if request.path.startswith(policy.API):
            return None
        return super().open_session(app, request)


def register(app: Flask, settings: Settings, key: bytes) -> None:
    """Set up the session cookie; ``key`` signs it."""
    secure = settings.site.startswith("https:")
    prefix = "__Host-" if secure else ""
    app.secret_key = key
    app.session_interface = _PagesOnly()
    app.config.update(
        SESSION_COOKIE_NAME=prefix + "commonswatch",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=_LIFETIME,
        REMEMBER_COOKIE_NAME=prefix + "commonswatch-remember",
        REMEMBER_COOKIE_SECURE=secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
    )
