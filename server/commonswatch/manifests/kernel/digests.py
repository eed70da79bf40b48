"""Keyed digests of work keys, as key indexes hold them: without the secret they say nothing about a key."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from commonswatch.native import scan

_MASK = (1 << 64) - 1


def key_digest(secret: bytes, key: str) -> int:
    """SipHash-2-4 of a key's text (UTF-8) under a secret of 16 bytes [Aumasson and Bernstein 2012]."""
    if len(secret) != scan.SECRET_BYTES:
        raise ValueError("a secret has 16 bytes")
    text = key.encode(errors="surrogatepass")
    return scan.digest(secret, text) if scan.available() else sip_hash(secret, text)


def key_digests(secret: bytes, keys: Sequence[str]) -> NDArray[np.uint64]:
    """The digests of many keys, in their order."""
    if len(secret) != scan.SECRET_BYTES:
        raise ValueError("a secret has 16 bytes")
    texts = [key.encode(errors="surrogatepass") for key in keys]
    if scan.available():
        return scan.digests(secret, texts)
    return np.array([sip_hash(secret, text) for text in texts], np.uint64)


def sip_hash(secret: bytes, text: bytes) -> int:
    """SipHash-2-4, without the compiled kernel."""
    k0, k1 = int.from_bytes(secret[:8], "little"), int.from_bytes(secret[8:], "little")
    state = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        state[3] ^= word
        _mix(state)
        _mix(state)
        state[0] ^= word
    state[2] ^= 0xFF
    for _ in range(4):
        _mix(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _mix(state: list[int]) -> None:
    a, b, c, d = state
    a = (a + b) & _MASK
    b = _turned(b, 13) ^ a
    a = _turned(a, 32)
    c = (c + d) & _MASK
    d = _turned(d, 16) ^ c
    a = (a + d) & _MASK
    d = _turned(d, 21) ^ a
    c = (c + b) & _MASK
    b = _turned(b, 17) ^ c
    state[:] = a, b, _turned(c, 32), d


def _turned(word: int, by: int) -> int:
    return (word << by | word >> (64 - by)) & _MASK
