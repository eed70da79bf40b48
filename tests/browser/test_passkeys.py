"""A passkey, made and used in a real browser with a made-up authenticator."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from commonswatch import schema
from commonswatch.app import create_app
from commonswatch.context import open_context
from commonswatch.services.membership import setup
from commonswatch.settings import Settings
from playwright.sync_api import Page, Playwright, expect
from werkzeug.serving import make_server

from tests.browser.visitor import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:wtforms"),  # of Flask-Security's own form
]

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A running site under a name (passkeys are bound to names), and its set-up link."""
    settings = Settings(home=tmp_path, public_url="http://localhost")
    context = open_context(settings)
    schema.upgrade(context.database.engine)
    server = make_server("127.0.0.1", 0, create_app(settings, context), threaded=True)
    address = f"http://localhost:{server.server_port}"
    with context.database.reading() as session:
        link = setup.make_setup_link(session, context.keyring, address, context.now())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield address, link or ""
    server.shutdown()
    thread.join()
    server.server_close()
    context.database.engine.dispose()


@pytest.fixture
def page(playwright: Playwright, site: tuple[str, str]) -> Iterator[Page]:
    port = urlsplit(site[0]).port or 0
    with chromium(playwright, {"localhost": ("127.0.0.1", port)}) as browser:
        context = browser.new_context()
        opened = context.new_page()
        devtools = context.new_cdp_session(opened)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
        yield opened
        context.close()


def test_a_passkey_made_on_the_account_page_signs_in_again(site: tuple[str, str], page: Page) -> None:
    address, link = site
    page.goto(link)
    page.get_by_label("Mail address").fill("ada@example.org")
    page.get_by_role("button", name="Become administrator").click()
    page.goto(f"{address}/account/passkeys")
    page.get_by_label("Name of the new passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Laptop")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.goto(f"{address}/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.goto(f"{address}/account/passkeys")
    page.get_by_role("button", name="Remove Laptop").click()
    expect(page.get_by_role("heading", name="Laptop")).to_have_count(0)


def test_a_browser_without_a_passkey_is_told_what_to_do(site: tuple[str, str], page: Page) -> None:
    page.goto(f"{site[0]}/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("did not answer with a passkey")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in with a link sent by mail")).to_be_visible()
