"""Works that stand somewhere in a line or a cell, and not as it as a whole: each is found, and nothing else."""

import io
import json

import pytest
from commonswatch.manifests.kernel import Registry, Scanner
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.readers.anywhere import pieces
from commonswatch.manifests.rows import row_of

ROWS = 30
NAME = "3{:09d}_0a1b2c3d4e_z.jpg"


def photo(n):
    return f"https://live.staticflickr.com/1/{NAME.format(n)}"


def other(n):
    return f"http://pictures.example/{n}/a.jpg"


PHOTO, OTHER = {"flickr:photo:3{:09d}"}, {"url:pictures.example/{}/a.jpg"}
LINES = {
    "in single quotes": (lambda n: f"'{n}','{photo(n)}'", PHOTO),
    "in quotes between blanks": (lambda n: f'"{n}" "Ann Actor" "{photo(n)}"', PHOTO),
    "in angle brackets": (lambda n: f"<{photo(n)}>", PHOTO),
    "an index of a server": (
        lambda n: f'<a href="{NAME.format(n)}">{NAME.format(n)[:9]}..&gt;</a>  03-Jan-2019 10:11  12345',
        PHOTO,
    ),
    "XML": (lambda n: f'  <image id="{n}" url="{photo(n)}"/>', PHOTO),
    "XML, as text": (lambda n: f"<filename>{NAME.format(n)}</filename>", PHOTO),
    "SQL": (lambda n: f"INSERT INTO `a` VALUES ({n}, '{photo(n)}', 'it\\'s');", PHOTO),  # noqa: S608
    "a script": (lambda n: f"wget -O {n}.jpg '{other(n)}'", OTHER),
    "a log": (lambda n: f'2015-01-02 03:04:05 URL:{other(n)} [12/12] -> "{n}.jpg" [1]', OTHER),
    "Markdown": (lambda n: f"- [a picture]({photo(n)})", PHOTO),
    "YAML": (lambda n: f'url: "{photo(n)}"', PHOTO),
    "Python": (lambda n: repr({"n": n, "url": photo(n), "none": None}), PHOTO),
    "sums of binary files": (lambda n: f"{n:032x} *{NAME.format(n)}", PHOTO),
    "sums as BSD writes them": (lambda n: f"SHA256 (a/{NAME.format(n)}) = {n:064x}", PHOTO),
    "paths of Windows": (lambda n: f"D:\\faces\\1000{n:03d}@N04\\3{n:09d}_0.jpg", PHOTO),
    "commas in captions": (lambda n: f"{NAME.format(n)},words{', more' * (n % 4)}", PHOTO),
    "rows of any length": (lambda n: ",".join([str(n), photo(n), *["words"] * (n % 5)]), PHOTO),
    "titles with blanks": (lambda n: f"File:A bridge {n}.jpg", {"wikimedia:commons:A_bridge_{}.jpg"}),
    "escaped as a whole": (lambda n: f"{n},https%3A%2F%2Flive.staticflickr.com%2F1%2F{NAME.format(n)}", PHOTO),
    "several in a cell": (lambda n: f"{n}\t{photo(n)};{other(n)}\tx", PHOTO | OTHER),
    "a list in a cell": (lambda n: f"{n}\t{json.dumps([photo(n), other(n)])}\tx", PHOTO | OTHER),
}


def read(text):
    with open_manifest(io.BytesIO(text.encode())) as manifest:
        return [(block, number) for block in manifest.blocks() for number in range(block.rows)]


def keys_of(block, number):
    return {key.key for key in row_of(block, number).keys}


@pytest.mark.parametrize("name", LINES)
def test_each_work_is_found_in_its_line(name):
    make, expected = LINES[name]
    rows = read("".join(f"{make(n)}\n" for n in range(ROWS)))
    wanted = [{key.format(n) for key in expected} for n in range(ROWS)]
    assert [keys_of(*row) for row in rows] == wanted


@pytest.mark.parametrize("name", LINES)
def test_the_kernel_asks_the_engine_about_each_of_them(name):
    make, expected = LINES[name]
    (block, _), *_ = read("".join(f"{make(n)}\n" for n in range(ROWS)))
    chosen = range(0, ROWS, 7)
    registered = [(key.format(n), n) for key in expected for n in chosen]
    found = Scanner(Registry(registered), b"sixteen bytes ok").scan(block)
    told = {int(row) for row, asked in zip(found.rows, found.asked, strict=True) if asked or int(row) in chosen}
    assert set(chosen) <= told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "see https://a.example/b_(c).jpg, or (https://a.example/d).",
            ["https://a.example/b_(c).jpg", "https://a.example/d"],
        ),
        ("['https://a.example/b', 'c.jpg']", ["https://a.example/b", "c.jpg"]),
        (r'{"a":"https:\/\/a.example\/b.jpg"}', ["https://a.example/b.jpg"]),
        ("https://a.example/b?u=https://c.example/d", ["https://a.example/b?u=https://c.example/d"]),
        ("https://a.example/b,c;d", ["https://a.example/b,c;d"]),
        ("a//b.jpg www.a.example/c no.such thing. 1.5/2", ["a//b.jpg", "www.a.example/c"]),
        ("&lt;img src=&quot;//a.example/b.jpg&quot;&gt;", ["//a.example/b.jpg"]),
        ("nothing at all", []),
    ],
)
def test_what_stands_around_an_address_is_no_part_of_it(text, expected):
    assert list(pieces(text)) == expected


@pytest.mark.parametrize("sign", ["(", "'http://", "http://a,", "File:", "a.", "%", "&quot;", "\\", "x" * 50 + "."])
def test_a_long_line_of_nothing_takes_no_long_time(sign):
    assert len(list(pieces(sign * (400_000 // len(sign))))) <= 20_000


def test_a_text_that_tells_of_addresses_is_no_work_of_its_row():
    rows = read("".join(f"{n}\t{photo(n)}\twords about {other(n)}\n" for n in range(ROWS)))
    assert {key for row in rows for key in keys_of(*row)} == {f"flickr:photo:3{n:09d}" for n in range(ROWS)}


@pytest.mark.parametrize("written", ["{}", "{}.0", "'{}'", '"{}"', '="{}"'])
def test_numbers_are_read_as_spreadsheets_and_floating_points_write_them(written):
    rows = read("a\tflickr_id\n" + "".join(f"{n}\t{written.format(3_000_000_000 + n)}\n" for n in range(ROWS)))
    assert [keys_of(*row) for row in rows] == [{f"flickr:photo:{3_000_000_000 + n}"} for n in range(ROWS)]
    found = Scanner(Registry([("flickr:photo:3000000004", 1)])).scan(rows[0][0])
    assert 4 in found.rows


def test_an_address_moved_back_by_commas_is_found_where_it_came_to_stand():
    rows = read(
        "id,text,url\n" + "".join(f"{n},words{', more' * (n > 700) * (n % 3)},{photo(n)}\n" for n in range(900))
    )
    assert [keys_of(*row) for row in rows] == [{f"flickr:photo:3{n:09d}"} for n in range(900)]
