"""What is known about one dataset, as values: read from an entry of `datasets.json`. Relations are in catalogue.py."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_NUMBERS = ("year", "footage_year", "images", "identities", "videos", "annotations")
_NOTES = ("images_note", "files_note", "note", "match_hint")
_LISTS = ("derived_from", "also_derived", "aliases", "files", "generic_files")


class State(StrEnum):
    """What became of a dataset."""

    WITHDRAWN = "withdrawn"
    LIVE = "live"
    RESTRICTED = "restricted"
    GONE = "gone"
    REPLACED = "replaced"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


class OriginClass(StrEnum):
    """Where the pictures of a dataset came from."""

    SEARCH_ENGINE = "search_engine"
    FLICKR_CC = "flickr_cc"
    WEB = "web"
    WEB_CC = "web_cc"
    WEB_CRAWL = "web_crawl"
    NEWS = "news"
    SURVEILLANCE = "surveillance"
    VIDEO_WEB = "video_web"
    DERIVED = "derived"
    LIST = "list"


@dataclass(frozen=True)
class Source:
    """Where a fact is from. One that ``hands_out`` copies itself is neither named nor linked on public pages."""

    id: str
    title: str
    url: str | None = None
    hands_out: bool = False


@dataclass(frozen=True)
class Status:
    """What became of it, since when (``2019``, ``2019-06`` or ``2019-06-02``), and who says so."""

    state: State
    date: str | None
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Side:
    """What one side of a dispute says."""

    text: str
    source: Source


@dataclass(frozen=True)
class ReportedUsers:
    """Who is named as a user, by whom. As reported: named in papers or by journalists; not proof."""

    names: tuple[str, ...]
    source: Source
    note: str


@dataclass(frozen=True)
class Removal:
    """The way out that its makers offer."""

    text: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One dataset. Numbers and years are None when nobody named knows them."""

    id: str
    name: str
    year: int | None
    footage_year: int | None
    images: int | None
    identities: int | None
    videos: int | None
    annotations: int | None
    images_note: str
    origin: str
    origin_class: OriginClass
    organisation: str
    status: Status
    accounts: tuple[Side, ...]
    derived_from: tuple[str, ...]
    also_derived: tuple[str, ...]
    aliases: tuple[str, ...]
    files: tuple[str, ...]
    generic_files: tuple[str, ...]
    files_note: str
    btih_sha256: str | None
    md5: dict[str, str] = field(hash=False)
    known_users: tuple[ReportedUsers, ...]
    removal: Removal | None
    note: str
    match_hint: str
    sources: tuple[Source, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All it is called, its id first."""
        return self.id, self.name, *self.aliases

    @property
    def digests(self) -> Iterator[tuple[str, str]]:
        """Kinds and values of what recognises its files."""
        if self.btih_sha256:
            yield "btih_sha256", self.btih_sha256
        yield from (("md5", digest) for digest in self.md5.values())

    def has_file(self, names: Iterable[str], *, generic: bool) -> bool:
        """Whether one of these names, in lower case, is one of its files; common names count only with ``generic``."""
        own = [one for one in self.files if generic or one not in self.generic_files]
        return any(_is_named(name, one.lower()) for one in own for name in names)


def read_source(name: str, entry: dict[str, Any]) -> Source:
    """A source from its entry."""
    return Source(name, entry["title"], entry.get("url"), entry.get("hands_out", False))


def read_dataset(entry: dict[str, Any], sources: dict[str, Source]) -> Dataset:
    """A dataset from its entry. Raises KeyError or ValueError for an entry that docs/datasets.md does not allow."""
    signatures, removal = entry.get("signatures", {}), entry.get("removal")
    plain: dict[str, Any] = {name: entry[name] for name in ("id", "name", "origin", "organisation")}
    plain |= {name: entry.get(name) for name in _NUMBERS}
    plain |= {name: entry.get(name, "") for name in _NOTES}
    plain |= {name: tuple(entry.get(name, ())) for name in _LISTS}
    return Dataset(
        **plain,
        origin_class=OriginClass(entry["origin_class"]),
        status=_status(entry["status"], sources),
        accounts=tuple(Side(one["text"], sources[one["source"]]) for one in entry.get("accounts", ())),
        btih_sha256=signatures.get("btih_sha256"),
        md5=signatures.get("md5", {}),
        known_users=tuple(_users(one, sources) for one in entry.get("known_users", ())),
        removal=Removal(removal["text"], removal.get("url")) if removal else None,
        sources=tuple(sources[one] for one in entry["sources"]),
    )


def _status(entry: dict[str, Any], sources: dict[str, Source]) -> Status:
    named = tuple(sources[one] for one in entry["sources"])
    return Status(State(entry["state"]), entry.get("date"), entry.get("note", ""), named)


def _users(entry: dict[str, Any], sources: dict[str, Source]) -> ReportedUsers:
    return ReportedUsers(tuple(entry["names"]), sources[entry["source"]], entry.get("note", ""))


def _is_named(name: str, own: str) -> bool:
    """Whether a name is this one; one ``*`` stands for anything but a folder."""
    start, star, end = own.partition("*")
    if not star:
        return name == own
    middle = name[len(start) : len(name) - len(end)]
    return len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end) and "/" not in middle
