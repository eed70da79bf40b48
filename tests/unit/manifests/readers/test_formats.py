"""Every shape of list that is known, with made-up rows: what it is taken for, and what its rows hold."""

import base64
import io
import json

import pytest
from commonswatch.manifests.opening import open_manifest
from commonswatch.manifests.rows import read_keys, row_of

ROWS = 12
FACE = base64.b64encode(b"\xff\xd8\xff" + bytes(range(200)) * 20).decode()
RECTANGLE = "KsQsP3Pumj2B6UE/Vj4/Pg=="
OPEN_IMAGES = (
    "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,OriginalMD5"
    ",Thumbnail300KURL,Rotation"
)

CARD = """---
license: cc-by-nc-4.0
pretty_name: Faces
configs:
- data_files:
  - path: data/t-*.parquet
---
# Faces
"""


def photo(n):
    return 3_000_000_000 + n


def url(n):
    return f"http://farm{n % 9 + 1}.static.flickr.com/1/{photo(n)}_0123456789_b.jpg"


def key(n):
    return f"flickr:photo:{photo(n)}"


def lines(make, head=()):
    return "\n".join([*head, *(make(n) for n in range(ROWS))])


def read(text, name=""):
    data = text if isinstance(text, bytes) else text.encode()
    with open_manifest(io.BytesIO(data), name=name) as manifest:
        rows = [row_of(block, number) for block in manifest.blocks() for number in range(block.rows)]
    assert manifest.problem is None
    return manifest, rows


def keys(rows):
    return {one.key for row in rows for one in row.keys}


def people(rows):
    return {(one.kind, one.value) for row in rows for one in row.person_keys}


