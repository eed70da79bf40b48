"""Security headers of every answer, and the few exceptions a page may ask for.

No inline script or style anywhere, so there are no nonces. ``data:`` pictures are the icons inside Pico's
style sheet.
"""

from flask import Flask, Response, g, request

from commonswatch.web.frame import database

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_YEAR = 31_536_000


def register(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_add)


def allow_pictures_from_their_hosts() -> None:
    """This page shows pictures from where they are published (https only)."""
    _change("img-src", "'self' data: https:")


def allow_frame_from_here() -> None:
    """This page shows another page of ours in a frame."""
    _change("frame-src", "'self'")


def hide_address() -> None:
    """The address of this page holds a secret: no other host learns it, and nobody keeps it."""
    g.referrer_policy = "no-referrer"


def replace_content_policy(policy: str) -> None:
    """Give this answer a content policy of its own (letters shown in a sandbox)."""
    g.whole_content_policy = policy


def _change(directive: str, value: str) -> None:
    g.content_policy = {**g.get("content_policy", _POLICY), directive: value}


def _add(response: Response) -> Response:
    policy: dict[str, str] = g.get("content_policy", _POLICY)
    written = g.get("whole_content_policy") or "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["Content-Security-Policy"] = written
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = g.get("referrer_policy", "same-origin")
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    if database.current().settings.site.startswith("https:"):
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint != "assets.static":
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response
