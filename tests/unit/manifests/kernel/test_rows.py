"""Rows of lists in all ways they are written: every row that matches is found, and all its keys have their digests."""

import csv
import io
import random

import numpy as np
import pytest
from commonswatch.manifests.kernel import Registry, Scanner, key_digest
from commonswatch.manifests.readers.roles import BASE64
from commonswatch.manifests.readers.shapes import Block, Column, Place
from commonswatch.manifests.readers.text import TextReader
from commonswatch.manifests.rows import Row, row_of

from .odd_texts import TEXTS, odd_text

SECRET = b"sixteen bytes ok"
COLUMNS = (
    Column("id"),
    Column("url", "address"),
    Column("file", "path"),
    Column("photo", "key", "flickr:photo:{}", "[1-9][0-9]{0,19}", "photo"),
    Column("video", "key", "youtube:{}", "([0-9A-Za-z_-]{11})(?: [0-9]{1,4})?", "video"),
    Column("md5", "md5"),
    Column("sha", "sha256"),
    Column("other", "md5", pattern=BASE64),
    Column("caption"),
)
PLAIN_COLUMNS = COLUMNS[:7]


def cells(chance: random.Random) -> list[str]:
    return [
        str(chance.randrange(1000)),
        odd_text(chance),
        chance.choice(["", odd_text(chance), odd_text(chance).rsplit("/", 1)[-1]]),
        chance.choice(["", "12345678901", "0123", "105", "12a", str(chance.randrange(10**6))]),
        chance.choice(["", "Ab3-_exampl", "Ab3-_exampl 12", "Ab3-_exampl x", "short"]),
        chance.choice(["", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e", "d41d8c", "x" * 32]),
        chance.choice(["", "ab" * 32, "AB" * 32, "ab" * 31]),
        chance.choice(["", "1B2M2Y8AsgTpgAmY7PhCfg==", "1B2M2Y8AsgTpgAmY7PhCfg=", "nothing"]),
        chance.choice(["", "Words, of a caption", 'with "quotes"', "été", "x" * 40]),
    ]


def line(chance: random.Random, delimiter: str, syntax: str, columns: int) -> bytes:
    row, many = cells(chance), chance.choice([columns, columns, columns, 1, 2, 3, 9])
    row = row[:many] if delimiter else row[1:2]
    if syntax == "quoted" and chance.random() < 0.8:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerow(row)
        text = out.getvalue().rstrip("\r\n")
    else:
        text = delimiter.join(row)
    text = text.replace("\n", " ").replace("\r", " ")
    coding = "latin-1" if chance.random() < 0.05 else "utf-8"
    return text.encode(coding, "replace") + chance.choice([b"\n", b"\n", b"\r\n"])


def block_of(data: bytes, reader: TextReader, first_row: int = 7) -> Block:
    return Block(memoryview(data), first_row, reader, Place, dict)


def texts_of(row: Row) -> set[str]:
    return {key.key for key in row.keys} | {f"{one.algorithm}:{one.bits.hex()}" for one in row.digests}


@pytest.mark.parametrize(
    ("delimiter", "syntax", "columns"),
    [
        ("\t", "plain", COLUMNS),
        ("\t", "plain", PLAIN_COLUMNS),
        (",", "quoted", COLUMNS),
        (",", "quoted", PLAIN_COLUMNS),
        (" ", "plain", PLAIN_COLUMNS),
        (" ", "plain", tuple(c._replace(role="path") if c.role == "address" else c for c in PLAIN_COLUMNS)),
        (";", "plain", PLAIN_COLUMNS),
        ("", "plain", COLUMNS[1:2]),
        ("", "plain", COLUMNS[2:3]),
    ],
)
def test_every_match_is_found_and_every_key_has_its_digest(
    either: str, delimiter: str, syntax: str, columns: tuple[Column, ...]
) -> None:
    chance = random.Random(f"{delimiter}{syntax}{len(columns)}")
    reader = TextReader(columns, delimiter, syntax)  # type: ignore[arg-type]
    data = b"".join(line(chance, delimiter, syntax, len(columns)) for _ in range(1500))
    block = block_of(data, reader)
    rows = [row_of(block, number) for number in range(block.rows)]
    held = [texts_of(row) for row in rows]
    everything = sorted(set().union(*held))
    chosen = {text for text in everything if chance.random() < 0.08}
    matching = {number for number, texts in enumerate(held) if texts & chosen}
    assert matching

    scanner = Scanner(Registry((text, 1) for text in sorted(chosen)))
    found = scanner.scan(block_of(data, reader))
    assert matching <= set(found.rows.tolist())
    matched, unsure = scanner.matched(block_of(data, reader), found.rows[~found.asked])
    assert matching <= {*matched.rows, *unsure, *found.rows[found.asked].tolist()}
    assert set(matched.rows) <= matching
    if either == "native":
        assert len(unsure) < len(rows) // 2

    indexed = Scanner(Registry([]), SECRET).scan(block_of(data, reader))
    asked = set(indexed.rows[indexed.asked].tolist())
    expected = {
        (key_digest(SECRET, text), row.number)
        for number, (row, texts) in enumerate(zip(rows, held, strict=True))
        if number not in asked
        for text in texts
    }
    pairs = list(zip(indexed.digests.tolist(), indexed.digest_rows.tolist(), strict=True))
    assert set(pairs) == expected
    assert len(pairs) == len(expected)


def test_rows_without_anything_registered_are_hardly_ever_named(either: str) -> None:
    reader = TextReader(PLAIN_COLUMNS, "\t")
    data = b"".join(f"{n}\thttps://pictures.example/holiday/{n + 10**6}.jpg\n".encode() for n in range(5000))
    registry = Registry([("flickr:photo:12345678901", 1), ("url:news.example/portrait/988776655.jpg", 2)])
    assert len(Scanner(registry).scan(block_of(data, reader)).rows) < 10


@pytest.mark.parametrize(
    "key", ["url:a.b/c", "youtube:a-b_c-d_e-f", "deviantart:123456789", "imgur:AbCdE", "url:t.co/é"]
)
def test_keys_without_a_telling_run_are_found_too(either: str, key: str) -> None:
    forms = {"url:a.b/c": "http://a.bb/c", "url:t.co/é": "http://t.example/%C3%A9"}
    addresses = {
        "youtube:a-b_c-d_e-f": "https://youtu.be/a-b_c-d_e-f",
        "deviantart:123456789": "https://www.deviantart.com/example/art/x-123456789",
        "imgur:AbCdE": "https://i.imgur.com/AbCdEs.jpg",
    }
    address = addresses.get(key) or forms[key]
    data = f"0\thttps://x.example/y.jpg\n1\t{address}\n".encode()
    block = block_of(data, TextReader(PLAIN_COLUMNS, "\t"))
    text = row_of(block, 1).keys[0].key
    assert 1 in Scanner(Registry([(text, 5)])).scan(block_of(data, TextReader(PLAIN_COLUMNS, "\t"))).rows.tolist()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"\r\n", b"\r", b"\n\n\n", b"\x00" * 1000, b"\xff\xfe\n\x00\t\x00\n", b"a\rb\rc", b'"' * 999,
        b'1\t"never closed\nand on', b"1\t" + b"x" * 10_000_000, b"\t" * 100_000, b"1\thttp://a.example/b\r\r\r\n",
        b"1\t" + b"\xc3\xa9" * 3_000_000 + b"\n2\thttps://youtu.be/Ab3-_exampl",
    ],
)  # fmt: skip
def test_dirt_is_read_to_its_end(either: str, data: bytes) -> None:
    registry = Registry([("youtube:Ab3-_exampl", 1)])
    for syntax, delimiter in (("plain", "\t"), ("quoted", ","), ("plain", " ")):
        reader = TextReader(PLAIN_COLUMNS, delimiter, syntax)  # type: ignore[arg-type]
        for secret in (None, SECRET):
            found = Scanner(registry, secret).scan(block_of(data, reader))
            assert len(found.rows) <= data.count(b"\n") + 1


