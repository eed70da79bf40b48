"""The installation's own keys and what is done with them: keyed digests, sealing at rest, link tokens, signatures.

The keys live as files beside the database, never in it, so that a stolen database alone opens nothing.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from commonswatch.domain.errors import NotFound

KEY_BYTES = 32
_NONCE = 12
_MAC = 18


@dataclass(frozen=True)
class Keyring:
    """Three keys of 32 bytes: for digests, for sealing, for web sessions; and a seed for signing (Ed25519)."""

    digest_key: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)

    @classmethod
    def open(cls, folder: Path) -> "Keyring":
        """Read the keys in ``folder``, making those that do not exist yet (mode 0600)."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = ("digest_key", "sealing_key", "session_key", "signing_seed")
        return cls(**{name: _read_or_make(folder / name) for name in names})

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.sealing_key)

    def digest(self, purpose: str, text: str | bytes) -> bytes:
        """Keyed digest (HMAC-SHA256, 32 bytes): equal texts are recognised, but not guessed from the database."""
        raw = text.encode() if isinstance(text, str) else text
        return hmac.digest(self.digest_key, purpose.encode() + b"\0" + raw, hashlib.sha256)

    def seal(self, plain: bytes) -> bytes:
        """Encrypt for storage (AES-256-GCM, random nonce in front)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt what ``seal`` made; raise NotFound when it was not made with this key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise NotFound("This was sealed with another key.") from error

    def seal_text(self, plain: str) -> bytes:
        """Encrypt a text for storage."""
        return self.seal(plain.encode("utf-8", "surrogatepass"))

    def unseal_text(self, sealed: bytes) -> str:
        """Decrypt what ``seal_text`` made."""
        return self.unseal(sealed).decode("utf-8", "surrogatepass")

    def link_token(self, purpose: str, number: int, nonce: bytes) -> str:
        """A token for a link that opens one thing without an account: number and MAC, 35 characters or so.

        ``nonce`` is stored with the thing; changing it ends all its links.
        """
        head = number.to_bytes(6)
        return _to_text(head + self._link_mac(purpose, head, nonce))

    def read_link_number(self, token: str) -> int:
        """The number inside a token, to look the thing up; it proves nothing before ``check_link``."""
        return int.from_bytes(_from_text(token)[:6])

    def check_link(self, purpose: str, token: str, nonce: bytes) -> None:
        """Raise NotFound unless ``token`` was made for this purpose and nonce."""
        raw = _from_text(token)
        if not hmac.compare_digest(raw[6:], self._link_mac(purpose, raw[:6], nonce)):
            raise NotFound("This link is not valid.")

    def _link_mac(self, purpose: str, head: bytes, nonce: bytes) -> bytes:
        return self.digest("link:" + purpose, head + nonce)[:_MAC]


def new_token() -> str:
    """A random token nobody can guess (192 bits), for devices and sign-in links."""
    return secrets.token_urlsafe(24)


def new_receipt(now: datetime) -> str:
    """A token nobody can guess (144 random bits after the time in milliseconds), as long as the others.

    What is written together has neighbouring receipts, so an index of them grows at one end instead of everywhere.
    """
    return _to_text(int(now.timestamp() * 1000).to_bytes(6) + secrets.token_bytes(18))


def token_digest(token: str) -> bytes:
    """What is stored of a random token: SHA-256 is enough, since the token cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _from_text(token: str) -> bytes:
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotFound("This link is not valid.") from error
    if len(raw) != 6 + _MAC:
        raise NotFound("This link is not valid.")
    return raw


def _read_or_make(path: Path) -> bytes:
    """Read one key file; make it first when missing. Two processes that start together end with the same key."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_key(path)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise RuntimeError(f"{path} must hold {KEY_BYTES} bytes; it holds {len(key)}. Restore it from a backup.")
    return key
