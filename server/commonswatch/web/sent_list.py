"""A list as the form sends it: a file with the form itself or in pieces before it, or an address."""

from pathlib import Path

from flask import request

from commonswatch import rules
from commonswatch.domain.errors import InvalidInput
from commonswatch.fetch.connectors import closed
from commonswatch.services.scanning import uploads


def name_of(url: str) -> str:
    """What the list is called: as the browser sent it, or the end of the address."""
    file = request.files.get("file")
    sent = (file.filename if file else "") or request.form.get("name", "")
    return (sent or url.partition("?")[0].rstrip("/").rpartition("/")[2])[:300].replace("\\", "/").rpartition("/")[2]


def refuse_closed(url: str) -> None:
    """Raise InvalidInput, with what to do instead, for hosts that give nothing without an account."""
    where = rules.location(url)
    if where is not None and (words := closed.words(where.key.partition(":")[0])):
        raise InvalidInput(words, ("url",))


def take_whole_file(path: Path) -> None:
    """A file that came with the form itself: what a browser without JavaScript sends."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return
    path.unlink(missing_ok=True)
    offset = 0
    with file.stream as stream:
        while some := stream.read(uploads.LARGEST_PIECE):
            offset = uploads.take_piece(path, offset, some)
