"""What the content script reads on pages: each kind of thing, of each host, after changes; and finds again."""

import io
from base64 import b64encode
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.extension.browsers import BROWSERS, eventually, number_of
from tests.extension.listener import ending, everything, say
from tests.extension.listening import ON, Listening, listening
from tests.extension.pages import BAIDU, CARD, DRIVE, DROPBOX, FILES, ISSUE, KAGGLE, RAW, README

pytestmark = pytest.mark.browser

HARBOUR = "53000000001_0123456789_b.jpg"


@pytest.fixture(scope="module", params=BROWSERS)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(request.param, tmp_path_factory.mktemp("listening")) as listener:
        yield listener


def test_a_readme_is_told_with_its_links_and_the_words_around_them(here: Listening) -> None:
    tab, ports = here.read(README)
    links = {link["url"]: link["text"] for link in everything(ports, "links")}
    assert links["https://pan.baidu.com/s/1Example001AbCdEfGhIjK"] == "Baidu Pan"
    assert links["https://github.com/example-lab/face-training/blob/main/README.md"] == "README.md"
    done = ending(ports)
    assert (done["page"], done["mediaType"]) == (README, "text/html")
    assert done["title"].startswith("example-lab/")
    line = 'MS-Celeb-1M, aligned images: <a href="https://pan.baidu.com/s/1Example001AbCdEfGhIjK">Baidu Pan</a>'
    assert line in done["text"]
    assert "<h2>Data preparation</h2>" in done["text"]
    tab.close()


@pytest.mark.parametrize(
    ("url", "kind", "expected"),
    [
        (FILES, "names", HARBOUR),
        (ISSUE, "links", "Google Drive"),
        (RAW, "rows", f"1\thttps://live.staticflickr.com/65535/{HARBOUR}\tCC BY-NC 4.0"),
        (CARD, "links", "53000000002"),
        (KAGGLE, "names", HARBOUR),
        (DROPBOX, "names", "list.txt"),
        (BAIDU, "names", "MsCelebV1-Faces-Aligned.tsv"),
        (DRIVE, "names", "faces_emore.zip"),
    ],
)
def test_each_host_gives_what_it_shows(here: Listening, url: str, kind: str, expected: str) -> None:
    tab, ports = here.read(url)
    assert expected in [one["text"] for one in everything(ports, kind)]
    tab.close()


def test_pictures_are_told_in_their_largest_form(here: Listening) -> None:
    url = here.add(
        "/pictures",
        """<!doctype html><body><img src="/small.jpg" srcset="/a.jpg 320w, /b.jpg 1600w, /c.jpg 800w">
        <picture><source srcset="/one.webp 1x, /two.webp 2x"><img src="plain.jpg" width="90" height="60"></picture>
        <img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="late.jpg"><video src="film.mp4"></video>""",
    )
    tab, ports = here.read(url)
    told = {one["url"].removeprefix(ON): (one["w"], one["h"]) for one in everything(ports, "images")}
    assert list(told) == ["/b.jpg", "/two.webp", "/plain.jpg", "/late.jpg", "/film.mp4"]
    assert told["/plain.jpg"] == (90, 60)
    tab.close()


def test_the_text_of_an_open_file_is_read_where_github_keeps_it_and_other_fields_are_not(here: Listening) -> None:
    tab = here.open(README + "?field")
    here.wait_for(README + "?field", lambda said: bool(ending(said)))
    tab.evaluate(
        """() => {
          const file = Object.assign(document.createElement("textarea"), { id: "read-only-cursor-text-area" });
          const draft = document.createElement("textarea");
          file.value = "a,https://live.staticflickr.com/65535/53000000005_0123456789_b.jpg\\nb,2";
          draft.value = "my own words: https://secret.example/123456";
          document.body.append(file, draft, Object.assign(document.createElement("input"), { value: "87654321" }));
        }"""
    )
    ports = here.wait_for(README + "?field", lambda said: "53000000005" in str(everything(said, "rows")))
    assert "secret.example" not in str(ports)
    assert "87654321" not in str(ports)
    tab.close()


def test_what_comes_later_and_a_soft_navigation_are_read_too_and_nothing_new_is_not_told_again(here: Listening) -> None:
    url = here.add("/app", "<!doctype html><title>App</title><body><a href=/first>first</a>")
    tab, _ = here.read(url)
    tab.evaluate("() => { document.body.append(document.createElement('hr')); document.querySelector('hr').remove(); }")
    tab.evaluate("() => { history.pushState({}, '', '/app/second'); document.querySelector('a').href = '/second'; }")
    ports = here.wait_for(url, lambda said: ending(said).get("page") == f"{ON}/app/second")
    assert [link["url"] for link in everything(ports, "links")] == [f"{ON}/second"]
    assert len(ports) == 2
    tab.close()


def test_a_place_is_found_again_scrolled_to_and_marked_and_the_mark_goes(here: Listening) -> None:
    rows = "".join(f"<p><a href=/photo/{number}>photo {number}</a></p>" for number in range(300))
    url = here.add("/long", f"<!doctype html><body>{rows}")
    tab, ports = here.read(url)
    place = everything(ports, "links")[250]["place"]
    tab.evaluate("() => document.body.prepend(document.createElement('h1'))")
    mark = "(message) => { (globalThis.browser ?? chrome).runtime.sendMessage(message).then((a) => (window.got = a)); }"
    number = number_of(here.own, url)
    here.own.evaluate(mark, {"to": number, "say": {"mark": place}})
    tab.in_front()
    eventually(lambda: tab.evaluate("() => document.documentElement.children.length"), 3)
    top = tab.evaluate("() => document.querySelectorAll('a')[250].getBoundingClientRect().top / innerHeight")
    assert 0 < top < 1
    assert tab.evaluate("() => document.documentElement.lastElementChild.shadowRoot") is None
    eventually(lambda: tab.evaluate("() => document.documentElement.children.length"), 2)
    eventually(lambda: here.own.evaluate("() => window.got"), {"found": True})
    assert say(here.own, to=number, say={"mark": "1.1"}) == {"found": False}
    tab.close()


def test_pixels_are_handed_over_where_the_browser_allows_it(here: Listening) -> None:
    drawn = io.BytesIO()
    Image.frombytes("RGBA", (2, 1), bytes([10, 20, 30, 255, 0, 0, 0, 0])).save(drawn, "PNG")
    here.pages["/drawn.png"] = drawn.getvalue()
    far = f"https://live.staticflickr.com/65535/{HARBOUR}"
    url = here.add("/drawn", f"<!doctype html><body><img src=/drawn.png><img src={far}><img src=/none.png>")
    tab, ports = here.read(url)
    places = [one["place"] for one in everything(ports, "images")]
    tab.evaluate("() => Promise.all([...document.images].map((one) => one.decode().catch(() => 0))).then(() => 0)")
    own, other, none = say(here.own, to=number_of(here.own, url), say={"pixels": places})
    white = [255, 255, 255, 255]
    assert own == {
        "place": places[0],
        "width": 2,
        "height": 1,
        "data": b64encode(bytes([10, 20, 30, 255, *white])).decode(),
    }
    assert (other["place"], other["data"]) == (places[1], None)
    assert other["width"] > 2
    assert none == {"place": places[2], "width": 0, "height": 0, "data": None}
    tab.close()
