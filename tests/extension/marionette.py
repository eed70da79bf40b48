"""Speaks with Firefox by its own remote protocol (Marionette), so that no further driver is needed.

A message is ``<length>:<JSON>`` over TCP: ``[0, id, command, parameters]`` there, ``[1, id, error, result]`` back.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.chrome.site_icons": False,
    "browser.contentblocking.report.lockwise.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.topsites.useRemoteSetting": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "network.http.speculative-parallel-limit": 0,
    "services.settings.server": "http://127.0.0.1:9/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}
"""A profile that asks nobody anything."""
_ENVIRONMENT = {**os.environ, "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}  # else it asks Mozilla's server whatever we say
_STARTS_WITHIN = 60.0
_ANSWERS_WITHIN = 60.0


class FirefoxError(Exception):
    """What Firefox answered instead of a result."""


def installed() -> str | None:
    """Where Firefox is: the release with long support, or any."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Marionette:
    """A Firefox on the profile in this folder; ``ask`` sends a command, ``close`` ends it."""

    def __init__(self, profile: Path, preferences: dict[str, Any]) -> None:
        every = {**QUIET, **preferences, "marionette.port": 0}
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in every.items())
        (profile / "user.js").write_text("".join(lines))
        (profile / "MarionetteActivePort").unlink(missing_ok=True)
        self._log = profile / "firefox.log"
        command = [
            installed() or "firefox",
            "--headless",
            "--no-remote",
            "--marionette",
            "--remote-allow-system-access",
        ]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--profile", profile], env=_ENVIRONMENT, stdout=log, stderr=subprocess.STDOUT
            )
        self._last = 0
        self._socket = socket.create_connection(("127.0.0.1", self._port(profile)), timeout=_ANSWERS_WITHIN)
        self._stream = self._socket.makefile("rb")
        self._read()  # the greeting
        self.ask("WebDriver:NewSession", acceptInsecureCerts=True)
        self.ask("WebDriver:SetTimeouts", script=30_000, pageLoad=30_000, implicit=0)

    def ask(self, command: str, **parameters: Any) -> Any:
        """Send a command; returns its result, raises ``FirefoxError``."""
        self._last += 1
        sent = json.dumps([0, self._last, command, parameters]).encode()
        self._socket.sendall(f"{len(sent)}:".encode() + sent)
        _, _, error, result = self._read()
        if error:
            raise FirefoxError(f"{error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def privileged(self, body: str, *arguments: Any) -> Any:
        """Run a script with the browser's own rights; a promise it returns is waited for."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return self.ask("WebDriver:ExecuteScript", script=body, args=list(arguments))
        finally:
            self.ask("Marionette:SetContext", value="content")

    def close(self) -> None:
        """End Firefox as its menu does, so that it writes down what it has to keep."""
        try:
            self.ask("Marionette:Quit", flags=["eAttemptQuit"])
        except (FirefoxError, OSError):
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._stream.close()
        self._socket.close()

    def _port(self, profile: Path) -> int:
        written, deadline = profile / "MarionetteActivePort", time.monotonic() + _STARTS_WITHIN
        while not (written.exists() and written.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise FirefoxError("Firefox did not start: " + self._log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)
        return int(written.read_text())

    def _read(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            if not digit:
                raise FirefoxError("Firefox closed the connection")
            length += digit
        return json.loads(self._stream.read(int(length)))
