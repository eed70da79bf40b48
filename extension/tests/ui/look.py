"""Open every page of the extension in every state of scenes.json, in both themes and three widths.

A development tool: `python tests/ui/look.py OUT [scene…] [--language=de]` writes screenshots, and says what axe
finds, what is cut off at the side, and what a page complains about. answers.js and stand_in.js play the rest.
"""

import argparse
import functools
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"
SCENES: dict[str, dict[str, Any]] = json.loads((HERE / "scenes.json").read_text())
WIDTHS = (320, 360, 1280)
READY = """window.scene.forever || (!document.querySelector("main[aria-busy]")
    && !document.querySelector(".loading:not([role])"))"""
IDS = "[...document.querySelectorAll('[id]')].map(({ id }) => id)"
IS_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the sources and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def serve() -> str:
    """The sources on a free port of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SOURCES)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def problems_of(page: Page) -> Iterator[str]:
    """What axe finds, whether an id is there twice, and whether something is cut off at the side."""
    for one in Axe().run(page).response["violations"]:
        yield f"axe {one['id']}: {one['nodes'][0]['html'][:150]}"
    ids = page.evaluate(IDS)
    yield from (f"id {one} is there twice" for one in set(ids) if ids.count(one) > 1)
    if page.evaluate(IS_WIDE):
        yield "wider than the window"


def look(page: Page, url: str, scene: dict[str, Any], picture: Path) -> list[str]:
    """Open a page in a state, take its picture, and tell what is wrong with it."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.add_init_script(f"window.scene = {json.dumps(scene)}")
    page.goto(url)
    page.wait_for_function(READY)
    page.screenshot(path=str(picture), full_page=True)
    return problems + list(problems_of(page))


def look_at_all(browser: Browser, base: str, wanted: dict[str, dict[str, Any]], out: Path) -> Iterator[str]:
    """All wanted scenes, in every theme and width."""
    for theme in ("light", "dark"):
        for width in WIDTHS:
            size = {"width": width, "height": 700}
            context = browser.new_context(color_scheme=theme, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
            for part in ("answers.js", "stand_in.js"):
                context.add_init_script(path=str(HERE / part))
            for name, scene in wanted.items():
                label = f"{name}-{theme}-{width}"
                page = context.new_page()
                problems = look(page, f"{base}/{scene['page']}", scene, out / f"{label}.png")
                yield from (f"{label}: {one}" for one in problems)
                page.close()
            context.close()


def main() -> int:
    """Look, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("scenes", nargs="*", help="names, or how they begin; without any: all")
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    chosen = tuple(given.scenes) or ("",)
    wanted = {name: {**one, "language": given.language} for name, one in SCENES.items() if name.startswith(chosen)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        problems = sorted(set(look_at_all(browser, serve(), wanted, given.out)))
        browser.close()
    sys.stdout.write("\n".join(problems or ["nothing to complain about"]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
