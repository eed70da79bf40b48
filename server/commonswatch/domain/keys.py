"""Keys: what identifies a work or a location whatever its address looks like. The room `rules` finds them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

How = Literal["exact", "unwrapped", "guessed"]


MANY_WORKS = frozenset({"album", "channel", "gallery", "group", "tag", "user"})
"""Kinds of key that mean many works, and so none that could be registered or found as one."""


class WorkKey(NamedTuple):
    """What identifies a work: `flickr:photo:105`, `wikimedia:commons:Name.jpg`, `url:host/path`.

    ``how`` it was won: read from an address of its host (`exact`), from inside a proxy's or archive's address
    (`unwrapped`), or from something that may also mean another work, such as a file name (`guessed`).
    """

    key: str
    kind: str
    how: How


@dataclass(frozen=True, repr=False)
class LocationKey:
    """What identifies a place where works were seen. Several links to one share or repository have one key."""

    key: str
    kind: str
    url: str  # public address: without the secret, the person who shared, or how somebody came there
    path: str = ""  # the place inside: a file of a repository, a file name of a share
    access: str | None = None  # the secret that opens it; in no log and no traceback
    how: How = "exact"
    hidden: bool = False  # the key itself opens the data, as a torrent's does: nor does it stand in any log

    def __repr__(self) -> str:
        shown = "hidden" if self.hidden else f"{self.key!r}, {self.url!r}, {self.path!r}"
        return f"LocationKey({shown}, kind={self.kind!r}, how={self.how!r})"
