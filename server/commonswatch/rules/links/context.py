"""A link on a page → the words around it, nearest first, each with the place they stand in. Decides nothing.

The order is the order of trust: what names the file itself, what is clicked, what is said, the table, the list, the
headings, the page's own address.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from commonswatch.rules.links.blocks import LINE_END, LONGEST_STRETCH, Block
from commonswatch.rules.links.pieces import Piece

_MOST_SENTENCES = 4  # before the one with the link
_LONGEST = LONGEST_STRETCH
_LONGEST_ROW = 1200  # characters of a row
_MOST_PIECES = 60  # before a link
_LONGEST_SECTION = 3000
_SENTENCE_END = re.compile(r"[.!?;][ \n]|[。！？；\n]")
_CLAUSE_END = re.compile(r"[.!?;,][ \n]|[。！？；，\n]")
_SAVED = re.compile(r"(?:-O|-o|--output|--output-document|output ?=) {0,3}[\"']?([A-Za-z0-9_./-]{3,200})")
_NAMED_IN_QUERY = re.compile(r"[?&](?:fname|file|filename|dn|name|title|path)=([^&#]{1,300})")
_CHANGES_OF_KIND = re.compile(r"[0-9][A-Za-z]|[a-z][A-Z0-9]")
_MOST_CELLS = 40
_MOST_PARTS = 40  # paragraphs that hand out one part each
_MOST_CHANGES = 5  # in a name; more make a random id
_OPAQUE = re.compile(r"[A-Za-z0-9_!-]{12,}")
_WRITTEN_FILE = re.compile(r"[A-Za-z0-9_.+-]{4,}")
_FILE = re.compile(r".{0,200}\.[A-Za-z][A-Za-z0-9]{0,12}")


@dataclass(frozen=True)
class Context:
    """Words near a link. ``near``: they are about this link alone; others may be about its neighbours as well."""

    place: str  # what people call it
    text: str
    own: str | None = None  # without the texts of other links, where those would say what they lead to themselves
    near: bool = True
    behind: bool = False  # they stand after the link
    touching: bool = False  # no other link stands among them
    reach: int | None = None  # words of it that stand before the link or with it, where not all do


def file_names(url: str, command: str = "") -> list[str]:
    """Names of the file an address gives: those in the command around it and in its query, and the end of its path."""
    saved = _SAVED.search(command[:_LONGEST])
    names = [saved[1].split("/")[-1]] if saved else []
    names += [_plain(name) for name in _NAMED_IN_QUERY.findall(url)[:4]]
    path = re.split("[?#]", url.split("://", 1)[-1])[0].split("/")[1:]
    names += [part for part in map(_plain, path[:-3:-1]) if _FILE.fullmatch(part)]
    return names


def file_beside(text: str) -> tuple[str, str]:
    """The last file name in the words before a link, and the words between it and the link."""
    text = text[-_LONGEST:]
    for one in reversed(list(_WRITTEN_FILE.finditer(text))):
        name = one[0].strip("_.+-")
        if _FILE.fullmatch(name):
            return name, text[one.end() :]
    return "", ""


def address_words(url: str) -> str:
    """The readable parts of an address' path, without random ids."""
    path = re.split("[?#&]", url.split("://", 1)[-1])[0]
    parts = [_plain(part) for part in path.split("/")[1:]]
    return " / ".join(part for part in parts if not _is_opaque(part))


def _is_opaque(part: str) -> bool:
    return bool(_OPAQUE.fullmatch(part)) and len(_CHANGES_OF_KIND.findall(part)) > _MOST_CHANGES


def _plain(part: str) -> str:
    return unquote(part, errors="replace")


def is_file_name(text: str) -> bool:
    """Whether a text is one word with an ending: `train.rec`."""
    return " " not in text and bool(_FILE.fullmatch(text))


def contexts(
    block: Block, cell: int, at: int, *, alone: bool, says_nothing: Callable[[str], bool]
) -> Iterator[Context]:
    """The words around a link, nearest first. ``alone``: its text names something: other links' texts do not count.

    ``says_nothing``: whether words are those of any link: `part 1:`.
    """
    pieces = block.cells[cell]
    yield from _sentence(pieces, at, alone=alone)
    if block.kind == "row":
        yield from _table(block, cell)
    yield from _earlier(block, pieces, at)
    for parent in block.parents:
        yield Context("the list item above", parent.ending, near=False)
    lead = _lead(block, says_nothing)
    if lead is not None and not lead.is_about_its_links:
        yield Context("the paragraph above", lead.ending, near=False)
    yield Context("the section", block.section.words[:_LONGEST_SECTION], near=False, reach=block.reach)
    for heading in block.section.headings:
        yield Context("the heading", heading[:_LONGEST], near=False)


