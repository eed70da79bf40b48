"""Reading one answer within limits of size, packing and time."""

import http.client
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from commonswatch.fetch.deadline import Deadline
from commonswatch.fetch.policy import MIB
from commonswatch.fetch.refusals import FetchFailed, FetchRefused

_PIECE = 64 * 1024
_RATIO_COUNTS_FROM = MIB


@dataclass(frozen=True)
class Limits:
    """``wire``: bytes as sent; ``decoded``: bytes when unpacked; ``ratio``: between them, beyond 1 MiB."""

    wire: int
    decoded: int
    ratio: int


def read_body(answer: BaseHTTPResponse, limits: Limits, deadline: Deadline) -> Iterator[bytes]:
    """The body in pieces of at most 1 MiB, unpacked once if it was gzipped.

    Raises FetchRefused (too-large, bomb, encoding) and FetchFailed (cut-short, too-slow), also after some pieces.
    """
    gzipped = _is_gzipped(answer)
    declared = answer.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limits.wire:
        raise FetchRefused("too-large")
    pieces = _pieces(answer, limits, deadline)
    return _unpacked(pieces, limits) if gzipped else _plain(pieces, limits)


def _is_gzipped(answer: BaseHTTPResponse) -> bool:
    transfer = answer.headers.get("transfer-encoding", "").strip().lower()
    content = answer.headers.get("content-encoding", "").strip().lower()
    if transfer not in ("", "identity", "chunked") or content not in ("", "identity", "gzip", "x-gzip"):
        raise FetchRefused("encoding")
    return content in ("gzip", "x-gzip")


def _pieces(answer: BaseHTTPResponse, limits: Limits, deadline: Deadline) -> Iterator[bytes]:
    """Bytes as they come. ``read1`` never waits to fill a piece and never believes a chunk's size."""
    wire = 0
    while True:
        try:
            piece = answer.read1(_PIECE, decode_content=False)
        except (HTTPError, http.client.HTTPException, OSError, ValueError):
            deadline.remaining()
            raise FetchFailed("cut-short") from None
        deadline.remaining()
        if not piece:
            return
        wire += len(piece)
        if wire > limits.wire:
            raise FetchRefused("too-large")
        yield piece


def _plain(pieces: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    decoded = 0
    for piece in pieces:
        decoded += len(piece)
        if decoded > limits.decoded:
            raise FetchRefused("too-large")
        yield piece


def _unpacked(pieces: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Gzip, which may consist of several members (RFC 1952 §2.2)."""
    wire = decoded = 0
    member = zlib.decompressobj(wbits=31)
    begun = False
    for piece in pieces:
        wire += len(piece)
        rest = piece
        while rest:
            begun = True
            unpacked = _unpack(member, rest)
            decoded += len(unpacked)
            _check_growth(decoded, wire, limits)
            yield unpacked
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member, begun = zlib.decompressobj(wbits=31), False
    if begun:
        raise FetchFailed("cut-short")


def _unpack(member: "zlib._Decompress", piece: bytes) -> bytes:
    try:
        return member.decompress(piece, MIB)
    except zlib.error:
        raise FetchRefused("encoding") from None


def _check_growth(decoded: int, wire: int, limits: Limits) -> None:
    if decoded > _RATIO_COUNTS_FROM and decoded > wire * limits.ratio:
        raise FetchRefused("bomb")
    if decoded > limits.decoded:
        raise FetchRefused("too-large")
