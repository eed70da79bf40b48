"""The played pages of hosts: what stands at which address, and hundreds of addresses of them. All is made up."""

from collections.abc import Mapping
from pathlib import Path

from tests.browser.hosts import HARBOUR
from tests.browser.hosts import routes as picture_hosts
from tests.extension.fake_web import folder
from tests.extension.pictures import pictures
from tests.played_hosts import Route

_FOLDER = Path(__file__).parents[1] / "fixtures" / "hosts"
_STRICT = "default-src 'none'; script-src 'self'; img-src 'self' https:; connect-src 'self'"  # as large hosts have it

README = "https://github.com/example-lab/face-training"
FILES = "https://github.com/example-lab/celeb-faces/tree/main/img"
ISSUE = "https://github.com/example-lab/face-training/issues/7"
RAW = "https://raw.githubusercontent.com/example-lab/face-training/main/lists/list.tsv"
CARD = "https://huggingface.co/datasets/example-lab/faces-large"
KAGGLE = "https://www.kaggle.com/datasets/example/harbour-faces"
DROPBOX = "https://www.dropbox.com/scl/fo/1examplefolder/h"
BAIDU = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK"
LARGE = "https://github.com/example-lab/many-links"
PICTURES = "https://github.com/example-lab/pictures"
FAR = "https://raw.githubusercontent.com/example-lab/pictures/main/"  # whose pixels the page may not read
NEAR = "https://github.com/example-lab/raw/"
MANY = 60_000  # links
ANYWHERE = "https://gallery.example/people"  # no host the extension knows
ELSEWHERE = "https://other.example/people"
COPY = "https://drive.google.com/file/d/1Example009AbCdEfGhIjKlMnOpQr/view"
DRIVE = "https://drive.google.com/drive/folders/1Example002AbCdEfGhIjKlMnOpQr"

PAGES = {
    README: "github.com/readme.html",
    FILES: "github.com/files.html",
    ISSUE: "github.com/issue.html",
    RAW: "raw.githubusercontent.com/list.tsv",
    CARD: "huggingface.co/dataset.html",
    KAGGLE: "www.kaggle.com/dataset.html",
    DROPBOX: "www.dropbox.com/folder.html",
    BAIDU: "pan.baidu.com/share.html",
    DRIVE: "drive.google.com/folder.html",
}
_ANYWHERE = f"""<!doctype html><html lang="en"><title>People</title><h1>People</h1>
<p><img id="harbour" src="{HARBOUR}" width="200" height="150" alt="A harbour"></p>
<p>MS-Celeb-1M aligned: <a id="copy" href="{COPY}">Google Drive</a></p>"""
PLACES = ("https://*/*", "http://127.0.0.1/*")


def many(count: int) -> list[str]:
    """So many addresses: the same pages under other numbers, with matches and without."""
    return [f"{url}?page={number}" for number in range(count // len(PAGES) + 1) for url in PAGES][:count]


def routes() -> Mapping[str, Route]:
    """What each host answers; the picture hosts as on the stage of the site's own tests."""
    hosts: dict[str, dict[str, bytes]] = {}
    for url, file in PAGES.items():
        host, _, path = url.removeprefix("https://").partition("/")
        hosts.setdefault(host, {})["/" + path] = (_FOLDER / file).read_bytes()
    hosts["github.com"] |= {_path(LARGE): _many_links(), _path(PICTURES): _all_pictures()}
    for place in (FAR, NEAR):
        hosts[place.split("/")[2]] |= {_path(place) + name: file for name, file in pictures().items()}
    anywhere = {"/people": _ANYWHERE.encode()}
    hosts |= {"gallery.example": anywhere, "other.example": anywhere}
    played = {host: folder(pages, Content_Security_Policy=_STRICT) for host, pages in hosts.items()}
    return {**picture_hosts(), **played}


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def _many_links() -> bytes:
    """A page that takes a while, its only registered work at its end."""
    links = "".join(f"<a href=/example-lab/x/{number}>{number}</a> " for number in range(MANY - 1))
    return f'<!doctype html><title>Many</title><body>{links}<a href="{HARBOUR}">the last</a>'.encode()


def _all_pictures() -> bytes:
    shown = [f'<img src="{place}{name}" alt="" width=320 height=240>' for place in (FAR, NEAR) for name in pictures()]
    return f"<!doctype html><title>Pictures</title><body>{''.join(shown)}".encode()
