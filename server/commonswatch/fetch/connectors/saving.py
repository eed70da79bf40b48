"""The bytes of a remote file, through what stands between its address and them: pointers, and pages that ask first."""

import io
import re
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import urlsplit

from commonswatch.domain.errors import RemoteError
from commonswatch.fetch.connectors.closed import GATED
from commonswatch.fetch.connectors.shelf import Closed, Reader, RemoteFile
from commonswatch.fetch.policy import Saved, Version
from commonswatch.fetch.refusals import FetchFailed, FetchRefused

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]{1,200}\n)*"
    rb"oid sha256:[0-9a-f]{64}\nsize [0-9]{1,15}\n?"
)  # git-lfs, docs/spec.md: “must be less than 1024 bytes”
_LONGEST_POINTER = 1024
_ON_THE_WAY = ("cut-short", "too-slow", "too-large", "bomb", "encoding")
_NOT_FOR_EVERYBODY = {401, 403}
_ASKS = (
    "The host answers with a page instead of the file: it asks for an account, or too many people read it today. "
    "If you may see it, save the file on your computer and upload it as a scan."
)


def save(
    file: RemoteFile, reader: Reader, into: BinaryIO, *, max_bytes: int, seconds: float, known: Version | None = None
) -> Saved | None:
    """Write the file's bytes into an open file (which it may empty and write anew); None if it is the known version.

    Raises Closed when the host answers with a page instead, and what ``reader`` raises.
    """
    start = into.tell()
    try:
        saved = reader.save(file.url, into, max_bytes=max_bytes, seconds=seconds, known=known)
    except FetchFailed as failure:
        if failure.permanent and failure.status in _NOT_FOR_EVERYBODY:
            raise Closed(GATED) from None
        raise
    if saved is None:
        return None
    head = _head(into, start)
    if _POINTER.fullmatch(head) and (target := _large_file(file.url)):
        into.seek(start)
        into.truncate()
        large = reader.save(target, into, max_bytes=max_bytes, seconds=seconds)
        return replace(large, version=saved.version) if large else None  # the pointer is asked for the next time
    if saved.media_type == "text/html" and not re.search(r"\.html?$", file.name) and _is_page(head):
        raise Closed(_ASKS)
    return saved


def broke_off(error: RemoteError) -> bool:
    """Whether a failure ended ``save`` on the way, so that what was written is the start of the file."""
    return isinstance(error, FetchFailed | FetchRefused) and error.reason in _ON_THE_WAY


def _head(into: BinaryIO, start: int) -> bytes:
    into.flush()
    into.seek(start)
    head = into.read(_LONGEST_POINTER)
    into.seek(0, io.SEEK_END)
    return head


def _is_page(head: bytes) -> bool:
    return head.lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _large_file(url: str) -> str | None:
    """Where GitHub keeps the bytes of a pointer at ``raw.githubusercontent.com``, None for other hosts."""
    parts = urlsplit(url)
    if parts.hostname != "raw.githubusercontent.com":
        return None
    return f"https://media.githubusercontent.com/media{parts.path}"