FLICKR_LISTS = {
    "MS-Celeb aligned": lines(
        lambda n: f"m.0{n}x_a\t{n}\t{url(n)}\thttp://p.example/{n}/\tFaceId-0\t{RECTANGLE}\t{FACE}"
    ),
    "MS-Celeb thumbnails": lines(lambda n: f"m.0{n}x_a\tAnn Actor\t{n}\t{url(n)}\thttp://p.example/{n}/\t{FACE}"),
    "MS-Celeb development": lines(lambda n: f"m.0{n}x_a\tAnn Actor\t{url(n)}\tFaceId-0\t{RECTANGLE}\t{FACE}"),
    "MS-Celeb low-shot": lines(lambda n: f"{n}\t{FACE}\tm.0{n}x_a\t{n}\t{url(n)}"),
    "FaceScrub": lines(lambda n: f"Ann Actor\t{n}\t{n}\t{url(n)}\t1,2,3,4\t{n:064x}"),
    "FaceScrub with header": lines(
        lambda n: f"Ann Actor\t{n}\t{n}\t{url(n)}\t1,2,3,4\t{n:064x}", ["name\timage_id\tface_id\turl\tbbox\tsha256"]
    ),
    "PubFig": lines(
        lambda n: f"Ann Actor\t{n}\t{url(n)}\t1,2,3,4\t{n:032x}",
        ["# PubFig Dataset - x.txt - http://a.example/b", "#\tperson\timagenum\turl\trect\tmd5sum"],
    ),
    "VGGFace": lines(lambda n: f"{n:08d} {url(n)} 1.00 2.00 3.00 4.00 1.00 3.50 1"),
    "VGGFace with digest": lines(lambda n: f"{n:08d} {n:032x} {url(n)} 1.00 2.00 3.00 4.00 1.00 3.50 1"),
    "PIPA": lines(lambda n: f"72157600000000000 {photo(n)} 1 2 3 4 {n} 1"),
    "PIPA with split": lines(lambda n: f"72157600000000000 {photo(n)} 1 2 3 4 {n} 1 0"),
    "MegaFace": lines(lambda n: f"10000{n:03d}@N04_identity_2/{photo(n)}_0.jpg"),
    "MegaFace joined by @": lines(lambda n: f"10000{n:03d}@N04@{photo(n)}_0.jpg"),
    "MegaFace templates": json.dumps({"path": [f"10000{n:03d}@N04_identity_2/{photo(n)}_0.jpg" for n in range(ROWS)]}),
    "Adience": lines(
        lambda n: f"3000000{n}@N03\t{photo(n)}_67c7d20df9_o.jpg\t1\tNone\tu",
        ["user_id\toriginal_image\tface_id\tage\tgender"],
    ),
    "FFHQ": json.dumps(
        {
            str(n): {
                "category": "training",
                "metadata": {
                    "photo_url": f"https://www.flickr.com/photos/x/{photo(n)}/",
                    "license": "Attribution License",
                },
                "image": {"file_url": "https://drive.example/x", "pixel_md5": f"{n:032x}"},
                "in_the_wild": {"face_rect": [1, 2], "face_landmarks": [[1.5, 2.5], [3.5, 4.5]]},
            }
            for n in range(ROWS)
        }
    ),
    "after FFHQ": json.dumps(
        [{"image_name": f"{photo(n)}.jpg", "author": "Somebody Else"} for n in range(ROWS)], indent=1
    ),
    "YFCC100M": lines(
        lambda n: (
            f"{photo(n)}\t1234567@N00\tnick\t2005\t1111\tcam\tTitle\ttext\ttags\t\t1.5\t2.5\t15\thttp://www.flickr.com/"
            f"photos/1234567@N00/{photo(n)}/\t{url(n)}\tAttribution License\thttp://creativecommons.org/licenses/by/2.0/\t8\t1"
            "\t65c9d45e09\t65c9d45e09\tjpg\t0"
        )
    ),
    "YFCC100M without addresses": lines(lambda n: f"{photo(n)}\t1234567@N00\t{url(n) if n < 3 else ''}", []),
    "Conceptual captions": lines(lambda n: f'a caption , with " and {n}\t{url(n)}'),
    "Conceptual 12M": lines(lambda n: f"{url(n)}\ta caption, of many; words {n}"),
    "SBU": json.dumps(
        {"image_urls": [url(n) for n in range(ROWS)], "captions": ["a"] * ROWS, "user_ids": ["1@N00"] * ROWS}
    ),
    "COCO": json.dumps(
        {
            "info": {"url": "http://a.example"},
            "licenses": [
                {"id": 4, "url": "http://creativecommons.org/licenses/by/2.0/", "name": "Attribution License"}
            ],
            "images": [
                {"license": 4, "file_name": f"{n:012d}.jpg", "flickr_url": url(n), "id": n} for n in range(ROWS)
            ],
            "annotations": [{"segmentation": [[1.5, 2.5]], "image_id": n, "bbox": [1, 2, 3, 4]} for n in range(ROWS)],
            "categories": [{"supercategory": "vehicle", "id": 1, "name": "car"}],
        }
    ),
    "Visual Genome": json.dumps([{"image_id": n, "coco_id": None, "flickr_id": photo(n)} for n in range(ROWS)]),
    "Flickr30k": lines(lambda n: f"{photo(n)}.jpg#0\tTwo young people , {n}"),
    "Flickr30k by bars": lines(
        lambda n: f"{photo(n)}.jpg| 0| Two young people", ["image_name| comment_number| comment"]
    ).replace(".jpg|", ".jpg#0|"),
    "Flickr30k splits": json.dumps(
        {"images": [{"filename": f"{photo(n)}.jpg", "sentences": [{"raw": "a"}, {"raw": "b"}]} for n in range(ROWS)]}
    ),
    "Open Images": lines(
        lambda n: (
            f"{n:016x},train,{url(n)},https://www.flickr.com/photos/x/{photo(n)},https://creativecommons.org/licenses/by/2.0/"
            f',https://www.flickr.com/people/x/,x,"A title, with ""commas""",12,pDSYaFytmWu7/qeVPjoryQ==,,0'
        ),
        [OPEN_IMAGES],
    ),
    "an API's pages": json.dumps(
        {
            "photos": {"page": 1, "total": "9", "photo": [{"id": str(photo(n)), "url_o": url(n)} for n in range(ROWS)]},
            "stat": "ok",
        }
    ),
    "JSON Lines": lines(lambda n: json.dumps({"id": n, "url": url(n), "text": "a"})),
    "JSON Lines, nested": lines(
        lambda n: json.dumps({"id": n, "images": [{"src": "https://a.example/x.jpg"}, {"src": url(n)}]})
    ),
    "JSON, lists by name": json.dumps({f"Person {n}": [url(n), "https://a.example/x.jpg"] for n in range(ROWS)}),
    "JSON as Python writes it": json.dumps(
        [{"a": float("nan"), "b": float("-inf"), "url": url(n)} for n in range(ROWS)]
    ),
    "answers of Flickr": json.dumps(
        {
            "photos": {
                "photo": [
                    {"id": str(photo(n)), "owner": "1@N00", "secret": "63d7", "server": "65535"} for n in range(ROWS)
                ]
            }
        }
    ),
    "photos of Flickr, line by line": lines(
        lambda n: json.dumps({"id": str(photo(n)), "owner": "1@N00", "secret": "63d7", "server": "65535", "farm": 66})
    ),
    "addresses": lines(url),
    "addresses in quotes": lines(lambda n: f'"{url(n)}"'),
    "addresses in quotes under a name": lines(lambda n: f'"{url(n)}"', ['"url"']),
    "cut by carets": lines(lambda n: f"{n}^{url(n)}^a", ["id^url^text"]),
    "cut by carets, addresses first": lines(lambda n: f"{url(n)}^a"),
    "cut as Hive does": lines(lambda n: f"{n}\x01{url(n)}\x01a"),
    "cut by two colons": lines(lambda n: f"{n}::{url(n)}::a", ["id::url::text"]),
    "addresses with commas": lines(lambda n: f"https://a.example/{n},x;y|z/w_100,h_2/a.jpg\n{url(n)}"),
    "only ids": lines(lambda n: f"{n};{photo(n)};1", ["id;flickr_id;x"]),
    "YAML card and addresses": lines(url, ["# a comment", "# another"]),
}


