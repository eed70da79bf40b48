"""The folder of the watch list's files, each named by its digest. A file is there whole or not at all, also after a
power cut. Web servers and workers on several machines share it.
"""

import os
import re
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from commonswatch.domain.errors import NotFound
from commonswatch.watch_list.manifest import File, Step, file_of

NAME = "watch-list"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NEWEST = "newest.json"


@dataclass(frozen=True)
class Folder:
    """The files of the versions that are still handed out."""

    path: Path

    def put(self, raw: bytes) -> File:
        """Keep a file; returns its name and size."""
        file = file_of(raw)
        if not self._is_whole(file):
            self._write(file.sha256, raw)
        return file

    def get(self, digest: str) -> bytes:
        """The bytes of a file; raise NotFound. They may have been damaged on the disk: whoever cares compares."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("There is no such file.")
        try:
            return (self.path / digest).read_bytes()
        except OSError:
            raise NotFound("There is no such file. It may belong to an older version.") from None

    def get_whole(self, file: File) -> bytes:
        """The same, and a file that was damaged is forgotten, so that it can be made anew."""
        raw = self.get(file.sha256)
        if file_of(raw) == file:
            return raw
        (self.path / file.sha256).unlink(missing_ok=True)
        raise NotFound("This file was damaged.")

    def has(self, file: File | Step) -> bool:
        """Whether a file is there as it was."""
        try:
            self.get_whole(File(file.sha256, file.bytes))
        except NotFound:
            return False
        return True

    def newest(self) -> str | None:
        """The envelope that was published last, also when the database was set back since."""
        try:
            return (self.path / _NEWEST).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def set_newest(self, envelope: str) -> None:
        """Remember the envelope that was published last."""
        self._write(_NEWEST, envelope.encode())

    def forget_all_but(self, digests: Collection[str], age: timedelta) -> int:
        """Delete other files that are older; return how many."""
        before, forgotten = time.time() - age.total_seconds(), 0
        for file in self.path.glob("*"):
            if file.name not in digests and file.name != _NEWEST and file.stat().st_mtime < before:
                file.unlink(missing_ok=True)
                forgotten += 1
        return forgotten

    def _is_whole(self, file: File) -> bool:
        try:
            with (self.path / file.sha256).open("rb") as there:
                os.utime(there.fileno())  # it is wanted again, so it is not old
                return sha256(there.read()).hexdigest() == file.sha256
        except OSError:
            return False

    def _write(self, name: str, raw: bytes) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self.path, prefix=".", delete=False) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self.path / name)
        _sync(self.path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
