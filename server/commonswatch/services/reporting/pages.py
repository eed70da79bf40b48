"""Reading the page a report names, within all limits, and turning its bytes into text. Needs no database."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Protocol

from commonswatch.domain.errors import RemoteError
from commonswatch.fetch import Fetched

LARGEST_PAGE = 5 * 2**20  # bytes
_TEXT = ("text/", "application/json", "application/xml", "application/xhtml+xml")
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "euc-kr": "euc_kr"}
_CHARSETS |= {"shift_jis": "shift_jis", "euc-jp": "euc_jp", "iso-8859-1": "cp1252", "windows-1252": "cp1252"}
"""All other names, right or wrong, are read as UTF-8."""
_CHARSET = re.compile(rb"charset ?= ?[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_HEAD = 2048  # bytes in which a page may name its charset


class Reader(Protocol):
    """What reads the web (``fetch.Fetcher``)."""

    def get(
        self, url: str, *, max_bytes: int | None = None, accept: str = "*/*", seconds: float | None = None
    ) -> Fetched:
        """Read one public address within ``seconds``, or raise RemoteError."""


@dataclass(frozen=True)
class PageLook:
    """What the page answered; ``text`` is None when it was not read, and ``reason`` says why in plain words."""

    text: str | None = field(default=None, repr=False)
    status: int | None = None
    fetched_at: datetime | None = None
    reason: str | None = None
    passing: bool = False  # the reason may be gone later
    url: str = field(default="", repr=False)  # where redirects ended
    media_type: str = ""

    @property
    def plain(self) -> str | None:
        """The text without ``&amp;`` and the like."""
        return unescape(self.text) if self.text is not None else None


def read(url: str | None, reader: Reader, seconds: float) -> PageLook:
    """Read the page at ``url``, which is None when it opens only with an access code."""
    if url is None:
        return PageLook(reason="The page opens only with an access code, which we do not use.")
    try:
        accept = "text/html, text/*;q=0.9, */*;q=0.1"
        fetched = reader.get(url, max_bytes=LARGEST_PAGE, accept=accept, seconds=seconds)
    except RemoteError as error:
        return PageLook(reason=error.detail, status=getattr(error, "status", None), passing=not error.permanent)
    if not fetched.media_type.startswith(_TEXT):
        return PageLook(None, fetched.status, fetched.fetched_at, "The address does not lead to a page of text.")
    text = fetched.body.decode(_charset(fetched), "replace")
    return PageLook(text, fetched.status, fetched.fetched_at, url=fetched.final_url, media_type=fetched.media_type)


def _charset(fetched: Fetched) -> str:
    """What the answer or the head of the page says, when we know it."""
    said = fetched.headers.get("content-type", "").encode("latin-1", "replace") + b"\n" + fetched.body[:_HEAD]
    named = _CHARSET.search(said)
    return _CHARSETS.get(named[1].decode().lower(), "utf-8") if named else "utf-8"
