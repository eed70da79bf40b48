"""Security headers of pages; nothing inline; vendored files are what they say they are."""

import dataclasses
import hashlib
import re
from pathlib import Path

import commonswatch.web
import filled
import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.settings import Settings
from flask.testing import FlaskClient

WEB = Path(commonswatch.web.__file__).parent


@pytest.mark.parametrize("page", ["/", "/nothing-here", "/sign-in/password", "/healthz", "/static/site.css"])
def test_every_answer_carries_the_headers(client: FlaskClient, page: str) -> None:
    with client.get(page) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_pages_are_not_kept_but_files_are(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "private, no-store"
    address = re.search(r"/static/site\.css\?v=\w+", client.get("/").text)[0]
    with client.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_only_a_case_may_show_pictures_of_other_hosts(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context)
    assert "img-src 'self' data: https:;" in moderator.get(f"/cases/{number}").headers["Content-Security-Policy"]
    assert "https:" not in moderator.get("/cases").headers["Content-Security-Policy"]


def test_under_https_the_cookie_is_bound_to_the_host_and_hsts_is_sent(context: Context, tmp_path: Path) -> None:
    settings = Settings(home=context.settings.home, public_url="https://watch.example")
    client = create_app(settings, dataclasses.replace(context, settings=settings)).test_client()
    answer = client.get("/sign-in/password", base_url="https://watch.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-commonswatch=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_without_a_form_no_cookie_is_set(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers


def test_no_template_holds_inline_script_or_style() -> None:
    bad = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=[\"']|javascript:|<style", re.IGNORECASE)
    found = [path.name for path in WEB.rglob("*.html") if bad.search(path.read_text())]
    assert found == []


def test_every_form_that_posts_holds_the_token() -> None:
    """All but the one page that mail programs post to as well."""
    forms = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
    without = {
        f"{path.parent.name}/{path.name}"
        for path in WEB.rglob("*.html")
        for form in forms.findall(path.read_text())
        if "csrf" not in form
    }
    assert without == {"unsubscribe/ask.html"}


def test_vendored_files_are_the_ones_named() -> None:
    folder = WEB / "static" / "vendor"
    rows = re.findall(r"^\| `(\S+)` .*`([0-9a-f]{64})` \|$", (folder / "VENDORED.md").read_text(), re.MULTILINE)
    assert len(rows) == 2
    for name, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
