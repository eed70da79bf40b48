"""The catalogue of datasets: what each is, what it was made from and what was made from it. Data: `datasets.json`.

The format, and how to add a dataset: docs/datasets.md. Everything in it is as reported by the sources named.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from hashlib import sha256
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from commonswatch.rules.datasets import Dataset, Source, read_dataset, read_source

_LONGEST = 4096
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # of ASCII only: the same in every language
_PLAIN = str.maketrans(ascii_uppercase, ascii_lowercase, " \t-_./()")
_WITH_FOLDER = 2  # parts of a path that a file name in the catalogue may have: `splits/train.json`


class Catalogue:
    """Datasets by id and by what recognises them. ``sources`` are those their facts are from."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.checked: str = entries["checked"]
        self.sources: dict[str, Source] = {name: read_source(name, one) for name, one in entries["sources"].items()}
        self.datasets: dict[str, Dataset] = {one["id"]: read_dataset(one, self.sources) for one in entries["datasets"]}
        self._made_from: dict[str, list[str]] = {one: [] for one in self.datasets}
        for one in self.datasets.values():
            for origin in one.derived_from:
                self._made_from[origin].append(one.id)
        self._by_name = {plain(name): one for one in self.datasets.values() for name in one.names}
        self._by_digest = {(kind, value): one for one in self.datasets.values() for kind, value in one.digests}

    def dataset(self, name: str) -> Dataset | None:
        """The dataset with this id, name or alias, however it is spelled. None when there is none."""
        return self.datasets.get(name) or (self._by_name.get(plain(name)) if len(name) <= _LONGEST else None)

    def ancestors(self, name: str) -> tuple[Dataset, ...]:
        """All it was made from, nearest first."""
        return self._walk(name, lambda one: self.datasets[one].derived_from)

    def derived(self, name: str) -> tuple[Dataset, ...]:
        """All that was made from it, nearest first."""
        return self._walk(name, lambda one: self._made_from[one])

    def roots(self, name: str) -> tuple[Dataset, ...]:
        """What it goes back to in the end: its ancestors that were made from nothing else, or itself."""
        return tuple(one for one in (*self._itself(name), *self.ancestors(name)) if not one.derived_from)

    def family(self, name: str) -> tuple[Dataset, ...]:
        """All that go back to a root of it, in the order of the catalogue; itself among them."""
        roots = {one.id for one in self.roots(name)}
        return tuple(one for one in self.datasets.values() if any(root.id in roots for root in self.roots(one.id)))

    def families(self) -> dict[str, tuple[Dataset, ...]]:
        """The families of at least two, by the id of their root. A dataset of mixed origin is in several."""
        roots = [one for one in self.datasets.values() if not one.derived_from and self._made_from[one.id]]
        return {one.id: self.family(one.id) for one in roots}

    def relatives(self, name: str) -> tuple[Dataset, ...]:
        """Itself, all it was made from, all made from it, and whatever else went into those: nothing left out."""
        below = self.derived(name)
        above = [origin for one in below for origin in self.ancestors(one.id)]
        wanted = {one.id for one in (*self._itself(name), *self.ancestors(name), *below, *above)}
        return tuple(one for one in self.datasets.values() if one.id in wanted)

    def by_file(self, name: str, *, generic: bool = False) -> tuple[Dataset, ...]:
        """Datasets with a file or folder of this name, also at the end of a path; with ``generic`` common names too."""
        parts = name.translate(_LOWER).strip("/").split("/") if len(name) <= _LONGEST else []
        tails = {"/".join(parts[-count:]) for count in range(1, min(len(parts), _WITH_FOLDER) + 1)}
        return tuple(one for one in self.datasets.values() if one.has_file(tails, generic=generic))

    def by_signature(self, kind: str, digest: str) -> Dataset | None:
        """The dataset with this ``btih_sha256`` or ``md5`` digest."""
        return self._by_digest.get((kind, digest.translate(_LOWER)))

    def by_torrent(self, info_hash: str) -> Dataset | None:
        """The dataset a torrent with this info hash (40 hexadecimal digits) holds."""
        return self.by_signature(
            "btih_sha256", sha256(info_hash.translate(_LOWER).encode(errors="replace")).hexdigest()
        )

    def described(self, one: Dataset) -> dict[str, Any]:
        """All that is known about a dataset and its relations, as plain values; what is not known is left out."""
        facts = {name: value for name, value in asdict(one).items() if value not in (None, "", (), {})}
        related = {"ancestors": self.ancestors(one.id), "derived": self.derived(one.id), "family": self.family(one.id)}
        return facts | {name: [other.id for other in others] for name, others in related.items()}

    def _itself(self, name: str) -> Iterator[Dataset]:
        found = self.dataset(name)
        if found:
            yield found

    def _walk(self, name: str, step: Callable[[str], Iterable[str]]) -> tuple[Dataset, ...]:
        seen: dict[str, None] = {}
        edge = [one.id for one in self._itself(name)]
        while edge:
            edge = [near for one in edge for near in step(one) if near not in seen]
            seen.update(dict.fromkeys(edge))
        return tuple(self.datasets[one] for one in seen)


def plain(name: str) -> str:
    """A name as names are compared: without case, blanks and the signs people write instead of blanks."""
    return name.translate(_PLAIN)


def _load() -> Catalogue:
    return Catalogue(json.loads(files("commonswatch.rules").joinpath("datasets.json").read_text(encoding="utf-8")))


CATALOGUE = _load()
"""The catalogue that comes with this room; its functions are those below."""

DATASETS = tuple(CATALOGUE.datasets.values())
dataset = CATALOGUE.dataset
ancestors, derived, relatives = CATALOGUE.ancestors, CATALOGUE.derived, CATALOGUE.relatives
roots, family, families = CATALOGUE.roots, CATALOGUE.family, CATALOGUE.families
described = CATALOGUE.described
by_file, by_signature, by_torrent = CATALOGUE.by_file, CATALOGUE.by_signature, CATALOGUE.by_torrent
