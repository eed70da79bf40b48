"""The page that hands out the extension: open to everybody, the files whole, kept by browsers until they change."""

import hashlib
import io
import json
import zipfile

import pytest
from commonswatch.web.packed_extension import BROWSERS, pack
from flask.testing import FlaskClient


def test_strangers_find_the_extension_through_the_menu(client: FlaskClient) -> None:
    assert 'href="/extension"' in client.get("/").text
    page = client.get("/extension").text
    assert "It sends nothing by itself" in page
    assert all(pack(browser).sha256 in page for browser in BROWSERS)
    assert 'href="/devices"' in page


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_file_is_whole_and_has_the_digest_that_is_shown(client: FlaskClient, browser: str) -> None:
    answer = client.get(f"/extension/{browser}.zip")
    assert answer.mimetype == "application/zip"
    assert f"commonswatch-{browser}-" in answer.headers["Content-Disposition"]
    assert hashlib.sha256(answer.data).hexdigest() == pack(browser).sha256
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert packed.testzip() is None
    assert json.loads(packed.read("manifest.json"))["manifest_version"] == 3


def test_a_browser_that_has_the_file_is_not_sent_it_again(client: FlaskClient) -> None:
    first = client.get("/extension/firefox.zip")
    again = client.get("/extension/firefox.zip", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_each_manifest_holds_only_what_its_browser_knows() -> None:
    manifests = {
        browser: json.loads(zipfile.ZipFile(io.BytesIO(pack(browser).data)).read("manifest.json"))
        for browser in BROWSERS
    }
    assert set(manifests["chrome"]["background"]) == {"service_worker", "type"}
    assert set(manifests["firefox"]["background"]) == {"scripts", "type"}
    assert not manifests["chrome"].keys() & {"browser_specific_settings", "sidebar_action"}
    assert not manifests["firefox"].keys() & {"minimum_chrome_version", "side_panel"}
    assert "sidePanel" not in manifests["firefox"]["permissions"]
    assert manifests["chrome"]["version"] == manifests["firefox"]["version"]


def test_another_browser_is_told_that_there_is_none(client: FlaskClient) -> None:
    assert client.get("/extension/lynx.zip").status_code == 404
