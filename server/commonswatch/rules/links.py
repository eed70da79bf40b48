"""A page and where it is → its outgoing links: which dataset each hands out, in which role, and why.

The words are in `links.json`.

How the decision is made, step by step: docs/links.md. Asks no network; the page is whatever somebody published.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from commonswatch.rules.catalogue import ancestors, derived
from commonswatch.rules.links_context import Context, address_words, contexts, file_names
from commonswatch.rules.links_inline import Piece
from commonswatch.rules.links_page import Block, links_in, read_blocks
from commonswatch.rules.links_vocabulary import RULES
from commonswatch.rules.links_words import Mark, Reading
from commonswatch.rules.locations import location

Role = Literal["data", "features", "list", "weights", "other"]

MOST_LINKS = 5_000
_NEARBY = 120  # characters in which an access code is looked for
_HTML = re.compile(r"[ \t\r\n]*(?:<!--[^>]{0,500}-->[ \t\r\n]*)?<(?:!doctype html|html|head|body)[ >]", re.IGNORECASE)
_VALUE = re.compile(r"[ *_~]*[0-9]{1,3}\.[0-9]{1,4} ?%?[ *_~]*")
_MOST_VALUES = 1  # in a row; more are figures of a model
_CLOSE = ("the file name", "the address", "the link text", "the words before it", "the row", "the column head")


@dataclass(frozen=True)
class Link:
    """An outgoing link: the line it stands in (from 1), what it hands out (``role``), of which dataset, and why."""

    line: int
    url: str = field(repr=False)  # may hold the secret of a share
    dataset: str | None  # id in the catalogue
    role: Role
    reason: str
    access: str | None = field(default=None, repr=False)  # the access code near the link: a secret


@dataclass(frozen=True)
class Finding:
    """What a context says: a role or a dataset, in which place, by which word."""

    value: str
    place: str
    word: str
    near: bool

    @property
    def reason(self) -> str:
        """In plain words. Quotes words of the rules only, never the page."""
        return f"{self.place} says “{self.word}”" if self.word else self.place


def read_links(page: str, at: str, media_type: str | None = None) -> list[Link]:
    """The outgoing links of a page, in the order of their lines. Never raises, never asks the network.

    ``at`` is the page's address: owner, repository and path are evidence too. Reads at most 5,000,000 characters,
    200,000 lines and 5,000 links. Of several links to one address in one line, the first counts.
    """
    kind = media_type or ("text/html" if _HTML.match(page) else "text/markdown")
    blocks = read_blocks(page, markdown="html" not in kind)
    found: dict[tuple[int, str], _Candidate] = {}
    for block, cell, number in sorted(links_in(blocks), key=lambda one: one[0].kind == "reference"):
        piece = block.cells[cell][number]
        if len(found) < MOST_LINKS:
            found.setdefault((piece.line, piece.url), _Candidate(block, cell, number, at))
    links = [candidate.link() for candidate in _refined(list(found.values()))]
    RULES.words.forget()
    return sorted(links, key=lambda link: link.line)


class _Candidate:
    """A link with what its contexts say."""

    def __init__(self, block: Block, cell: int, number: int, at: str) -> None:
        self.block, self.cell, self.number = block, cell, number
        self.piece: Piece = block.cells[cell][number]
        self.where = location(self.piece.url)
        self._names = file_names(self.piece.url, self._following())
        self._text = RULES.words.read(self.piece.text)
        self._contexts = list(self._all_contexts(at))
        self.dataset = self._find_dataset()
        self.role = self._find_role()

    def link(self) -> Link:
        """The decision."""
        role, dataset, reason = self._decide()
        return Link(self.piece.line, self.piece.url, dataset, role, reason, self._access())

    @property
    def says_data(self) -> bool:
        """Whether a role word says that it hands out data."""
        return self.role is not None and self.role.value == "data"

    def _following(self) -> str:
        pieces = self.block.cells[self.cell]
        text = pieces[self.number + 1].text if self.number + 1 < len(pieces) else ""
        return text.split("\n")[0] if self.block.kind == "code" else ""

    def _all_contexts(self, at: str) -> Iterator[Context]:
        for name in self._names:
            yield Context("the file name", name)
        yield Context("the address", address_words(self.piece.url))
        yield Context("the link text", self.piece.text)
        yield from contexts(self.block, self.cell, self.number, alone=self._is_named())
        for part in reversed(address_words(at).split(" / ")):
            yield Context("the page's address", part, near=False)

    def _is_named(self) -> bool:
        """Whether the link text names something: a dataset, or what looks like a name and is none we know."""
        return any(mark.names is not None for mark in self._text.marks) or self._is_strange()

    def _is_strange(self) -> bool:
        strange = any(word != word.lower() or not word.isalpha() for word in self._text.strange)
        return strange and not any(mark.names or mark.role for mark in self._text.marks)

    def _find_dataset(self) -> Finding | None:
        """What the nearest context with a name says. A name nobody knows takes none from further away."""
        for context in self._contexts:
            if self._is_strange() and not context.near:
                return None
            names = _most_special(_names(RULES.words.read(context.text)))
            if not context.near:
                names = [mark for mark in names if RULES.counts_far(mark.names)] or names
                if len({mark.names for mark in names}) > 1:
                    return None
            if names:
                last = context.place == "the words before it"
                mark = names[-1 if last else 0]
                return Finding(mark.names or "", context.place, mark.word, context.near)
        return None

    def _find_role(self) -> Finding | None:
        for name in self._names:
            role = RULES.role_of_ending(name)
            if role:
                return Finding(role, "the file name", name.rsplit(".", 1)[-1], near=True)
        for context in self._contexts:
            found = _role_in(context)
            if found is not None:
                return found
            if context.place == "the row" and self._has_figures():
                return Finding("weights", "the row holds figures of a model", "", near=True)
            if context.place == "the file name" and self._is_archive_of_dataset(context):
                return Finding("data", "the file name is an archive of it", "", near=True)
        return None

    def _is_archive_of_dataset(self, context: Context) -> bool:
        named = any(mark.names for mark in RULES.words.read(context.text).marks)
        return named and context.text.lower().endswith(RULES.archives)

    def _has_figures(self) -> bool:
        cells = ["".join(piece.text for piece in cell) for cell in self.block.cells[:40]]
        return sum(bool(_VALUE.fullmatch(cell[:20])) for cell in cells) > _MOST_VALUES

    def _decide(self) -> tuple[Role, str | None, str]:
        dataset = self.dataset.value if self.dataset else ""
        role = self.role.value if self.role else ""
        if not self._hands_out():
            return "other", dataset or None, "a page or repository, no place that hands out files"
        if role == "weights":
            return "weights", None, self._reason()
        if role in ("features", "list"):
            return ("features" if role == "features" else "list"), dataset or None, self._reason()
        if role == "other" or not dataset:
            return "other", dataset or None, self._reason() if role else "nothing near says what it hands out"
        if dataset in RULES.benchmarks:
            return "other", dataset, f"{self._reason()}: a benchmark"
        if role == "data" or (self.dataset and (self.dataset.near or self.dataset.place == "the heading")):
            return "data", dataset, self._reason()
        return "other", dataset, f"{self._reason()}; nothing says that it hands it out"

    def _hands_out(self) -> bool:
        """Whether the place is one where files lie: a share, a bucket, a release, a dataset; elsewhere, only a file."""
        if RULES.is_home(self.piece.url):
            return False
        if self.where is None:
            return not self.piece.url.lower().startswith(("http:", "https:"))
        is_code = self.where.key.split(":")[0] in RULES.code_hosts and self.where.kind != "release"
        if self.where.kind in RULES.kinds and not is_code:
            return True
        return any(RULES.is_file(name) for name in self._names)

    def _reason(self) -> str:
        findings = [one.reason for one in (self.dataset, self.role) if one and one.value]
        return "; ".join(dict.fromkeys(findings)) or "nothing near says what it hands out"

    def _access(self) -> str | None:
        if self.where is None:
            return None
        if self.where.access or self.where.kind not in RULES.kinds:
            return self.where.access
        pieces = self.block.cells[self.cell]
        before = "" if self.number == 0 or pieces[self.number - 1].url else pieces[self.number - 1].text[-_NEARBY:]
        after = ""
        for piece in pieces[self.number + 1 : self.number + 4]:
            if piece.url:
                break
            after += piece.text[:_NEARBY]
        if not after.strip() and self.cell + 1 < len(self.block.cells):
            after = "".join(piece.text for piece in self.block.cells[self.cell + 1] if not piece.url)[:_NEARBY]
        read = location(f"{before} {self.piece.url} {after[:_NEARBY]}")
        return read.access if read is not None and read.key == self.where.key else None


def _names(reading: Reading) -> list[Mark]:
    return [mark for mark in reading.marks if mark.names is not None]


def _most_special(marks: list[Mark]) -> list[Mark]:
    """Without the datasets of which another one named beside them was made."""
    ids = {mark.names for mark in marks if mark.names}
    if len(ids) < 2:
        return marks
    above = {up.id for one in ids for up in ancestors(one or "")}
    return [mark for mark in marks if mark.names not in above]


def _role_in(context: Context) -> Finding | None:
    """The first strong role word, else the first; behind the link, the first; in a table's head, weights first."""
    close = context.place in _CLOSE
    marks = [mark for mark in RULES.words.read(context.text).marks if mark.role and (close or mark.strength > 0)]
    if not marks:
        return None
    if context.place == "the table's head":
        marks.sort(key=lambda mark: mark.role != "weights")
    elif not context.behind:
        marks.sort(key=lambda mark: mark.strength < 2)
    return Finding(marks[0].role, context.place, marks[0].word, context.near)


def _refined(candidates: list[_Candidate]) -> list[_Candidate]:
    """Where a section calls the set by its family's name only, but its code and counts are those of one derived set."""
    for candidate in candidates:
        found, section = candidate.dataset, candidate.block.section
        if found and found.value and found.place != "the file name" and candidate.says_data:
            below = {one.id for one in derived(found.value)}
            named = {one.dataset.value for one in candidates if one.block.section is section and one.dataset}
            evidence = RULES.evidence(section) & below if below and not named & below else set()
            if len(evidence) == 1:
                place = f"{found.reason}, of which files or counts in this section name one"
                candidate.dataset = Finding(evidence.pop(), place, "", found.near)
    return candidates


def offers_copy(links: Iterable[Link]) -> bool:
    """Whether a page hands out a dataset: at least one of its links has the role `data`."""
    return any(link.role == "data" for link in links)
