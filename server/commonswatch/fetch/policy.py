"""What a fetch may cost and what it gives back; plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

MIB = 1024 * 1024


def contactable(version: str, site: str) -> str:
    """The User-Agent with which we introduce ourselves: product, version, and where we can be reached."""
    return f"Commonswatch/{version} (+{site})"


@dataclass(frozen=True)
class FetchPolicy:
    """The limits of one fetcher. Times are in seconds, sizes in bytes.

    ``played`` names are answered by a loopback address instead of DNS (tests and the demo only); TLS is verified
    against ``ca_file`` all the same. Without a ``ca_file`` the usual web authorities are trusted.
    Raises ValueError for a played address that is not loopback, or a User-Agent that cannot be a header.
    """

    user_agent: str
    deadline: float = 20.0
    connect_timeout: float = 5.0
    max_wire: int = 25 * MIB
    max_decoded: int = 50 * MIB
    max_ratio: int = 100
    max_redirects: int = 5
    played: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    ca_file: Path | None = None
    host_delay: float = 1.0
    pace_over: float = 60.0  # within it what is saved must begin to come, then 1 KiB/s in each such stretch of time

    def __post_init__(self) -> None:
        if not self.user_agent.strip() or not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError("user_agent must be printable ASCII text")
        if not all(ip_address(address).is_loopback for address, _ in self.played.values()):
            raise ValueError("played names may only lead to loopback addresses")


@dataclass(frozen=True)
class Fetched:
    """An answer, complete and unpacked.

    ``headers`` have lower-case names; ``redirects`` are the addresses that passed us on, in order.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    media_type: str
    sha256: str
    fetched_at: datetime
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """How a server names the state of a file (RFC 9110 §8.8), to be asked later whether it is still the same."""

    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask; none when the server named nothing."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value and value.isascii() and value.isprintable()}


@dataclass(frozen=True)
class Saved:
    """A file that was written as it came; ``size`` is in bytes."""

    url: str
    final_url: str
    media_type: str
    size: int
    sha256: str
    version: Version
    saved_at: datetime
