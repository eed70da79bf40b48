"""Pages that want to break the reading: what is told stays bounded and plain, and the page itself goes on."""

from collections.abc import Iterator

import pytest

from tests.extension.browsers import BROWSERS, eventually, number_of
from tests.extension.listener import ending, everything, how_much, say
from tests.extension.listening import OFF, ON, Listening, listening

pytestmark = pytest.mark.browser

MOST = 200_000  # candidates
LONGEST = 500_000  # characters of a page's words
LONGEST_ROW = 4_096


@pytest.fixture(scope="module", params=BROWSERS)
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(request.param, tmp_path_factory.mktemp("hostile")) as listener:
        yield listener


def test_of_a_million_links_the_first_are_told_in_small_slices(here: Listening) -> None:
    url = here.add(
        "/million",
        "<!doctype html><body hidden><script>document.body.innerHTML = '<a href=/p>x</a>'.repeat(1e6)</script>",
    )
    tab, ports = here.read(url)
    sizes = [len(said["slice"]["links"]) for said in ports[-1]["said"] if "slice" in said]
    assert sum(sizes) == MOST
    assert max(sizes) <= 2_000
    assert len(ending(ports)["text"]) <= LONGEST
    assert tab.evaluate("() => document.links.length") == 1_000_000
    tab.close()


def test_the_background_says_when_it_is_enough(here: Listening) -> None:
    url = here.add("/enough", f"<!doctype html><body>{'<a href=/p>x</a>' * 20_000}")
    say(here.own, most=3)
    tab = here.open(url)
    eventually(lambda: how_much(here.own, url), [[3, False]])
    say(here.own, most=1_000_000)
    assert how_much(here.own, url) == [[3, False]]
    tab.close()


def test_a_text_of_ten_megabytes_is_read_in_rows_of_bounded_length(here: Listening) -> None:
    lines = "0123456 https://live.staticflickr.com/65535/53000000001_0123456789_b.jpg\n" * 70_000
    url = here.add("/large.txt", lines + "123456789 " * 500_000)
    tab, ports = here.read(url)
    rows = everything(ports, "rows")
    assert max(len(row["text"]) for row in rows) <= LONGEST_ROW
    assert sum(len(row["text"].split()) for row in rows) == 2 * 70_000 + 500_000, "no word is lost or cut in two"
    assert len(ending(ports)["text"]) <= LONGEST
    assert ending(ports)["mediaType"] == "text/plain"
    tab.close()


def test_addresses_that_are_none_of_the_web_are_not_told(here: Listening) -> None:
    others = [
        "javascript:alert(1)",
        "data:text/html,x",
        "blob:https://gitlab.com/1",
        "mailto:a@b.example",
        "vbscript:x",
    ]
    links = "".join(f'<a href="{other}">x</a><img src="{other}" srcset="{other} 2x">' for other in others)
    tricks = f"""<a href=" java\tscript:alert(1)">x</a><a href="//{"a" * 5_000}.example">x</a>
      <a href="https://{"x" * 5_000}">x</a><a href="file:///x">x</a><a href='/"><script>x</script>'>quoted</a>"""
    url = here.add("/schemes", f"<!doctype html><body>{links}{tricks}<a href=/last>last</a>")
    tab, ports = here.read(url)
    assert [link["text"] for link in everything(ports, "links")] == ["quoted", "last"]
    assert everything(ports, "images") == []
    assert "<script" not in ending(ports)["text"]
    tab.close()


def test_a_tree_of_ten_thousand_levels_is_read_to_its_ground(here: Listening) -> None:
    build = """let at = document.body;
      for (let level = 0; level < 1e4; level++) at = at.appendChild(document.createElement(level % 2 ? 'div' : 'b'));
      at.innerHTML = '<a href=/ground>ground</a>';
      document.body.append(Object.assign(document.createElement('a'), { href: '/after' }));"""
    url = here.add("/deep", f"<!doctype html><body hidden><script>{build}</script>")
    tab, ports = here.read(url)
    assert [link["url"] for link in everything(ports, "links")] == [f"{ON}/ground", f"{ON}/after"]
    tab.close()


def test_a_page_that_rewrites_everything_is_read_all_the_same(here: Listening) -> None:
    script = """const all = [Node, Element, Document, CharacterData, Text, HTMLElement, HTMLAnchorElement, Array,
        String, RegExp, Map, Promise, MutationObserver, EventTarget];
      for (const { prototype } of all) for (const name of Object.getOwnPropertyNames(prototype)) try {
        Object.defineProperty(prototype, name, { get() { throw new Error("no"); }, set() {}, configurable: true });
      } catch {}
      window.scheduler = window.performance = window.chrome = window.browser = null;"""
    links = "<a href=/one>one</a><a href=/two>two</a>"
    url = here.add("/rewritten", f"<!doctype html><body>{links}<script>{script}</script>")
    tab = here.open(url)
    ports = here.wait_for(url, lambda said: bool(ending(said)))
    assert [link["url"] for link in everything(ports, "links")] == [f"{ON}/one", f"{ON}/two"]
    tab.close()


def test_a_page_that_changes_without_end_is_read_now_and_then_and_at_its_end_right(here: Listening) -> None:
    script = """const box = document.getElementById('box'), channel = new MessageChannel();
      let round = 0;
      channel.port1.onmessage = () => {
        box.prepend(box.lastElementChild);
        box.firstElementChild.href = '/moved/' + round;
        if (round % 99 === 0) box.innerHTML = box.innerHTML;
        if (round % 500 === 7) { const old = document.body; old.remove(); document.documentElement.append(old); }
        if (++round < 3_000 || performance.now() < 3_000) channel.port2.postMessage(0);
        else box.innerHTML = '<a href=/end>end</a>';
      };
      channel.port2.postMessage(0);"""
    links = "".join(f"<a href=/{number}>{number}</a>" for number in range(3_000))
    url = here.add("/restless", f"<!doctype html><body><div id=box>{links}</div><script>{script}</script>")
    tab = here.open(url)
    ports = here.wait_for(url, lambda said: [one["url"] for one in everything(said, "links")] == [f"{ON}/end"])
    assert len(ports) < 9
    tab.close()


def test_a_document_without_anything_in_it_is_no_error(here: Listening) -> None:
    url = here.add(
        "/nothing", "<!doctype html><body><a href=/x>x</a><script>document.documentElement.remove()</script>"
    )
    tab, ports = here.read(url)
    assert everything(ports, "links") == []
    eventually(lambda: tab.evaluate("() => document.documentElement"), None)
    tab.close()


def test_frames_of_others_are_not_read_and_own_ones_speak_for_themselves(here: Listening) -> None:
    here.add("/inner", "<!doctype html><title>Inner</title><a href=/inside>inside</a>")
    frames = "<iframe src=/inner></iframe><iframe src=https://github.com/example-lab/face-training></iframe>"
    url = here.add("/frames", f"<!doctype html><title>Outer</title><a href=/outside>outside</a>{frames}")
    around = here.add("/around", f"<!doctype html><iframe src={ON}/inner></iframe>").replace(ON, OFF)
    here.forget()
    tab = here.open(url)
    here.wait_for(ON, lambda said: len([port for port in said if ending([port])]) >= 2)
    strange = here.open(around)
    eventually(lambda: strange.evaluate("() => frames.length"), 1)
    told = {(port["url"], port["frame"] == 0) for port in here.told("https://")}
    assert told == {(url, True), (f"{ON}/inner", False)}
    assert say(here.own, to=number_of(here.own, url), say={"mark": "0.999"}) == {"found": False}
    for one in (tab, strange):
        one.close()