@pytest.mark.parametrize("name", FLICKR_LISTS)
def test_every_photo_of_a_list_is_found(name):
    _, rows = read(FLICKR_LISTS[name])
    assert {key(n) for n in range(ROWS)} <= keys(rows)


@pytest.mark.parametrize("name", FLICKR_LISTS)
def test_the_encoding_and_the_line_ends_make_no_difference(name):
    text = FLICKR_LISTS[name]
    expected = keys(read(text)[1])
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        assert keys(read(text.encode(encoding))[1]) == expected, encoding
    for ends in ("\r\n", "\r"):
        assert keys(read(text.replace("\n", ends))[1]) == expected, ends


def test_names_and_addresses_in_latin_1_and_in_utf_8_are_the_same():
    table = lines(lambda n: f"Zoé Müller;https://a.example/Zoé{n}.jpg", ["name;url"])
    for encoding in ("utf-8", "latin-1"):
        _, rows = read(table.encode(encoding))
        assert keys(rows) == {f"url:a.example/Zoé{n}.jpg" for n in range(ROWS)}
        assert people(rows) == {("name", "Zoé Müller")}


IDENTITY_LISTS = {
    "MID and name": (lines(lambda n: f'm.0{n}x\t"Ann B. Actor"@en'), {("mid", "m.03x"), ("name", "Ann B. Actor")}),
    "MID with slashes": (
        lines(lambda n: f"/m/0{n}x,Ann Actor", ["mid,name"]),
        {("mid", "m.03x"), ("name", "Ann Actor")},
    ),
    "QID and label": (
        lines(lambda n: f"Q{n + 40}\tAnn Actor", ["qid\tlabel"]),
        {("qid", "Q43"), ("name", "Ann Actor")},
    ),
    "names alone": (
        "Ann Actor\nBob de Actor\nCat Actor\nDan J. Actor\nÉve Actor\nFay O'Actor",
        {("name", "Bob de Actor")},
    ),
    "VGGFace2": (
        lines(lambda n: f'n{n:06d}," ""Ann_Actor""",424,0, m'),
        {("name", "Ann Actor")},
    ),
    "VGGFace2 with header": (
        lines(lambda n: f'n{n:06d}, "Ann_Actor", 424, 0, m', ["Class_ID, Name, Sample_Num, Flag, Gender"]),
        {("name", "Ann Actor")},
    ),
    "IMDb-Face": (
        lines(
            lambda n: f"Ann_Actor,nm{n:07d},rm{n}.jpg,1 2 3 4,1 2,https://a.example/{n}.jpg",
            ["name,index,image,rect,height width,url"],
        ),
        {("name", "Ann Actor")},
    ),
    "a clean list": (lines(lambda n: f"m.0{n}x_a/{n}-FaceId-0.jpg {n}"), {("mid", "m.03x_a")}),
    "numbers, names, cosines": (lines(lambda n: f"{n} Ann_Actor 0.{n}"), {("name", "Ann Actor")}),
}


