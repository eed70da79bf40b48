"""What the kernel reads in a text is what the exact engine reads, or it says that it is not sure."""

import random
from pathlib import Path

import pytest
from commonswatch import native as compiled
from commonswatch.domain.keys import MANY_WORKS
from commonswatch.manifests.kernel.book import book
from commonswatch.manifests.kernel.scanner import kernel
from commonswatch.rules import work_keys

from .odd_texts import TEXTS, odd_text

pytestmark = pytest.mark.usefixtures("native")


def by_engine(text: str) -> set[str]:
    return {key.key for key in work_keys(text) if key.kind not in MANY_WORKS}


def by_kernel(text: str) -> set[str] | None:
    keys = kernel().keys(text.encode(errors="replace"))
    return None if keys is None else {key.decode() for key in keys}


def test_every_vector_is_read_as_by_the_engine_and_few_are_left_to_it() -> None:
    asked = 0
    for text in (text.encode(errors="replace").decode() for text in TEXTS):
        found = by_kernel(text)
        asked += found is None
        assert found is None or found == by_engine(text), text
    assert asked < len(TEXTS) // 12


def test_texts_nobody_would_write_are_read_as_by_the_engine() -> None:
    chance, asked, with_keys = random.Random(6), 0, 0
    for _ in range(60_000):
        text = odd_text(chance)
        found = by_kernel(text)
        asked += found is None
        with_keys += bool(found)
        assert found is None or found == by_engine(text), text
    assert asked < 6_000
    assert with_keys > 12_000


@pytest.mark.parametrize(
    "text",
    [
        "https://www.flickr.com/photos/example/" + "1" * 4050,
        "https://pictures.example/" + "a-" * 2000 + ".jpg",
        "https://pictures.example/" + "%C3%A9" * 600,
        "https://pictures.example/?" + "a=1&" * 1000,
        "https://pictures.example/?" + "&" * 4000,
        "https://" + "a." * 125 + "example/x",
        "https://" + "a" * 300 + ".example/x",
        "/" * 4096,
        "x" * 5000,
        " " * 5000 + "https://pictures.example/a.jpg",
        "(" * 4000 + "12345678).jpg",
        "https://i0.wp.com/" * 6 + "pictures.example/a.jpg",
        '"\x00pictures.example/a.jpg',
        '""\rpictures.example/a.jpg',
    ],
)
def test_long_and_nested_texts_are_read_as_by_the_engine(text: str) -> None:
    found = by_kernel(text)
    assert found is None or found == by_engine(text)


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 31, 32, 42, 43, 44, 47, 48, 61, 62, 63, 64, 65, 252, 253, 254])
@pytest.mark.parametrize(
    "end", [".example", ".Example.", ".e", ".1", ".e1", "..example", "", ".example:8080", ":80", "é"]
)
def test_hosts_of_all_lengths_are_read_as_by_the_engine(length: int, end: str) -> None:
    for filling in ("a", "A.", "1.", "-", "_x"):
        host = (filling * length)[: max(0, length - len(end))] + end
        for text in (f"https://{host}/a-b.jpg", f"http://{host}?a=1", f"//{host}", f"{host}/x#y"):
            found = by_kernel(text)
            assert found is None or found == by_engine(text), text


def test_hosts_that_were_seen_are_told_from_those_like_them() -> None:
    chance = random.Random(8)
    hosts = [f"{'ab'[n % 2]}{n % 97}.pictures{n % 5}.example" for n in range(20_000)]
    chance.shuffle(hosts)
    for host in [*hosts, *hosts[:2000]]:
        assert by_kernel(f"http://{host.upper()}/x.jpg") == {f"url:{host}/x.jpg"}


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/a", "/%2F", "/ ", "/é", "/a;b", "/%", "/?", "/#", "/a?#", "/?utm_source=x&b=1"]
)
def test_short_paths_are_read_as_by_the_engine(path: str) -> None:
    text = f"https://pictures.example{path}"
    found = by_kernel(text)
    assert found is None or found == by_engine(text)


def test_no_host_is_known_in_c() -> None:
    room = Path(compiled.__file__).parent
    source = "".join(path.read_text() for path in (room / "scan.c", *room.glob("scanning/*.h")))
    assert "read_address" in source  # the parts are read as well
    pool = bytes(book().arrays["pool"])
    domains = [
        pool[start : start + length].decode() for start, length, *_ in book().arrays["domains"].tolist() if length
    ]
    assert len(domains) > 300
    assert not [domain for domain in domains if domain in source]
