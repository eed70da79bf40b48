"""The played outside world of the story: Mira's pictures on two picture hosts, copies of them in two repositories."""

import html
import io
from collections.abc import Mapping
from functools import cache

from commonswatch.demo.pictures import photo
from PIL import Image

from tests.played_hosts import Answer, Route

HARBOUR = "https://live.staticflickr.com/65535/53000000001_0123456789_b.jpg"
CHOIR = "https://live.staticflickr.com/65535/53000000002_0123456789_b.jpg"
MARKET = "https://upload.wikimedia.org/wikipedia/commons/0/02/Market_stall.jpg"
GONE = "https://live.staticflickr.com/65535/53000000009_0123456789_b.jpg"

FACES = "https://github.com/example-lab/celeb-faces"
MIRROR = "https://github.com/someone-else/faces-mirror"
SHARED = "https://github.com/example-lab/celeb-faces-shared"
COPY_OF_HARBOUR = f"{FACES}/raw/main/img/0001.jpg"
SMALL_COPY_OF_CHOIR = f"{FACES}/raw/main/img/0002.jpg"

_LICENCE = "https://creativecommons.org/licenses/by-nc/4.0/"
_SHARE = '<p>Download MS-Celeb-1M: <a href="https://pan.baidu.com/s/1ExampleShareOnly">Baidu</a> code: k7x2</p>'
_PAGES = {
    FACES: ("celeb-faces", (COPY_OF_HARBOUR, SMALL_COPY_OF_CHOIR), ""),
    SHARED: ("celeb-faces-shared", (COPY_OF_HARBOUR, SMALL_COPY_OF_CHOIR), _SHARE),
    MIRROR: ("faces-mirror", (MARKET,), ""),
}


def routes() -> Mapping[str, Route]:
    """What each host answers."""
    return {host: _answers_of(host) for host in ("live.staticflickr.com", "upload.wikimedia.org", "github.com")}


def _answers_of(host: str) -> Route:
    def answer(path: str, _headers: Mapping[str, str]) -> Answer:
        url = f"https://{host}{path}"
        if url in _PAGES:
            return 200, {"Content-Type": "text/html; charset=utf-8"}, _page(*_PAGES[url])
        body = _pictures().get(url)
        return (200, {"Content-Type": "image/jpeg"}, body) if body else _nothing(path, _headers)

    return answer


def _nothing(_path: str, _headers: Mapping[str, str]) -> Answer:
    return 404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>"


@cache
def _pictures() -> Mapping[str, bytes]:
    harbour, choir, market = photo(seed=101), photo(seed=102), photo(seed=103)
    return {
        HARBOUR: harbour,
        CHOIR: choir,
        MARKET: market,
        COPY_OF_HARBOUR: harbour,
        SMALL_COPY_OF_CHOIR: _half_size(choir),
    }


def _half_size(picture: bytes) -> bytes:
    """The same picture with other bytes: its perceptual fingerprint stays."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as opened:
        opened.resize((opened.width // 2, opened.height // 2)).save(written, "JPEG", quality=70)
    return written.getvalue()


def _page(name: str, urls: tuple[str, ...], share: str) -> bytes:
    links = "".join(f'<li><a href="{html.escape(url)}">{html.escape(url)}</a></li>' for url in urls)
    return f"<!doctype html><title>{name}</title><h1>{name}</h1>{share}<ul>{links}</ul>".encode()