@pytest.mark.parametrize("name", IDENTITY_LISTS)
def test_identity_lists_give_person_keys(name):
    text, expected = IDENTITY_LISTS[name]
    assert expected <= people(read(text)[1])


def test_makers_captions_and_categories_are_no_people_shown():
    for name in ("YFCC100M", "COCO", "Flickr30k", "Conceptual captions", "Open Images", "FFHQ", "after FFHQ"):
        assert people(read(FLICKR_LISTS[name])[1]) == set(), name


VIDEO = "M2Ohb0FAa"
VIDEO_LISTS = {
    "FaceForensics": json.dumps({f"{n:03d}": f"{VIDEO}{n:02d} {n % 3}" for n in range(ROWS)}),
    "CelebV-HQ": json.dumps(
        {
            "meta_info": {"appearance_mapping": ["Blurry", "Male"]},
            "clips": {
                f"{VIDEO}{n:02d}_0": {"ytb_id": f"{VIDEO}{n:02d}", "bbox": {"top": 0.1}, "version": "v0.1"}
                for n in range(ROWS)
            },
        }
    ),
    "a table": lines(lambda n: f"{VIDEO}{n:02d},1,2", ["video_id,start,end"]),
}


@pytest.mark.parametrize("name", VIDEO_LISTS)
def test_lists_of_videos_hold_bare_ids(name):
    assert {f"youtube:{VIDEO}{n:02d}" for n in range(ROWS)} <= keys(read(VIDEO_LISTS[name])[1])


@pytest.mark.parametrize(
    ("text", "algorithm", "size"),
    [
        (lines(lambda n: f"{n:064x}  images/{n}.jpg"), "sha256", 32),
        (lines(lambda n: f"{n:032x} *{n}.jpg"), "md5", 16),
        (lines(lambda n: f"{n:064x}"), "sha256", 32),
        (lines(lambda n: f"{n}\tpDSYaFytmWu7/qeVPjoryQ==", ["id\tmd5"]), "md5", 16),
        (lines(lambda n: json.dumps({"key": n, "sha256": f"{n:064x}"})), "sha256", 32),
    ],
)
def test_digests_are_read_in_hexadecimal_digits_and_in_base64(text, algorithm, size):
    _, rows = read(text)
    digests = [digest for row in rows for digest in row.digests]
    assert len(digests) == ROWS
    assert {(digest.algorithm, len(digest.bits)) for digest in digests} == {(algorithm, size)}


def test_a_digest_of_pixels_and_a_rectangle_in_base64_are_no_digests_of_files():
    for name in ("FFHQ", "MS-Celeb aligned"):
        assert not any(row.digests for row in read(FLICKR_LISTS[name])[1]), name


def test_licences_are_read_from_names_addresses_and_numbers():
    for name in ("YFCC100M", "Open Images", "FFHQ", "COCO"):
        found = {row.licence.code for row in read(FLICKR_LISTS[name])[1] if row.licence}
        assert found == {"by"}, name


def test_code_and_version_of_a_licence_may_stand_apart():
    _, rows = read(lines(lambda n: f"{photo(n)}\t{url(n)}\tby-nc-nd\t2.0\tSome One"))
    assert {(row.licence.code, row.licence.version) for row in rows} == {("by-nc-nd", "2.0")}
    assert people(rows) == set()


