"""Letters kept as .eml files where no mail server is set up, and read back for the administrator's page.

One letter is one file, named by its Message-ID: writing it twice leaves one. Files are for the owner only, since a
letter carries an address and links that let somebody in.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from commonswatch.channels.words import one_line
from commonswatch.domain.errors import InvalidInput, NotFound

_NAME = re.compile(r"[0-9a-f]{64}\.eml")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_LARGEST = 1024 * 1024
_MOST_LINKS = 50


@dataclass(frozen=True)
class KeptLetter:
    """One letter of the outbox as a page shows it. ``html`` is untrusted: show it in a sandbox or as text."""

    name: str
    subject: str
    to: str = field(repr=False)
    date: datetime | None
    text: str = field(repr=False)
    html: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)


def write(message: EmailMessage, folder: Path) -> Path:
    """Keep a composed letter; return its file. The same Message-ID gives the same file. Raises OSError."""
    message_id = message["Message-ID"]
    if not message_id:
        raise InvalidInput("A letter without a Message-ID cannot be kept.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(str(message_id).encode()).hexdigest()}.eml"
    if not path.exists():
        _write_whole(path, message.as_bytes())
    return path


def _write_whole(path: Path, data: bytes) -> None:
    """All or nothing, also when the power fails; ``mkstemp`` makes the file 0600 from the start."""
    number, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def list_letters(folder: Path, most: int = 100) -> list[KeptLetter]:
    """The letters kept last, newest first, at most ``most``; none when there is no folder."""
    if not folder.is_dir():
        return []
    kept = [path for path in folder.iterdir() if _NAME.fullmatch(path.name) and not path.is_symlink()]
    kept.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    return [read_letter(folder, path.name) for path in kept[:most]]


def read_letter(folder: Path, name: str) -> KeptLetter:
    """One letter by its file name; NotFound when there is none or the name is not one of ours."""
    if not _NAME.fullmatch(name):
        raise NotFound("There is no such letter.")
    try:
        # O_NOFOLLOW: a link planted in the folder must not show another file
        with os.fdopen(os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            data = file.read(_LARGEST)
    except OSError:
        raise NotFound("There is no such letter.") from None
    return _as_shown(name, message_from_bytes(data, policy=default))


def _as_shown(name: str, mail: EmailMessage) -> KeptLetter:
    text = _body(mail, "plain")
    return KeptLetter(
        name=name,
        subject=one_line(str(mail["Subject"] or "")),
        to=one_line(str(mail["To"] or "")),
        date=mail["Date"].datetime if mail["Date"] else None,
        text=text,
        html=_body(mail, "html"),
        links=tuple(dict.fromkeys(_LINK.findall(text)))[:_MOST_LINKS],
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