def _lead(block: Block, says_nothing: Callable[[str], bool]) -> Block | None:
    """What leads to a block: not the paragraph before where that only hands out another part."""
    lead = block.lead
    for _ in range(_MOST_PARTS):
        if lead is None or not lead.is_about_its_links or not says_nothing(lead.ending):
            break
        lead = lead.lead
    return lead


def _sentence(pieces: list[Piece], at: int, *, alone: bool) -> Iterator[Context]:
    stretch, before = _before(pieces, at, alone=alone)
    yield Context("the text before it", stretch, touching=True)
    if before != stretch:
        yield Context("the text before it", before)
    after = _after(pieces, at, alone=alone)
    if after:
        yield Context("the text after it", after, behind=True)


def _before(pieces: list[Piece], at: int, *, alone: bool) -> tuple[str, str]:
    """The words since the link before, and since the sentence began."""
    parts: list[str] = []
    stretch = None
    left = _LONGEST
    for piece in reversed(pieces[max(0, at - _MOST_PIECES) : at]):
        if left <= 0 or piece.text == LINE_END:
            break
        text = piece.text[-left:]
        left -= len(text)
        if piece.url:
            stretch = "".join(reversed(parts)) if stretch is None else stretch
            parts.append(" " if alone else text)
            continue
        ends = list(_SENTENCE_END.finditer(text))
        if ends and (text[ends[-1].end() :].strip() or parts):
            parts.append(text[ends[-1].end() :])
            break
        parts.append(text)
    before = "".join(reversed(parts))
    return before if stretch is None else stretch, before


def _after(pieces: list[Piece], at: int, *, alone: bool) -> str:
    """The words to the end of the sentence. If the link's own text names nothing, they may be about something else:
    none if another link follows, else up to a comma. Names of files behind it are those of other files."""
    parts: list[str] = []
    for piece in pieces[at + 1 : at + 20]:
        if piece.url and not alone:
            return ""
        end = (_SENTENCE_END if alone else _CLAUSE_END).search(piece.text[:_LONGEST])
        if not piece.url:
            parts.append(piece.text[: end.start() if end else _LONGEST])
        if end:
            break
    return _WRITTEN_FILE.sub(lambda one: " " if _FILE.fullmatch(one[0].strip("_.+-")) else one[0], "".join(parts))


def _table(block: Block, cell: int) -> Iterator[Context]:
    shift = max(0, len(block.heads) - len(block.cells)) + cell
    if shift < len(block.heads):
        yield Context("the column head", block.heads[shift][:_LONGEST])
    others = [text for number, text in enumerate(block.beginnings[:_MOST_CELLS]) if number != cell]
    if block.row_name and block.row_name not in [other.strip(" ") for other in others]:
        others.insert(0, block.row_name[:_LONGEST])
    own = [text for number, text in enumerate(block.own_beginnings[:_MOST_CELLS]) if number != cell]
    yield Context("the row", " | ".join(others)[:_LONGEST_ROW], " | ".join(own)[:_LONGEST_ROW])
    heads = " | ".join(head[:_LONGEST] for head in block.heads[:_MOST_CELLS])
    yield Context("the table's head", heads[:_LONGEST_ROW], near=False)


def _earlier(block: Block, pieces: list[Piece], at: int) -> Iterator[Context]:
    """The sentences before that of the link, nearest first; in code, the comment above."""
    text = "".join(piece.text[-2 * _LONGEST :] for piece in pieces[max(0, at - _MOST_PIECES) : at])[-2 * _LONGEST :]
    if block.kind == "code":
        comments = [line for line in text.split("\n") if line.lstrip(" ").startswith(("#", "//", "echo", "rem "))]
        for line in comments[-1:]:
            yield Context("the comment above", line[:_LONGEST])
        return
    sentences = [one for one in _SENTENCE_END.split(text) if one.strip()]
    for sentence in reversed(sentences[-1 - _MOST_SENTENCES : -1]):
        yield Context("a sentence before", sentence[-_LONGEST:], near=False)