def test_what_lies_outside_of_a_block_is_never_read(native: None) -> None:
    block = block_of(b"1\thttps://youtu.be/Ab3-_exampl\n", TextReader(PLAIN_COLUMNS, "\t"))
    block.bounds, block.is_lines = (np.array([0], np.uint64), np.array([10**9], np.uint64)), False
    with pytest.raises(ValueError, match="outside"):
        Scanner(Registry([]), SECRET).scan(block)


def test_every_vector_is_found_by_its_key_among_other_rows(either: str) -> None:
    reader = TextReader((Column("url", "address"),), "")
    texts = [text for text in TEXTS if "\n" not in text and "\r" not in text]
    data = b"".join(text.encode(errors="replace") + b"\n" for text in texts)
    block = block_of(data, reader)
    for number in range(0, len(texts), 7):
        keys = row_of(block, number).keys
        if keys:
            found = Scanner(Registry([(keys[-1].key, 1)])).scan(block_of(data, reader))
            assert number in found.rows.tolist(), texts[number]


def _of_each_length(chance: random.Random) -> list[tuple[bytes, bool]]:
    """Rows of all lengths that hold the key or not: at all places of the 64 bytes that are looked at together."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    rows = []
    for length in (*range(200), 4000, 4090, 4096, 4100, 8300):
        filling = "".join(chance.choice(letters + "/_-") for _ in range(length))
        held = chance.random() < 0.5
        number = "987654321987" if held else "987654321988"
        before = f"https://pictures.example/{filling}" if chance.random() < 0.5 else filling
        rows.append(
            (f"{before}\thttps://www.flickr.com/photos/somebody/{number}/{'in/' * (length % 3)}\n".encode(), held)
        )
    return rows


def test_a_key_is_found_wherever_it_stands_in_rows_of_any_length(either: str) -> None:
    reader = TextReader((Column("page", ""), Column("picture", "address")), "\t")
    for seed in range(6):
        rows = _of_each_length(random.Random(seed))
        data = b"".join(row for row, _ in rows)
        registry = Registry([("flickr:photo:987654321987", 1), ("url:unused.example/some-thing.jpg", 2)])
        told = Scanner(registry).scan(block_of(data, reader)).rows.tolist()
        assert told == [number for number, (_, held) in enumerate(rows) if held]


def test_a_key_is_found_between_rows_with_pictures_in_them(either: str) -> None:
    reader = TextReader((Column("picture", "address"), Column("data", "payload")), "\t")
    registry = Registry([("flickr:photo:987654321987", 1), ("url:unused.example/some-thing.jpg", 2)])
    chance = random.Random(4)
    for _ in range(20):
        held = [chance.random() < 0.3 for _ in range(60)]
        photos = [987654321987 if one else 123 for one in held]
        pictures = ["QUJD/+" * chance.choice((1, 9, 300)) for _ in held]
        rows = [f"https://www.flickr.com/photos/me/{one}\t{data}" for one, data in zip(photos, pictures, strict=True)]
        told = Scanner(registry).scan(block_of("\n".join(rows).encode() + b"\n", reader)).rows.tolist()
        assert told == [number for number, one in enumerate(held) if one]


@pytest.mark.parametrize("between", [b"\t", b"\n", b"\r\n", b"%", b" \xc3", b"x", b", \n\n"])
def test_records_are_told_apart_whatever_stands_between_them(either: str, between: bytes) -> None:
    records = [f"https://pictures.example/{n}/987654321{n % 7}".encode() for n in range(400)]
    starts = np.cumsum([0, *(len(record) + len(between) for record in records)])[:-1].astype(np.uint64)
    ends = starts + np.array([len(record) for record in records], np.uint64)
    buffer = memoryview(between.join(records) + between + b" " * 200)
    reader = TextReader((Column("page", "address"),), "")
    block = Block(buffer, 0, reader, Place, dict, (starts, ends), is_lines=False)
    registry = Registry([(f"url:pictures.example/{n}/987654321{n % 7}", n) for n in range(0, 400, 9)])
    told = set(Scanner(registry).scan(block).rows.tolist())
    if either == "native" or between not in (b"x", b"%"):
        assert set(range(0, 400, 9)) <= told


@pytest.mark.parametrize("expected", [0, 1, 3000, 50_000])
def test_all_are_found_however_many_were_expected(either: str, expected: int) -> None:
    registry = Registry([(f"flickr:photo:{10**9 + n}", n) for n in range(3000)], expected)
    data = b"".join(b"https://www.flickr.com/photos/somebody/%d\n" % (10**9 + n) for n in range(-500, 3500))
    scanner = Scanner(registry)
    block = block_of(data, TextReader((Column("page", "address"),)), 0)
    told = scanner.scan(block).rows
    assert set(range(500, 3500)) <= set(told.tolist())
    if either == "native":
        assert scanner.matched(block, told)[0].works == list(range(3000))
