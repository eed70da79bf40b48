"""What watchers do in the story: one with a paired browser, one without an account, over HTTP as extensions do."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.browser import hosts
from tests.browser.stage import eventually
from tests.browser.visitor import Visitor


@dataclass(frozen=True)
class Answered:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class Watcher:
    """A browser extension as the API sees it."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.token = ""

    def pairs(self, code: str) -> None:
        answered = self.asks("POST", "/api/v1/devices", {"code": code.lower(), "name": "Firefox on a laptop"})
        assert answered.status == 201
        self.token = answered.body["token"]

    def reports(self, page: str, *media: str, key: str) -> str:
        """Report media seen on a page, twice, as a bad line makes one do; returns the one receipt."""
        body = {"version": 1, "page": page, "media": [{"url": url} for url in media]}
        first, second = (self.asks("POST", "/api/v1/reports", body, {"Idempotency-Key": key}) for _ in range(2))
        assert (first.status, second.status) == (202, 202)
        assert (first.body["repeated"], second.body["repeated"]) == (False, True)
        assert first.body["receipt"] == second.body["receipt"]
        return str(first.body["receipt"])

    def learns(self, receipt: str) -> str:
        """Ask until the report was checked; returns what became of it."""
        address = f"/api/v1/reports/{receipt}"
        eventually(lambda: self.asks("GET", address).body.get("state") != "received", "the report was not checked")
        return str(self.asks("GET", address).body["state"])

    def is_alerted(self) -> None:
        """The alert of the account behind the device, and nothing new when asked again."""
        first = self.asks("GET", "/api/v1/alerts?after=0")
        assert first.status == 200, first.body
        [alert] = first.body["alerts"]
        assert (alert["url"], alert["site"]) == (hosts.FACES, "github.com")
        again = self.asks("GET", "/api/v1/alerts?after=0", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status == 304
        assert self.asks("GET", f"/api/v1/alerts?after={alert['id']}").body["alerts"] == []

    def asks(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answered:
        fields = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.site + path, data=data, headers=fields, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answered(answer.status, answer.headers, json.loads(answer.read() or b"{}"))
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, error.headers, json.loads(error.read() or b"{}"))


def makes_a_pairing_code(visitor: Visitor) -> str:
    """Somebody signed in makes a code on the page “Devices”."""
    page = visitor.open("/devices")
    visitor.press("Make a pairing code")
    code = page.locator(".pairing-code").inner_text().strip()
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    return code


def sees_the_device(visitor: Visitor) -> None:
    visitor.open("/devices")
    assert visitor.sees("Firefox on a laptop")
