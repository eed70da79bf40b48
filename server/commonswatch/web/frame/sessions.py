"""The cookie that remembers who is signed in: signed, HttpOnly, SameSite=Lax, ``__Host-`` under https."""

from datetime import timedelta

from flask import Flask

from commonswatch.settings import Settings

_LIFETIME = timedelta(days=14)


def register(app: Flask, settings: Settings, key: bytes) -> None:
    """Set up the session cookie; ``key`` signs it."""
    secure = settings.site.startswith("https:")
    prefix = "__Host-" if secure else ""
    app.secret_key = key
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
