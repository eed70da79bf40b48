"""A watcher's side of the demo: what the browser extension sends, sent over HTTP to the running site."""

import json
import time
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from typing import Any


class Watcher:
    """Somebody who paired a device with an account and reports what they saw."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.token = ""

    def pair(self, code: str) -> None:
        """Exchange a pairing code for a token."""
        self.token = self._ask("POST", "/api/v1/devices", {"code": code, "name": "Demo browser"})["token"]

    def report(self, page: str, media: Sequence[str], note: str = "") -> str:
        """Report media seen on a page; returns the receipt."""
        body = {"version": 1, "page": page, "media": [{"url": url} for url in media]} | ({"note": note} if note else {})
        return str(self._ask("POST", "/api/v1/reports", body)["receipt"])

    def outcome(self, receipt: str, within: float = 60.0) -> str:
        """Wait until the report was checked; returns what became of it."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            state = str(self._ask("GET", f"/api/v1/reports/{receipt}")["state"])
            if state != "received":
                return state
            time.sleep(0.2)
        raise TimeoutError("The report was not checked in time.")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.site + path, data=data, headers=headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (our own site)
            facts: dict[str, Any] = json.load(answer)
            return facts
