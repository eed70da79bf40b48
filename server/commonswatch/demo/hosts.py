"""The two hosts of the demo: a picture host with Mira's pictures, and a repository host where copies of them turn up.

Its pages also say where a whole dataset is to be had: in a cloud share with a code, both made up. And there is an old
list of what that dataset was made of, in which four of Mira's pictures stand.
Everything is drawn or written here; nobody is shown and nobody's picture is used.
"""

import html
import io
from collections.abc import Mapping
from functools import cache

from PIL import Image

from commonswatch.demo.pictures import photo
from commonswatch.demo.played_hosts import Answer, Route

PICTURES = "pictures.example"
REPOSITORIES = "repository.example"
TITLES = ("Harbour at noon", "Market stall", "Choir rehearsal", "Street corner", "Bicycle repair", "Allotment")
FACE_SET = f"https://{REPOSITORIES}/example-lab/celeb-faces"
MIRROR = f"https://{REPOSITORIES}/someone-else/faces-mirror"
SHARE = "https://pan.baidu.com/s/1ExampleOfAShare"  # leads nowhere, and nobody asks there
SHARE_CODE = "ex4m"
README = f"https://{REPOSITORIES}/face-lab/recognition"
DESCENDANT = "https://pan.baidu.com/s/1ExampleOfEmore"  # neither does this
LISTED = (0, 2, 4, 5)
LIST_ROWS = 2_000
EMPTY = f"https://{REPOSITORIES}/example-lab/weather-maps"

_JPEG = {"Content-Type": "image/jpeg"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def picture_url(number: int) -> str:
    """The address of Mira's picture ``number`` (from 0)."""
    return f"https://{PICTURES}/mira/{TITLES[number].lower().replace(' ', '-')}.jpg"


def copy_url(number: int) -> str:
    """The address of a copy of picture ``number`` inside the face set."""
    return f"{FACE_SET}/raw/{number:04d}.jpg"


def old_list() -> str:
    """Person, rank and address in each row, as lists of MS-Celeb-1M have them. Nobody is meant."""
    places = {200 + 450 * place: picture_url(number) for place, number in enumerate(LISTED)}
    rows = ((row, places.get(row) or f"https://celebrities.example/{row:06d}.jpg") for row in range(LIST_ROWS))
    return "".join(f"m.0{row // 20:05x}\t{row % 20}\t{url}\n" for row, url in rows)


def routes() -> Mapping[str, Route]:
    """What both hosts answer."""
    return {PICTURES: _picture_host, REPOSITORIES: _repository_host}


@cache
def _picture(number: int) -> bytes:
    return photo(seed=number + 1)


@cache
def _smaller_copy(number: int) -> bytes:
    """The same picture, re-encoded at half its size: other bytes, nearly the same perceptual hash."""
    with Image.open(io.BytesIO(_picture(number))) as picture:
        smaller = picture.resize((picture.width // 2, picture.height // 2))
    file = io.BytesIO()
    smaller.save(file, "JPEG", quality=70)
    return file.getvalue()


def _picture_host(path: str, _headers: Mapping[str, str]) -> Answer:
    numbers = {picture_url(number): number for number in range(len(TITLES))}
    number = numbers.get(f"https://{PICTURES}{path}")
    return (200, _JPEG, _picture(number)) if number is not None else (404, _HTML, b"<h1>Not found</h1>")


def _repository_host(path: str, _headers: Mapping[str, str]) -> Answer:
    url = f"https://{REPOSITORIES}{path}"
    pages = {FACE_SET: _face_set_page, MIRROR: _mirror_page, EMPTY: _empty_page, README: _readme}
    if url in pages:
        return 200, _HTML, pages[url]().encode()
    copies = {copy_url(0): _picture(0), copy_url(1): _smaller_copy(1)}
    return (200, _JPEG, copies[url]) if url in copies else (404, _HTML, b"<h1>Not found</h1>")


def _face_set_page() -> str:
    words = "<p>10,000 faces, collected from the web for research.</p>"
    return _page(
        "celeb-faces", words + _download("MS-Celeb-1M, aligned faces"), [copy_url(0), copy_url(1), picture_url(2)]
    )


def _mirror_page() -> str:
    words = "<p>Mirror of celeb-faces, the original link is dead.</p>"
    return _page("faces-mirror", words + _download("MS-Celeb-1M, mirrored"), [picture_url(3), picture_url(4)])


def _empty_page() -> str:
    return _page("weather-maps", "<p>Maps of the weather.</p>", [f"{EMPTY}/raw/1.png"])


def _readme() -> str:
    """Not one picture: only the name of a file tells which dataset it is."""
    link = f'<a href="{DESCENDANT}">faces_emore.zip</a> (code: {SHARE_CODE})'
    return _page("recognition", f"<h2>Training</h2><p>Put {link} into the folder data.</p>", [])


def _download(words: str) -> str:
    """What such pages say: the data are in a cloud share, and this is its code."""
    return f'<h2>Download</h2><p>{words}: <a href="{SHARE}">Baidu Pan</a> (code: {SHARE_CODE})</p>'


def _page(title: str, words: str, urls: list[str]) -> str:
    links = "".join(f'<li><a href="{html.escape(url)}">{html.escape(url)}</a></li>' for url in urls)
    return f"<!doctype html><title>{title}</title><h1>{title}</h1>{words}<h2>Samples</h2><ul>{links}</ul>"
