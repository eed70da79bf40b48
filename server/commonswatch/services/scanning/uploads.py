"""Manifests on their way in: written to the disk piece by piece, never held in memory, and looked at before a scan."""

import shutil
from pathlib import Path

from commonswatch.domain.errors import Conflict, InvalidInput
from commonswatch.keyring import Keyring
from commonswatch.manifests.opening import open_manifest
from commonswatch.services.scanning import folder

LARGEST_PIECE = 8 * 2**20  # bytes
LARGEST = 8 * 2**30  # bytes
_NO_LIST = (
    "This is neither a table, a list, JSON nor an archive of pictures. "
    "Choose the file that names the pictures, for example a .tsv, .csv, .txt, .json, .parquet or .zip."
)
ROOM_LEFT = 2 * 2**30
"""Bytes of the disk that an upload leaves free: the database is on it."""


def place(home: Path, keyring: Keyring, account_id: int, form_token: str) -> Path:
    """Where the upload of one form is written; nobody else's form can name it."""
    return folder.incoming(home, keyring.digest("upload", f"{account_id}:{form_token}").hex()[:32])


def take_piece(path: Path, offset: int, piece: bytes) -> int:
    """Add a piece at ``offset`` and return how long the upload is now; the same piece again changes nothing.

    Raise InvalidInput when it is too large, and Conflict when a piece before it is missing.
    """
    size = path.stat().st_size if path.exists() else 0
    if offset > size:
        raise Conflict("A piece of the file is missing. Send it once more.")
    if len(piece) > LARGEST_PIECE or offset + len(piece) > LARGEST:
        raise InvalidInput("This is larger than 8 GB. Compress it, or divide it into several files.")
    if shutil.disk_usage(path.parent).free - len(piece) < ROOM_LEFT:
        raise InvalidInput("There is too little room left on this server's disk.")
    with path.open("r+b" if size else "wb") as file:
        file.seek(offset)
        file.write(piece)
    return max(size, offset + len(piece))


def look_at(path: Path, name: str) -> None:
    """Raise InvalidInput when an upload is empty or nothing that lists pictures or people, whatever its name says.

    Without a ``name`` nobody chose a file.
    """
    if not path.exists() or not path.stat().st_size:
        problem = "This file is empty. Choose another." if name else "Choose a file, or give an address."
        raise InvalidInput(problem, ("file",))
    with open_manifest(path, name=name) as manifest:
        if manifest.problem is not None:
            raise InvalidInput(manifest.problem.detail, ("file",))
        if manifest.kind == "unknown":
            raise InvalidInput(_NO_LIST, ("file",))


def hand_over(path: Path, home: Path, scan_id: int) -> None:
    """The upload becomes the manifest of a scan."""
    path.replace(folder.manifest(home, scan_id))
