"""Rows for `benchmarks.manifests`, the same at every run: 35 % Flickr, 10 % Wikimedia, 55 % of any host; made up."""

import base64
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

KEYS = 1_000_000
_UNIVERSE = 100_000_000
_FLICKR, _WIKIMEDIA, _OF = 7, 9, 20  # of twenty rows, seven are Flickr's, the next two Wikimedia's
_SIZES = ["", "_s", "_q", "_t", "_m", "_n", "_z", "_c", "_b", "_h", "_k", "_o"]
_WORDS = ["sunset", "harbour", "portrait", "meeting", "river", "market", "castle", "student", "concert", "bridge"]
_FACE = base64.b64encode(bytes(range(256)) * 24).decode()  # 8 KB


def write_rows(path: Path, count: int, chance_of_a_match: float = 0.01) -> None:
    """A list of three columns: a number, the address of a picture, the address of its page."""
    chance = random.Random(1)
    with path.open("w") as file:
        for row in range(count):
            kind = row % _OF
            known = chance.random() < chance_of_a_match
            work = chance.randrange(0 if known else KEYS // _OF, (KEYS if known else _UNIVERSE) // _OF) * _OF + kind
            file.write(f"{row}\t{picture(chance, work)}\t{page(chance, work)}\n")


def write_faces(path: Path, count: int) -> None:
    """A list as MS-Celeb's: seven columns, the last one a picture of 8 KB in base64."""
    chance = random.Random(2)
    with path.open("w") as file:
        for row in range(count):
            work = chance.randrange(KEYS, _UNIVERSE)
            file.write(
                f"m.0{row:x}\t{row % 50}\t{picture(chance, work)}\t{page(chance, work)}\tFaceId-0\tAAAAAD==\t{_FACE}\n"
            )


def keys() -> Iterator[str]:
    """The million registered keys."""
    for work in range(KEYS):
        kind = work % _OF
        if kind < _FLICKR:
            yield f"flickr:photo:{_photo(work)}"
        elif kind < _WIKIMEDIA:
            yield f"wikimedia:commons:{_name(work)}"
        else:
            yield f"url:{_host(work).lower().removeprefix('www.')}{_path(work)}.jpg"


def picture(chance: random.Random, work: int) -> str:
    """One of the addresses of a work's picture."""
    kind = work % _OF
    return (
        _flickr(chance, work)
        if kind < _FLICKR
        else _wiki(chance, work)
        if kind < _WIKIMEDIA
        else _other(chance, work, ".jpg")
    )


def page(chance: random.Random, work: int) -> str:
    """One of the addresses of its page."""
    kind, photo = work % _OF, _photo(work)
    if kind < _FLICKR:
        return f"https://www.flickr.com/photos/{photo % 100_000_007}@N0{photo % 10}/{photo}{chance.choice(['', '/'])}"
    if kind < _WIKIMEDIA:
        return f"https://commons.wikimedia.org/wiki/File:{_name(work)}"
    return _other(chance, work, ".html")


def _photo(work: int) -> int:
    return 2_000_000_000 + work * 7919 % 50_000_000_000


def _flickr(chance: random.Random, work: int) -> str:
    photo = _photo(work)
    places = [
        f"farm{photo % 9 + 1}.static.flickr.com/{photo % 9999}",
        f"farm{photo % 9 + 1}.staticflickr.com/{photo % 9999}",
        "live.staticflickr.com/65535",
    ]
    scheme = "https" if photo & 1 else "http"
    return f"{scheme}://{chance.choice(places)}/{photo}_{photo * 40503 & (2**40 - 1):010x}{chance.choice(_SIZES)}.jpg"


def _name(work: int) -> str:
    number = work + 1_000_000
    one, other = _WORDS[number % 10].capitalize(), _WORDS[number // 10 % 10]
    return f"{one}_{other}_({1950 + number % 70})_{number}.jpg" if number % 3 == 0 else f"{one}_{number}.jpg"


def _wiki(chance: random.Random, work: int) -> str:
    name = _name(work)
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    folder = f"{digest[0]}/{digest[:2]}/{name}"
    if chance.random() < 0.3:
        folder = folder.replace("(", "%28").replace(")", "%29")
    thumb, end = chance.choice(
        [("", ""), ("thumb/", f"/{chance.choice([220, 320, 640])}px-{folder.rsplit('/', 1)[1]}")]
    )
    return f"https://upload.wikimedia.org/wikipedia/commons/{thumb}{folder}{end}"


def _mixed(work: int) -> int:
    return work * 2654435761 % 2**32


def _host(work: int) -> str:
    mixed = _mixed(work)
    front, end = ["www.", "", "img.", "Cdn."][mixed % 4], ["example", "com", "Org", "net"][mixed // 7 % 4]
    return f"{front}{_WORDS[mixed // 4 % 10]}{mixed // 40 % 20000}.{end}"


def _path(work: int) -> str:
    mixed = _mixed(work)
    return f"/{_WORDS[mixed // 3 % 10]}/{mixed % 997}/{work + (1 << 28):x}-{_WORDS[mixed // 11 % 10]}"


def _other(chance: random.Random, work: int, ending: str) -> str:
    host, kind = _host(work), chance.random()
    noise = f"?utm_source={_WORDS[work % 10]}&utm_medium=x" if kind < 0.25 else ""
    return f"http://{host if chance.random() < 0.7 else host.upper()}{_path(work)}{ending}{noise}"
