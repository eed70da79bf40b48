"""The words of `links.json` and the names of the catalogue, ready to read. Knows no page."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from commonswatch.rules.catalogue import DATASETS, ancestors
from commonswatch.rules.datasets import Dataset, OriginClass
from commonswatch.rules.links.blocks import Section
from commonswatch.rules.links.pieces import Commands
from commonswatch.rules.links.words import Vocabulary, squeezed, words

_SHORTEST_FILE = 8  # letters of a file name that is a name by itself: `wiki.mat` is not
_LIST: dict[str, Any] = {"role": "list", "strength": 2}
_MOST_LABELS = 8  # of a host
_LONGEST_CODE = 4  # letters of the access code of a share
_NUMBER = re.compile(r"[0-9]{1,3}(?:[,.][0-9]{3})+|[0-9]{5,9}")
_ENDING = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]{0,6}){1,2}$")


class Rules:
    """What role words, names, endings and hosts mean."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self.words = Vocabulary(
            fillers={squeezed(word) for word in entries["fillers"]},
            filler_parts=tuple(entries["filler_parts"]),
            careful={squeezed(name): name for name in entries["careful"]},
        )
        self.words.add_void(entries["void"])
        self.words.add_roles(entries["roles"])
        for name, dataset in entries["names"].items():
            self.words.add_name(name, dataset)
        for name in entries["others"]:
            self.words.add_name(name, "")
        self.kinds = frozenset(entries["kinds"])
        self.code_hosts = frozenset(entries["code_hosts"])
        self.benchmarks = frozenset(entries["benchmarks"])
        self._archives = tuple(entries["archives"])
        self.commands = Commands(
            [(one["sign"], f"{one['before']}({one['id']})", one["url"]) for one in entries["commands"]]
        )
        self._gets = re.compile(entries["gets"])
        self._list_files = re.compile(entries["list_files"])
        self._papers = frozenset(map(squeezed, entries["papers"]))
        self._homes = frozenset(entries["homes"])
        self._endings = {end: role for role, ends in entries["endings"].items() for end in ends}
        self._counts: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for one in DATASETS:
            self._add_names(one)
        for one in DATASETS:
            self._add_files(one)

    def _add_names(self, one: Dataset) -> None:
        """The names and counts of a dataset."""
        owner, is_list = _owner(one)
        for name in (one.id, *one.aliases):
            self.words.add_name(name, owner, **(_LIST if is_list else {}))
        for count in (one.images, one.identities):
            if count and count % 1000 and not is_list:
                self._counts[str(count)] = one.id

    def _add_files(self, one: Dataset) -> None:
        """The names of its files: those that anybody could have chosen only say nothing."""
        owner, is_list = _owner(one)
        for name in one.files:
            stem = _ENDING.sub("", name)
            if name in one.generic_files or "*" in name:
                self.words.fillers.update(word.lower() for word in words(stem))
            elif len(squeezed(stem)) >= _SHORTEST_FILE or len(words(stem)) > 1:
                listed = is_list or self._list_files.search(name.lower())
                self.words.add_name(stem, owner, **(_LIST if listed else {}))
                self._stems[squeezed(stem)] = owner

    def role_of_ending(self, name: str) -> str:
        """The role of a file by the end of its name; empty where that says nothing."""
        if squeezed(_ENDING.sub("", name)) in self._papers:
            return "other"
        return self._endings.get("." + name.lower().rsplit(".", 1)[-1], "") if "." in name else ""

    def is_file(self, name: str) -> bool:
        """Whether a file name is one of an archive, or of a file with a role of its own."""
        return self.is_archive(name) or self.role_of_ending(name) not in ("", "other")

    def is_archive(self, name: str) -> bool:
        """Whether a file name is one of an archive."""
        return name.lower().endswith(self._archives)

    def says_nothing(self, text: str) -> bool:
        """Whether words say neither what a link hands out nor of which set: `part 1:`, `code: ab12`."""
        read = self.words.read(text)
        says = any(mark.role or mark.names is not None for mark in read.marks)
        return not says and all(len(word) <= _LONGEST_CODE for word in read.strange)

    def names_any(self, text: str) -> bool:
        """Whether a set is named."""
        return any(mark.names is not None for mark in self.words.read(text).marks)

    def gets(self, text: str) -> bool:
        """Whether words say where to download something."""
        return bool(self._gets.search(text))

    def is_home(self, url: str) -> bool:
        """Whether an address is at the site of those who published a dataset: no copy."""
        host = re.split("[/?#]", url.split("://", 1)[-1])[0].lower()
        parts = host.split(".")
        return any(".".join(parts[at:]) in self._homes for at in range(min(len(parts), _MOST_LABELS)))

    def counts_from_far(self, dataset: str | None) -> bool:
        """Whether a name is evidence from far away: benchmarks and unknown sets are named on every page."""
        return bool(dataset) and dataset not in self.benchmarks

    def evidence(self, section: Section) -> set[str]:
        """The datasets whose file names stand in the code of a section, or whose counts stand in its words."""
        numbers = (re.sub("[,.]", "", number) for number in _NUMBER.findall(section.words))
        found = {self._counts[number] for number in numbers if number in self._counts}
        for line in section.code.split("\n")[:200]:
            marks = self.words.read(line).marks
            found |= {mark.names for mark in marks if mark.names and squeezed(mark.word) in self._stems}
        return found


def _owner(one: Dataset) -> tuple[str, bool]:
    """The dataset a name belongs to, and whether it is a list. A list is a role: it belongs to what it lists."""
    is_list = one.origin_class is OriginClass.LIST
    above = [up.id for up in ancestors(one.id) if up.origin_class is not OriginClass.LIST]
    return (above[0] if is_list and above else one.id), is_list


def _load() -> Rules:
    return Rules(json.loads(files("commonswatch.rules").joinpath("links.json").read_text(encoding="utf-8")))


RULES = _load()
"""The rules that come with this room."""
