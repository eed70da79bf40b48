"""Licence, credit and opt-out as files carry them."""

import io

import pytest
from commonswatch.domain.licences import Licence
from commonswatch.fingerprints import Mark, PicturePool, licence_of
from PIL import Image

from tests.factories.pictures import scene

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmpRights:WebStatement="https://example.org/about-the-licence">
<cc:license rdf:resource="https://creativecommons.org/licenses/by-nc/4.0/"/>
<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING</plus:DataMining>
<dc:creator><rdf:Seq><rdf:li>Ada Example</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">Long words</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


def picture(form: str, **options: object) -> bytes:
    written = io.BytesIO()
    scene(1, (320, 240)).save(written, form, **options)  # type: ignore[arg-type]
    return written.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_xmp_gives_licence_credit_and_opt_out(pool: PicturePool, form: str) -> None:
    if form == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP)
        data = picture("PNG", pnginfo=info)
    else:
        data = picture(form, xmp=XMP.encode())
    marks = pool.examine(data).marks
    assert set(marks) == {
        Mark("licence", "xmpRights:WebStatement", "https://example.org/about-the-licence"),
        Mark("licence", "cc:license", "https://creativecommons.org/licenses/by-nc/4.0/"),
        Mark("licence", "dc:rights", "Long words"),
        Mark("opt-out", "plus:DataMining", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"),
        Mark("credit", "dc:creator", "Ada Example"),
    }
    assert licence_of(marks) == Licence("by-nc", "4.0")


def test_exif_copyright_names_the_licence_inside_its_words(pool: PicturePool) -> None:
    exif = Image.Exif()
    exif[0x8298] = "Ada, see http://creativecommons.org/licenses/by-sa/3.0/."
    exif[0x013B] = "Ada Example"
    marks = pool.examine(picture("JPEG", exif=exif.tobytes())).marks
    assert Mark("credit", "exif:Artist", "Ada Example") in marks
    assert licence_of(marks) == Licence("by-sa", "3.0")


def test_iptc_notice_is_read(pool: PicturePool) -> None:
    notice = b"CC BY 2.0"
    record = b"\x1c\x02\x74" + len(notice).to_bytes(2) + notice
    block = b"8BIM\x04\x04\0\0" + len(record).to_bytes(4) + record + b"\0" * (len(record) % 2)
    segment = b"Photoshop 3.0\0" + block
    plain = picture("JPEG")
    data = plain[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2) + segment + plain[2:]
    marks = pool.examine(data).marks
    assert marks == (Mark("licence", "iptc:CopyrightNotice", "CC BY 2.0"),)
    assert licence_of(marks) == Licence("by", "2.0")


def test_a_file_without_marks_names_no_licence(pool: PicturePool) -> None:
    marks = pool.examine(picture("JPEG")).marks
    assert marks == ()
    assert licence_of(marks) is None


@pytest.mark.parametrize(
    "xmp",
    [
        BOMB + "<x>&d;</x>",
        "<a>" * 20_000,
        "<rdf:RDF",
        "\0",
        BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/passwd"'),
    ],
    ids=["entities", "depth", "cut off", "zero", "outside entity"],
)
def test_hostile_xmp_counts_as_absent_and_the_picture_is_still_read(pool: PicturePool, xmp: str) -> None:
    facts = pool.examine(picture("JPEG", xmp=xmp.encode()))
    assert facts.marks == ()
    assert facts.width == 320


def test_broken_exif_does_not_make_a_picture_unreadable(pool: PicturePool) -> None:
    facts = pool.examine(picture("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03" * 9))
    assert facts.width == 320


def test_long_values_are_cut_and_control_characters_removed(pool: PicturePool) -> None:
    exif = Image.Exif()
    exif[0x8298] = "a\r\nb\x1b[31m" + "c" * 5000
    (mark,) = pool.examine(picture("JPEG", exif=exif.tobytes())).marks
    assert len(mark.value) == 500
    assert mark.value.startswith("ab[31mccc")
