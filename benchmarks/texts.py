"""Texts to measure with: addresses made up in a usual mix, and texts nobody would write. All from one seed."""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from commonswatch.rules import account_keys, location, read_licence, work_keys

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "vectors"
LIMIT = 0.1  # seconds one text may take, however long

_WORDS = ["sunset", "harbour", "portrait", "2014", "uploads", "images", "IMG_1234", "wp-content", "product", "old-town"]
_HOSTS = ["pictures.example", "www.shop.example", "cdn.news.example", "img{}.blog.example", "static{}.gallery.example"]
_ENDS = [".jpg", ".jpg", ".jpg", "-300x200.jpg", ".png", ".jpg?w=640&h=480", ".jpeg?v=1234", ".php?id=5", "%20b.jpg"]
_READERS: tuple[Callable[[str], object], ...] = (work_keys, account_keys, location, read_licence)
_ODD = [
    "%", "%25", "%2f", "%2F", "%00", "%e9", "%E2%82%AC", "&amp;", "&", "=", "?", "#", "+", ";", " ", "\t", "\x85", "\0",
    "..", "//", "/", "@", ":80", ":", "[", "]", "(", ")", "{id}", "https://", "http:", "www.", ".com", ".jpg", "_b",
    "-300x200.jpg", "N01", "?url=", "xn--", "ß", "İ", "ſ", "\ufb03", "é", "e\u0301", "：", "\u202e", "\ud800", "𝒾",
]  # fmt: skip


def made_up(count: int) -> list[str]:
    """Addresses in the mix of real lists: 55 % of any host, 35 % Flickr, 10 % Wikimedia; several forms of one work."""
    chance = random.Random(1)
    kinds = chance.choices([_any_host, _flickr, _wikimedia], [55, 35, 10], k=count)
    return [kind(chance) for kind in kinds]


def _any_host(chance: random.Random) -> str:
    host = chance.choice(_HOSTS).format(chance.randrange(1000))
    folders = "/".join(chance.choices(_WORDS, k=chance.randrange(1, 5)))
    return f"https://{host}/{folders}/{chance.randrange(10**6)}-{chance.choice(_WORDS)}{chance.choice(_ENDS)}"


def _flickr(chance: random.Random) -> str:
    photo = 50_000_000_000 + chance.randrange(3000) * 7919
    secret, account = f"{photo * 40503 % 2**40:010x}", photo % 100_000_007
    return chance.choice(
        [
            f"https://www.flickr.com/photos/{account}@N0{photo % 10}/{photo}/",
            f"https://www.flickr.com/photos/example_{account}/{photo}",
            f"https://live.staticflickr.com/65535/{photo}_{secret}_b.jpg",
            f"https://farm{photo % 9 + 1}.staticflickr.com/{photo % 9999}/{photo}_{secret}.jpg",
            f"http://farm{photo % 9 + 1}.static.flickr.com/{photo % 9999}/{photo}_{secret}_m.jpg",
        ]
    )


def _wikimedia(chance: random.Random) -> str:
    name = f"Example_{chance.choice(_WORDS)}_{chance.randrange(500)}.jpg"
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    folder = f"{digest[0]}/{digest[:2]}/{name}"
    return chance.choice(
        [
            f"https://upload.wikimedia.org/wikipedia/commons/{folder}",
            f"https://upload.wikimedia.org/wikipedia/commons/thumb/{folder}/640px-{name}",
            f"https://commons.wikimedia.org/wiki/File:{name}",
        ]
    )


def fuzz(count: int) -> bool:
    """Read so many generated texts, and some very long ones; print what raised and what was slow."""
    chance = random.Random(2)
    seeds = [row["text"] for name in ("works", "locations") for row in json.loads(_vectors(name))]
    start, raised, slowest = time.process_time(), 0, 0.0
    for _ in range(count):
        took = _read(_odd_text(chance, seeds))
        raised += took is None
        slowest = max(slowest, took or 0)
    spent = time.process_time() - start
    longest = max(_read(text, tries=3) or LIMIT for text in _long_texts(chance, seeds))
    good = not raised and max(slowest, longest) < LIMIT
    print(
        f"{count:,} texts in {spent:.0f} s of processor time: {raised} raised, the slowest took {slowest * 1e3:.0f} ms"
    )
    print(f"texts of up to 1,000,000 characters: the slowest took {longest * 1e3:.1f} ms")
    print(json.dumps({"figure": "keys fuzz", "texts": count, "raised": raised, "reached": good}))
    return good


def _read(text: str, tries: int = 1) -> float | None:
    """Seconds that the slowest of the readers needed at best; None when one raised."""
    took = 0.0
    for reader in _READERS:
        try:
            took = max(took, min(_seconds(reader, text) for _ in range(tries)))
        except Exception as error:  # noqa: BLE001  every error is what is looked for
            print(f"{reader.__name__} raised {type(error).__name__} for {text[:200]!a}")
            return None
    return took


def _seconds(reader: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    reader(text)
    return time.process_time() - start


def _odd_text(chance: random.Random, seeds: list[str]) -> str:
    if chance.random() < 0.1:
        return "".join(chr(chance.choice([chance.randrange(128), chance.randrange(0x110000)])) for _ in range(40))
    text = chance.choice(seeds)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(text) + 1)
        other = chance.choice(seeds)
        change = chance.random()
        if change < 0.4:
            text = text[:at] + chance.choice(_ODD) + text[at:]
        elif change < 0.6:
            text = text[:at] + text[at + chance.randrange(8) :]
        elif change < 0.8:
            text = text[:at] + other[chance.randrange(len(other) + 1) :]
        else:
            text = text[:at] + chr(chance.randrange(0x110000)) + text[at + 1 :]
    return text


def _long_texts(chance: random.Random, seeds: list[str]) -> Iterator[str]:
    """Parts of real forms repeated: up to what is read as an address, as a post, and far beyond both."""
    for seed in filter(None, [*seeds, *_ODD]):
        cut = chance.randrange(len(seed))
        for size in (4096, 16_384, 1_000_000):
            head, again = seed[:cut], seed[cut : cut + chance.randrange(1, 12)] or seed
            yield (head + again * (size // len(again)))[:size]


def _vectors(name: str) -> str:
    return (VECTORS / f"{name}.json").read_text(encoding="utf-8")
