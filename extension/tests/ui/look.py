"""Open every page of the extension in every state, in both themes and three widths: screenshots, axe, nothing cut off.

A development tool: `python tests/ui/look.py OUT [page…] [--language=de]`. The browser and the background are stood in for by stand_in.js.
"""

import functools
import http.server
import json
import sys
import threading
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"
WIDTHS = (320, 360, 1280)
QUIET = "window.scene.forever || (!document.querySelector('main[aria-busy]') && !document.querySelector('.loading:not([role])'))"
OFF = {"id": "kaggle", "name": "Kaggle", "origins": ["https://www.kaggle.com/*"], "on": False, "granted": False}
NONE = {"works": [], "copies": [], "pictures": [], "counts": {"candidates": 2140, "matched": 0}, "capped": False}
UNPAIRED = {"paired": False, "server": "", "revoked": False, "offline": False}
NO_SERVER = {"settings": {"hosts": {}, "server": "", "language": "", "delay": True, "quiet": None, "keepFindings": True}}


def answers(**given: object) -> dict[str, object]:
    """A scene in which some messages are answered otherwise; `_` stands for the dot in their names."""
    return {"answers": {name.replace("_", "."): value for name, value in given.items()}}


SCENES: dict[str, tuple[str, dict[str, object]]] = {
    "popup-found": ("popup/popup.html", {}),
    "popup-loading": ("popup/popup.html", {"forever": ["findings.get"]}),
    "popup-off": ("popup/popup.html", answers(findings_get={"state": "off", "host": OFF, "findings": None})),
    "popup-other": ("popup/popup.html", answers(findings_get={"state": "other", "host": None, "findings": None})),
    "popup-no-page": ("popup/popup.html", answers(findings_get={"state": "no-page", "host": None, "findings": None})),
    "popup-reading": ("popup/popup.html", answers(findings_get={"state": "reading", "findings": None})),
    "popup-nothing": ("popup/popup.html", answers(findings_get={"findings": NONE}, outbox_list={"waiting": 0, "refused": 0}, alerts_list={"unread": 0})),
    "popup-error": ("popup/popup.html", answers(findings_get={"error": {"code": "unknown", "words": ""}})),
    "popup-new": ("popup/popup.html", answers(findings_get={"findings": NONE}, device_state=UNPAIRED, settings_get=NO_SERVER, list_status={"state": "none", "made_at": "", "version": 0}, outbox_list={"items": [], "waiting": 0, "refused": 0}, alerts_list={"items": [], "unread": 0})),
    "popup-troubled": ("popup/popup.html", answers(device_state={"revoked": True}, list_status={"state": "refused", "why": "signature"})),
    "popup-stale": ("popup/popup.html", answers(device_state={"offline": True}, list_status={"state": "stale", "made_at": "2026-11-01T00:00:00Z"}, findings_get={"findings": {**NONE, "page": "https://github.com/example", "capped": True, "counts": {"candidates": 200000, "matched": 1}, "pictures": [{"place": "0:9", "url": "https://pictures.example/faces/0001.jpg", "distance": 8}], "works": [{"key": "wikimedia:commons:File_with_a_very_long_name_that_goes_on_and_on_for_ever_and_ever_(2019).jpg", "how": "name", "place": "0:3", "text": "a row of the page", "url": ""}]}})),
    "panel-page": ("panel/panel.html", {}),
    "panel-hidden": ("panel/panel.html", answers(findings_get={"state": "no-page", "host": None, "findings": None, "tab": {"id": 7, "url": ""}})),
    "panel-outbox": ("panel/panel.html#outbox", {}),
    "panel-alerts": ("panel/panel.html#alerts", {}),
    "panel-outbox-empty": ("panel/panel.html#outbox", answers(outbox_list={"items": [], "waiting": 0, "refused": 0})),
    "panel-alerts-unpaired": ("panel/panel.html#alerts", answers(device_state=UNPAIRED, alerts_list={"items": [], "unread": 0})),
    "panel-alerts-empty": ("panel/panel.html#alerts", answers(alerts_list={"items": [], "unread": 0, "problem": {"code": "offline", "words": ""}})),
    "review": ("review/review.html?tab=7", {}),
    "review-error": ("review/review.html?tab=7", answers(report_draft={"error": {"code": "nothing", "words": ""}})),
    "review-bare": ("review/review.html?tab=7", answers(report_draft={"report": {"version": 1, "page": "https://example.org/faces"}, "warnings": [], "removable": [], "sent": True, "receipt": "R7KQM2XPAB4TZ"})),
    "options": ("options/options.html", {}),
    "options-new": ("options/options.html", answers(device_state=UNPAIRED, settings_get=NO_SERVER, list_status={"state": "none", "made_at": "", "version": 0, "fetchedAt": 0, "publicKey": ""})),
    "options-troubled": ("options/options.html", answers(device_state={"revoked": True}, list_status={"state": "refused", "why": "signature", "problem": "offline"})),
    "welcome": ("welcome/welcome.html", answers(device_state=UNPAIRED, settings_get=NO_SERVER)),
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def serve() -> str:
    """The sources on a free port of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SOURCES)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def problems_of(page: Page, name: str) -> list[str]:
    """What axe finds, whether an id is there twice, and whether something is cut off at the side."""
    found = [f"{name}: axe {one['id']}: {one['nodes'][0]['html'][:150]}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{name}: wider than the window")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    found += [f"{name}: id {one} is there twice" for one in set(ids) if ids.count(one) > 1]
    return found


def main(out: Path, wanted: list[str], language: str = "en") -> int:
    """Look at all scenes; print what is wrong."""
    out.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    base = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for theme in ("light", "dark"):
            for width in WIDTHS:
                context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 700}, reduced_motion="reduce")
                context.add_init_script(path=str(HERE / "stand_in.js"))
                for name, (path, scene) in SCENES.items():
                    if wanted and not any(name.startswith(one) for one in wanted):
                        continue
                    page = context.new_page()
                    label = f"{name}-{theme}-{width}"
                    page.on("pageerror", lambda error, label=label: problems.append(f"{label}: {error}"))
                    page.on("console", lambda message, label=label: problems.append(f"{label}: {message.text}") if message.type == "error" else None)
                    page.add_init_script(f"window.scene = {json.dumps({**scene, 'language': language})}")
                    page.goto(f"{base}/{path}")
                    page.wait_for_function(QUIET)
                    page.screenshot(path=str(out / f"{label}.png"), full_page=True)
                    problems += problems_of(page, label)
                    page.close()
                context.close()
        browser.close()
    print("\n".join(sorted(set(problems))) or "nothing to complain about")
    return len(problems)


if __name__ == "__main__":
    names = [one for one in sys.argv[2:] if not one.startswith("--")]
    tongue = next((one.split("=")[1] for one in sys.argv[2:] if one.startswith("--language=")), "en")
    sys.exit(1 if main(Path(sys.argv[1]), names, tongue) else 0)