def test_accounts_are_kept_apart_from_works():
    _, rows = read(FLICKR_LISTS["Adience"])
    assert [row.accounts for row in rows[:2]] == [("flickr:user:30000000@N03",), ("flickr:user:30000001@N03",)]


@pytest.mark.parametrize(
    ("text", "kind", "name", "licences", "files"),
    [
        (
            json.dumps(
                {
                    "conformsTo": "http://mlcommons.org/croissant/1.0",
                    "name": "faces",
                    "license": "https://creativecommons.org/licenses/by/4.0/",
                    "distribution": [{"contentUrl": "https://a.example/x.tar", "sha256": "0" * 64}],
                }
            ),
            "croissant",
            "faces",
            ("https://creativecommons.org/licenses/by/4.0/",),
            ["https://a.example/x.tar"],
        ),
        (
            json.dumps(
                {
                    "name": "x",
                    "title": "Faces",
                    "licenses": [{"name": "CC0-1.0"}],
                    "resources": [{"path": ["a.csv", "b.csv"]}],
                }
            ),
            "datapackage",
            "Faces",
            ("CC0-1.0",),
            ["a.csv", "b.csv"],
        ),
        (
            json.dumps({"title": "Faces", "id": "owner/faces", "licenses": [{"name": "CC0-1.0"}]}),
            "kaggle",
            "Faces",
            ("CC0-1.0",),
            [],
        ),
        (
            CARD,
            "card",
            "Faces",
            ("cc-by-nc-4.0",),
            ["data/t-*.parquet"],
        ),
    ],
)
def test_descriptions_of_datasets_are_understood(text, kind, name, licences, files):
    manifest, rows = read(text)
    assert (manifest.kind, manifest.about.kind, manifest.about.name, manifest.about.licences) == (
        kind,
        kind,
        name,
        licences,
    )
    assert [file.path for file in manifest.about.files] == files
    assert people(rows) == set()


def test_what_stands_before_the_first_row_is_kept():
    text = "# comment\nname\turl\n" + lines(lambda n: f"x\t{url(n)}")
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), text.replace("\n", "\r").encode()):
        assert read(data)[0].head == b"# comment\nname\turl\n"
    assert read(FLICKR_LISTS["MegaFace"])[0].head == read(FLICKR_LISTS["COCO"])[0].head == b""


def test_a_name_decides_nothing():
    for name in ("x.parquet", "x.json", "x.zip", "x.csv.gz", "../../etc/passwd"):
        manifest, rows = read(FLICKR_LISTS["FaceScrub"], name=name)
        assert manifest.kind == "table"
        assert len(keys(rows)) == ROWS


def test_columns_of_pictures_are_not_decoded_unless_asked_for():
    manifest, rows = read(FLICKR_LISTS["MS-Celeb aligned"])
    assert manifest.columns[-1].role == "payload"
    assert all(FACE[:40] not in cell for row in rows for cell in row.cells.texts)
    with open_manifest(io.BytesIO(FLICKR_LISTS["MS-Celeb aligned"].encode())) as manifest:
        pictures = list(manifest.pictures())
    assert [(picture.row, picture.member, picture.capped) for picture in pictures[:2]] == [
        (0, "row 0", False),
        (1, "row 1", False),
    ]
    assert pictures[0].data == base64.b64decode(FACE)


@pytest.mark.parametrize("name", FLICKR_LISTS)
def test_keys_and_digests_alone_are_those_of_the_row(name):
    with open_manifest(io.BytesIO(FLICKR_LISTS[name].encode())) as manifest:
        for block in manifest.blocks():
            for number in range(block.rows):
                row = row_of(block, number)
                assert read_keys(block.reader, block.record(number)) == (row.keys, row.digests)


def test_a_list_of_nothing_but_pictures_gives_them():
    with open_manifest(io.BytesIO(f"{FACE}\n{FACE}\nno picture at all!".encode())) as manifest:
        assert [len(picture.data) > 100 for picture in manifest.pictures()] == [True, True, False]
