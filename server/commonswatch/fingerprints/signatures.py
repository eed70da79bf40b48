"""What bytes are, by how they begin; what a server or a file name calls them is never believed."""

import re

from commonswatch.fingerprints.facts import Unreadable

_EMPTY = "The file is empty."
_NOT_A_PICTURE = "This is not a picture that can be read: send JPEG, PNG, WebP, GIF or AVIF."
_PAGE = "The address gave a web page, not a picture."
_SVG = "SVG drawings are not read: they are programs, not pictures. Send JPEG or PNG."
_VIDEO = "This kind of video is not read. Send MP4, WebM or OGV."
_HEIC = "HEIC pictures are not read. Send JPEG or PNG."

_START = 1024
_BOX = 4  # where the brand of an ISO file begins
_SVG_ROOT = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_PAGE_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|script)[\s>]", re.IGNORECASE)
_VIDEO_STARTS = (
    b"FLV\x01",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"0&\xb2u\x8ef\xcf\x11",
)


def media_type(data: bytes) -> str:
    """The media type of a picture or video that is read; anything else raises Unreadable with the reason."""
    if not data:
        raise Unreadable(_EMPTY)
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data.startswith(b"RIFF"):
        return _riff(data[8:12])
    if data[_BOX : _BOX + 4] == b"ftyp":
        return _iso(data[8:12])
    if data.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"  # or another Matroska, which is read the same way
    if data.startswith(b"OggS"):
        return "video/ogg"
    raise Unreadable(_reason(data[:_START]))


def _riff(form: bytes) -> str:
    if form == b"WEBP":
        return "image/webp"
    raise Unreadable(_VIDEO if form == b"AVI " else _NOT_A_PICTURE)


def _iso(brand: bytes) -> str:
    if brand in (b"avif", b"avis"):
        return "image/avif"
    if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"):
        raise Unreadable(_HEIC)
    return "video/mp4"


def _reason(start: bytes) -> str:
    if start.startswith(_VIDEO_STARTS):
        return _VIDEO
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        page, drawing = _PAGE_START.search(text), _SVG_ROOT.search(text)
        if drawing and not (page and page.start() < drawing.start()):
            return _SVG
        return _PAGE if page else _NOT_A_PICTURE
    return _NOT_A_PICTURE
