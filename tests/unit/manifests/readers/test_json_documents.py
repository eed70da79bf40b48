"""One JSON document: what is a row, and where it stands."""

import io
import json

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.rows import row_of
from hypothesis import given, settings
from hypothesis import strategies as st


def read(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    with open_manifest(io.BytesIO(data)) as manifest:
        return [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)], manifest


def found(value):
    return {(row.place.path, key.key) for row in read(value)[0] for key in row.keys}


def test_places_are_written_as_people_write_them():
    value = {
        "a": {"b": [{"url": "https://x.example/1.jpg"}, {"url": "https://x.example/2.jpg"}]},
        "7": {"n": 1, "m": {"url": "https://x.example/3.jpg"}},
    }
    assert found(value) == {
        ("a.b[0]", "url:x.example/1.jpg"),
        ("a.b[1]", "url:x.example/2.jpg"),
        ("7", "url:x.example/3.jpg"),
    }


def test_one_object_in_a_list_belongs_to_its_row_and_several_are_rows():
    one = {
        "pages": {"5": {"title": "File:A.jpg", "info": [{"url": "https://x.example/1.jpg", "license": "cc-by-4.0"}]}}
    }
    rows, _ = read(one)
    assert [{key.key for key in row.keys} for row in rows] == [{"wikimedia:commons:A.jpg", "url:x.example/1.jpg"}]
    assert rows[0].licence.code == "by"
    several = {
        "total": 2,
        "data": {"page": 1, "items": [{"id": n, "url": f"https://x.example/{n}.jpg"} for n in range(3)]},
    }
    rows, _ = read(several)
    assert [{key.key for key in row.keys} for row in rows if row.keys] == [{f"url:x.example/{n}.jpg"} for n in range(3)]


def test_many_addresses_of_one_object_are_all_found():
    value = [{"name": "Ann Actor", "urls": [f"https://x.example/{n}.jpg" for n in range(50)]}]
    assert {key for _, key in found(value)} == {f"url:x.example/{n}.jpg" for n in range(50)}


def test_several_documents_after_each_other_are_read():
    data = b'{"a": {"url": "https://x.example/1.jpg"}}\n\n{"a":\n {"url": "https://x.example/2.jpg"}}'
    assert {key for _, key in found(data)} == {"url:x.example/1.jpg", "url:x.example/2.jpg"}


def test_text_in_latin_1_is_understood():
    assert {key for _, key in found('[{"url": "https://x.example/Zoé.jpg"}]'.encode("latin-1"))} == {
        "url:x.example/Zoé.jpg"
    }


PHOTOS = [(f"{3_000_000_000 + n}_0a1b2c3d4e.jpg", f"flickr:photo:{3_000_000_000 + n}") for n in range(8)]


@pytest.mark.parametrize(
    "value",
    [{"width": 1, "box": [1, 2]}, {"faces": [{"score": 0.5}]}, ["a caption", "another"], "a caption", {"a": {"b": 1}}],
)
def test_the_key_that_names_an_entry_belongs_to_it(value):
    found_at = found({"images": {name: value for name, _ in PHOTOS}})
    assert {key for _, key in found_at} == {key for _, key in PHOTOS}
    assert all(key.removeprefix("flickr:photo:") in path for path, key in found_at)


def test_names_of_properties_are_no_cells():
    assert not any("@" in column.name for column in read([{"info": {"url": "https://x.example/1"}}])[1].columns)


def test_documents_behind_each_other_are_a_row_each():
    records = [{"id": n, "url": f"https://x.example/{n}.jpg", "text": "a"} for n in range(5)]
    for between, indent in (("", None), ("\n", 1)):
        rows, _ = read(between.join(json.dumps(record, indent=indent) for record in records).encode())
        assert [(row.place.path, {key.key for key in row.keys}) for row in rows] == [
            (f"[{n}]", {f"url:x.example/{n}.jpg"}) for n in range(5)
        ]


@pytest.mark.parametrize(
    ("before", "behind"),
    [("jsonFlickrApi(", ")"), ("var photos = ", ";\n"), ("window.data=", ""), ("\ufeffload( ", " );\n")],
)
def test_scripts_that_hold_one_document_are_read_as_that(before, behind):
    rows, manifest = read(
        f"{before}{json.dumps([{'url': f'https://x.example/{n}.jpg'} for n in range(5)])}{behind}".encode()
    )
    assert (manifest.kind, manifest.problem) == ("json", None)
    assert [row.place.path for row in rows if row.keys] == [f"[{n}]" for n in range(5)]


def test_lines_of_json_may_end_in_commas():
    rows, manifest = read("".join(f'{{"n": 1, "url": "https://x.example/{n}.jpg"}},\n' for n in range(5)).encode())
    assert (manifest.kind, manifest.problem) == ("json-lines", None)
    assert [row.place.line for row in rows if row.keys] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", ["[A picture](https://x.example/1.jpg)\n", "{'url': 'https://x.example/1.jpg'}\n"])
def test_what_only_starts_like_json_is_text(text):
    rows, manifest = read(text.encode())
    assert (manifest.kind in ("list", "table"), manifest.problem) == (True, None)
    assert [key.key for key in rows[0].keys] == ["url:x.example/1.jpg"]


ADDRESS = st.integers(0, 10**6).map(lambda n: f"https://x.example/{n}.jpg")
VALUE = st.recursive(
    ADDRESS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["url", "src", "data", "photo_url", "1", "x/y"]), inner, max_size=5)
    ),
    max_leaves=40,
)


def addresses(value):
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from addresses(inner)
    elif isinstance(value, str):
        yield "url:" + value.removeprefix("https://")


@settings(max_examples=120, deadline=None)
@given(st.lists(VALUE, max_size=6) | st.dictionaries(st.sampled_from(["url", "images", "2"]), VALUE, max_size=4))
def test_every_address_of_any_document_is_found_once_or_more(value):
    rows, manifest = read(value)
    assert manifest.problem is None
    assert {key.key for row in rows for key in row.keys} == set(addresses(value))
