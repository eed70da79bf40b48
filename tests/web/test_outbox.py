"""Letters in the outbox, shown to administrators."""

from email.message import EmailMessage

import pytest
from commonswatch.channels import outbox
from commonswatch.context import Context
from flask.testing import FlaskClient

HOSTILE = "<p>Hello</p><script>alert(1)</script><img src='https://evil.example/pixel'><form action='/members'>"


@pytest.fixture
def letter(context: Context) -> str:
    message = EmailMessage()
    message["Message-ID"] = "<1@example.org>"
    message["Subject"] = "Sign in <script>alert(1)</script>"
    message["To"] = "ada@example.org"
    message.set_content("Open https://watch.example/sign-in/abc to sign in.\nnot a link: javascript:alert(1)")
    message.add_alternative(HOSTILE, subtype="html")
    return outbox.write(message, context.settings.home / "outbox").name


def test_an_empty_outbox_says_so(administrator: FlaskClient) -> None:
    page = administrator.get("/outbox").text
    assert "No letters yet" in page
    assert "COMMONSWATCH_SMTP_HOST" in page


def test_a_letter_is_shown_as_text_with_its_links(administrator: FlaskClient, letter: str) -> None:
    assert f"/outbox/{letter}" in administrator.get("/outbox").text
    page = administrator.get(f"/outbox/{letter}").text
    assert '<a href="https://watch.example/sign-in/abc" rel="noreferrer"' in page
    assert 'href="javascript:' not in page
    assert "<script>alert" not in page
    assert '<iframe class="letter-frame" sandbox ' in page


def test_the_html_of_a_letter_may_do_nothing(administrator: FlaskClient, letter: str) -> None:
    answer = administrator.get(f"/outbox/{letter}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "script-src" not in policy
    assert "img-src" not in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("name", ["nothing.eml", "..%2f..%2fkeys%2fdigest_key", "a" * 64 + ".eml"])
def test_other_files_are_not_letters(administrator: FlaskClient, name: str) -> None:
    assert administrator.get(f"/outbox/{name}").status_code == 404
    assert administrator.get(f"/outbox/{name}/html").status_code == 404


def test_a_moderator_reads_no_letters(moderator: FlaskClient, letter: str) -> None:
    assert moderator.get(f"/outbox/{letter}").status_code == 403
    assert moderator.get(f"/outbox/{letter}/html").status_code == 403
