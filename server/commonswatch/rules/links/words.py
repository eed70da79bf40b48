"""Any words → the names and role words in them, and where. Knows neither pages nor links. The same in every language.

Words are compared without case, blanks and punctuation: `MS-Celeb-1M`, `ms_celeb_1m` and `MSCeleb1M` are one name. What
stands inside another word is no name: words are compared whole, one to eight of them at a time, longest first.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 3000  # characters of a context that are read
_MOST_WORDS = 8  # of one name
_WORD = re.compile("[A-Za-z0-9]+|[\u3400-\u9fff]")  # a Chinese letter is a word
_SHORT = 3  # letters; shorter words are of parts and countries
_LONG_NUMBER = 5  # digits; shorter numbers are of parts and versions
_STRENGTHS = {"strong": 2, "weak": 1, "slight": 0}
_NUMBER = re.compile("[0-9]+")
_PART = re.compile("([a-z]{3,})[0-9]{1,4}")


@dataclass(frozen=True)
class Mark:
    """What a name or role word means, and where it stands: number of its first word."""

    word: str
    role: str = ""
    strength: int = 0  # 2 strong, 1 weak, 0 slight: counts only close to the link
    names: str | None = None  # id of a dataset; empty for a known set that is not in the catalogue
    place: int = 0


@dataclass(frozen=True)
class Reading:
    """The marks of a context from left to right, and the words no mark and no filler covers."""

    marks: tuple[Mark, ...] = ()
    strange: tuple[str, ...] = ()


def words(text: str) -> list[str]:
    """The words of a text as written. Half characters and everything that is no letter or digit fall out."""
    return _WORD.findall(unicodedata.normalize("NFKC", text[:LONGEST]))


def squeezed(text: str) -> str:
    """A name as names are compared."""
    return "".join(words(text)).lower()


@dataclass
class Vocabulary:
    """All names and role words, by how they are compared. A `0` in a role word stands for any number."""

    marks: dict[str, Mark] = field(default_factory=dict)
    fillers: set[str] = field(default_factory=set)
    filler_parts: tuple[str, ...] = ()  # names of hosts: every word with one of them in it is a filler
    careful: dict[str, str] = field(default_factory=dict)  # short names that count only in this spelling
    _begun: set[str] = field(default_factory=set)  # all that names and role words begin with
    _read: dict[str, Reading] = field(default_factory=dict)

    def add_roles(self, roles: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        """Add role words: role → `strong`, `weak`, `slight` → words."""
        for role, groups in roles.items():
            for strength, group in groups.items():
                for word in group:
                    self._add(squeezed(word), Mark(word, role=role, strength=_STRENGTHS[strength]))

    def add_void(self, group: Iterable[str]) -> None:
        """Add words that hide the role words in them: `train the model` hands out no model."""
        for word in group:
            self._add(squeezed(word), Mark(word))

    def add_name(self, name: str, dataset: str, **more: Any) -> None:
        """Add a name. The first meaning of a name stays."""
        key = squeezed(name)
        if len(key) > 2:
            self._add(key, Mark(name, names=dataset, **more))

    def _add(self, key: str, mark: Mark) -> None:
        self.marks.setdefault(key, mark)
        self._begun.update(key[:end] for end in range(1, len(key) + 1))

    def read(self, text: str) -> Reading:
        """The marks of a text. Remembered while one page is read."""
        known = self._read.get(text)
        if known is None:
            known = self._read[text] = self._reading(words(text))
        return known

    def forget(self) -> None:
        """Forget the texts of the last page."""
        self._read.clear()

    def _reading(self, found: list[str]) -> Reading:
        marks: list[Mark] = []
        strange: list[str] = []
        at = 0
        while at < len(found):
            mark, length = self._longest(found, at)
            if mark is not None:
                marks.append(mark)
            elif not self._is_filler(found[at].lower()):
                strange.append(found[at])
            at += length
        return Reading(tuple(marks), tuple(strange))

    def _is_filler(self, word: str) -> bool:
        short = len(word) < _SHORT or (len(word) < _LONG_NUMBER and not _NUMBER.sub("", word))
        numbered = _PART.fullmatch(word)  # `part1`
        known = word in self.fillers or (numbered is not None and numbered[1] in self.fillers)
        return short or known or any(part in word for part in self.filler_parts)

    def _longest(self, found: list[str], at: int) -> tuple[Mark | None, int]:
        best, longest, written = None, 1, ""
        for length, word in enumerate(found[at : at + _MOST_WORDS], 1):
            written += word
            key = written.lower()
            alike = _NUMBER.sub("0", key)
            if key not in self._begun and alike not in self._begun:
                break  # nothing known begins like this
            mark = self.marks.get(key) or self.marks.get(alike)
            if mark is not None and self.careful.get(key, written) == written:
                best, longest = Mark(mark.word, mark.role, mark.strength, mark.names, at), length
        return best, longest
