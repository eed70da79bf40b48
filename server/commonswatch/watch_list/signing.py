"""Ed25519 keys of a server, and what they signed: the envelope around the text of a manifest."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from commonswatch.watch_list.refused import Refused, need

_DOMAIN = b"commonswatch watch list 1\n"  # so that a signature can never pass for one of something else
_ID_DIGITS = 16
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class PublicKey:
    """A public key: its id, and its 32 bytes as base64."""

    key: str
    public: str


@dataclass(frozen=True)
class SigningKey:
    """A secret of 32 bytes that signs."""

    seed: bytes = field(repr=False)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> PublicKey:
        """The public half."""
        raw = self._private.public_key().public_bytes_raw()
        return PublicKey(sha256(raw).hexdigest()[:_ID_DIGITS], base64.b64encode(raw).decode())

    def sign(self, text: str) -> dict[str, str]:
        """The signature of a manifest's text, as the envelope holds it. The same text has the same one each time."""
        signature = self._private.sign(_DOMAIN + text.encode())
        return {"key": self.public.key, "signature": base64.b64encode(signature).decode()}


def seal(text: str, keys: Sequence[SigningKey]) -> str:
    """The envelope of a manifest's text, signed with each key."""
    return json.dumps({"manifest": text, "signatures": [key.sign(text) for key in keys]}, ensure_ascii=False)


def open_envelope(envelope: bytes | str, trusted: Sequence[PublicKey]) -> str:
    """The text in an envelope, signed by one of the keys. Raise Refused."""
    text, signatures = _parts(envelope)
    need(any(_signed(text, signatures, key) for key in trusted), "signature")
    return text


def text_of(envelope: bytes | str) -> str:
    """The text in an envelope of our own, whoever signed it. Raise Refused."""
    return _parts(envelope)[0]


def is_public_key(key: Any, public: Any) -> bool:
    """Whether this is a public key under its own id."""
    raw = _from_base64(public, _PUBLIC_BYTES)
    return raw is not None and sha256(raw).hexdigest()[:_ID_DIGITS] == key


def _parts(envelope: bytes | str) -> tuple[str, list[Any]]:
    try:
        told = json.loads(envelope)
    except (ValueError, RecursionError):
        raise Refused("format") from None
    text, signatures = (told.get("manifest"), told.get("signatures")) if isinstance(told, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(signatures, list):
        raise Refused("signature")
    return text, signatures


def _signed(text: str, signatures: list[Any], key: PublicKey) -> bool:
    found = next((one for one in signatures if isinstance(one, dict) and one.get("key") == key.key), {})
    signature = _from_base64(found.get("signature"), _SIGNATURE_BYTES)
    public = _from_base64(key.public, _PUBLIC_BYTES)
    if signature is None or public is None:
        return False
    try:
        signed = _DOMAIN + text.encode("utf-8", "surrogatepass")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _from_base64(text: Any, length: int) -> bytes | None:
    """Bytes of a known length; None when it is anything else."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == length and base64.b64encode(raw).decode() == text else None
