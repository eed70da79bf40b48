"""What the contexts of a link say → the decision: its role and its dataset, with the reason. Asks no network.

Every page is whatever somebody published.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from commonswatch.rules.catalogue import derived
from commonswatch.rules.links.blocks import Block, Section, links_in
from commonswatch.rules.links.context import Context, address_words, contexts, file_beside, file_names, is_file_name
from commonswatch.rules.links.findings import Finding, find_dataset, find_role
from commonswatch.rules.links.page import read_blocks
from commonswatch.rules.links.pieces import Piece
from commonswatch.rules.links.vocabulary import RULES
from commonswatch.rules.locations import location

Role = Literal["data", "features", "list", "weights", "other"]

MOST_LINKS = 5_000
_NEARBY = 120  # characters in which an access code is looked for
_HTML = re.compile(r"[ \t\r\n]*(?:<!--[^>]{0,500}-->[ \t\r\n]*)?<(?:!doctype html|html|head|body)[ >]", re.IGNORECASE)
_STRANGE = re.compile("[A-Z]|[a-z][0-9]|[0-9][a-z]|[0-9]{5}")  # what makes a word look like a name
_ABOVE = ("the heading", "the list item above", "the paragraph above")
_EARLIER = "a sentence before"
_OWN_SENTENCE = ("the link text", "the text before it", "the text after it")
_FAR = (*_ABOVE, "the section", "the page's address")
_BRACKETS = re.compile("[(（][^()（）]{0,40}[)）]")
_NO_REASON = "nothing near says what it hands out"


@dataclass(frozen=True)
class Link:
    """An outgoing link: the line it stands in (from 1), what it hands out (``role``), of which dataset, and why."""

    line: int
    url: str = field(repr=False)  # may hold the secret of a share
    dataset: str | None  # id in the catalogue
    role: Role
    reason: str
    access: str | None = field(default=None, repr=False)  # the access code near the link: a secret


def read_links(page: str, at: str, media_type: str | None = None) -> list[Link]:
    """The outgoing links of a page, in the order of their lines. Never raises, never asks the network.

    ``at`` is the page's address: owner, repository and path are evidence too. Reads at most 1,000,000 characters,
    200,000 lines and 5,000 links. Of several links to one address in one line, the first counts.
    """
    kind = media_type or ("text/html" if _HTML.match(page) else "text/markdown")
    blocks = read_blocks(page, markdown="html" not in kind, commands=RULES.commands)
    found: dict[tuple[int, str], _Candidate] = {}
    for block, cell, number in sorted(links_in(blocks), key=lambda one: one[0].kind == "reference"):
        piece = block.cells[cell][number]
        if len(found) < MOST_LINKS and (piece.line, piece.url) not in found:
            found[piece.line, piece.url] = _Candidate(block, cell, number, at)
    candidates = list(found.values())
    _refine(candidates)
    _tell_apart(candidates)
    RULES.words.forget()
    return sorted((candidate.link() for candidate in candidates), key=lambda link: link.line)


def offers_copy(links: Iterable[Link]) -> bool:
    """Whether a page hands out a dataset: at least one of its links has the role `data`."""
    return any(link.role == "data" for link in links)


class _Candidate:
    """A link with what its contexts say."""

    def __init__(self, block: Block, cell: int, number: int, at: str) -> None:
        self.block, self.cell, self.number = block, cell, number
        self.piece: Piece = block.cells[cell][number]
        self.where = location(self.piece.url)
        self._text = RULES.words.read(_BRACKETS.sub(" ", self.piece.text))
        self._names = file_names(self.piece.url, self._command())
        around = list(self._contexts(at))
        beside = next(one.text for one in around if one.place == "the text before it")
        self._beside = RULES.words.read(_BRACKETS.sub(" ", beside))  # brackets hold codes and sizes
        if self.block.has_lines and self._has_own_words(around):  # the lines before are about something else
            around = [one for one in around if one.place not in (_EARLIER, "the section")]
        shown = [self.piece.text] if is_file_name(self.piece.text) else [self._file_beside()]
        self.dataset = find_dataset(around, near_only=self._is_strange())
        self._gets = RULES.gets(beside)
        self.role = find_role(self._telling(around), block, [*self._names, *shown])

    def _telling(self, around: list[Context]) -> list[Context]:
        """The contexts that may say its role: not those about other links, as the dataset is named nearer."""
        if self.dataset is None:
            return around
        if self.dataset.near:
            owns = self._gets and self.dataset.place in _OWN_SENTENCE
            left_out = ("the section", _EARLIER) if owns or self.block.has_lines else ("the section",)
            return [one for one in around if one.place not in left_out]
        if not self._gets or self.dataset.place != _EARLIER:
            return around
        named = (at for at, one in enumerate(around) if one.place == _EARLIER and RULES.names_any(one.text))
        last = next(named, len(around))
        return [one for at, one in enumerate(around) if at <= last or one.place != _EARLIER]

    def _has_own_words(self, around: Iterable[Context]) -> bool:
        """Whether the sentence it stands in has words we do not know."""
        sentence = [one.text for one in around if one.place in ("the text before it", "the text after it")]
        return any(RULES.words.read(_BRACKETS.sub(" ", text)).strange for text in sentence)

    def _contexts(self, at: str) -> Iterator[Context]:
        for name in self._names:
            yield Context("the file name", name)
        yield Context("the address", address_words(self.piece.url))
        yield Context("the link text", self.piece.text)
        yield Context("the file name beside it", self._file_beside())
        alone = any(mark.names is not None for mark in self._text.marks) or bool(self._text.strange)
        nothing = RULES.says_nothing
        yield from contexts(self.block, self.cell, self.number, alone=alone, says_nothing=nothing)
        for part in reversed(address_words(at).split(" / ")):
            yield Context("the page's address", part, near=False)

    def _file_beside(self) -> str:
        """The file name before it, if only fillers stand between: `faces.zip (from Baidu): `."""
        name, between = file_beside(_said(self._sides()[0]))
        read = RULES.words.read(between)
        return name if RULES.is_file(name) and not read.marks and not read.strange else ""

    def _is_strange(self) -> bool:
        """Whether the link text looks like a name, and is none we know."""
        known = any(mark.names is not None or mark.role for mark in self._text.marks)
        looks = any(_STRANGE.search(word) for word in self._text.strange)
        return looks and not known and not is_file_name(self.piece.text)

    def _command(self) -> str:
        """The line of code it stands in."""
        if self.block.kind != "code":
            return ""
        before, after = self._sides()
        return _said(before).split("\n")[-1] + _said(after).split("\n")[0]

    def link(self) -> Link:
        """The decision."""
        role, dataset, reason = self._decide()
        return Link(self.piece.line, self.piece.url, dataset, role, reason, self._access())

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
            return "other", dataset or None, self._reason()
        if dataset in RULES.benchmarks:
            return "other", dataset, f"{self._reason()}: a benchmark"
        if (role == "data" and not self._says_something_else()) or self._is_plainly_named():
            return "data", dataset, self._reason()
        return "other", dataset, f"{self._reason()}; nothing says that it hands it out"

    def _says_something_else(self) -> bool:
        """Whether the link text has words we do not know, while only far words say that it is data."""
        return bool(self._text.strange) and not self._text.marks and self.role is not None and not self.role.near

    def _is_plainly_named(self) -> bool:
        """Whether all that is said about it is a dataset's name: close by, or above it and nothing else beside it."""
        if self.dataset is None or self._text.strange:
            return False
        owns = self._gets or self.block.has_lines
        leads_on = self.dataset.place in _ABOVE or (owns and self.dataset.place == _EARLIER)
        return self.dataset.near or (leads_on and not self._beside.strange)

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
        findings = [one.reason for one in (self.dataset, self.role) if one and (one.value or one is self.dataset)]
        return "; ".join(dict.fromkeys(findings)) or _NO_REASON

    def _access(self) -> str | None:
        """The access code in the address, or in the words around it."""
        if self.where is None or self.where.access or self.where.kind not in RULES.kinds:
            return self.where.access if self.where else None
        before, after = (_said(side) for side in self._sides())
        if self.block.first_links[self.cell] < self.number:
            before = ""  # those are of the link before
        after = f"{after} {self._next_cell()}"[:_NEARBY]
        read = location(f"{before[-_NEARBY:]} {self.piece.url} {after}")
        return read.access if read is not None and read.key == self.where.key else None

    def _next_cell(self) -> str:
        cells, heads = self.block.cells, self.block.heads
        if self.cell + 1 >= len(cells):
            return ""
        beside = self.cell + 1 + max(0, len(heads) - len(cells))
        return f"{heads[beside] if beside < len(heads) else ''}: {self.block.own_beginnings[self.cell + 1]}"

    def _sides(self) -> tuple[list[Piece], list[Piece]]:
        """The pieces since the link before, and up to the next one."""
        pieces, at = self.block.cells[self.cell], self.number
        before = takewhile(lambda piece: not piece.url, reversed(pieces[max(0, at - 10) : at]))
        return list(before)[::-1], list(takewhile(lambda piece: not piece.url, pieces[at + 1 : at + 11]))


def _tell_apart(candidates: list[_Candidate]) -> None:
    """Of list items beside each other of which one says data itself and one something else, those that say neither
    are what else is there, whatever stands above them all."""
    roles: dict[Section | Block, set[str]] = defaultdict(set)
    for one in candidates:
        if one.block.kind == "item" and one.role is not None and one.role.place not in _FAR:
            roles[_above(one.block)].add(one.role.value)
    for one in candidates:
        beside = roles.get(_above(one.block), set())
        mixed = "data" in beside and beside & {"features", "list", "weights"}
        speaks = one.block.kind != "item" or (one.role is not None and one.role.place not in _FAR)
        if mixed and not speaks and one.dataset is not None and not one.dataset.near:
            role = "features" if "features" in beside else "other"
            one.role = Finding(role, "the list items beside it say what they are", "", near=False)


def _above(item: Block) -> Section | Block:
    return item.parents[0] if item.parents else item.section


def _said(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces if not piece.url)


def _refine(candidates: list[_Candidate]) -> None:
    """Where a section calls the set by its family's name only, but its code and counts are those of one derived set."""
    named: dict[Section, set[str]] = defaultdict(set)
    for candidate in candidates:
        named[candidate.block.section].add(candidate.dataset.value if candidate.dataset else "")
    evidence = {section: RULES.evidence(section) for section in named}
    for candidate in candidates:
        found, role, section = candidate.dataset, candidate.role, candidate.block.section
        says_data = role is not None and role.value == "data"
        if found and found.value and evidence[section] and says_data and found.place != "the file name":
            below = {one.id for one in derived(found.value)}
            better = evidence[section] & below if not named[section] & below else set()
            if len(better) == 1:
                place = f"{found.reason}, of which files or counts in this section name one"
                candidate.dataset = Finding(better.pop(), place, "", found.near)
