"""Which line of a table names its columns: a comment, its first row, or none."""

import re
from collections.abc import Sequence

from commonswatch.manifests.readers import roles
from commonswatch.manifests.readers.delimiters import MOST_COLUMNS
from commonswatch.manifests.readers.text import split

_IDENTIFIER = re.compile(r"[^\W\d][\w .:/()-]{0,63}|#")
_IS_DATA = re.compile(
    r"(?:[a-z]+:)?//.*|.*[0-9]{4,}.*|[0-9.,:%-]+|.*\.(?:jpe?g|png|txt|gif)|[0-9A-Fa-f]{32,}", re.IGNORECASE
)


def names_of(
    comments: Sequence[str], rows: Sequence[Sequence[str]], width: int, delimiter: str
) -> tuple[list[str], int]:
    """The names of the columns, and how many of the rows are header."""
    for comment in reversed(comments):
        cells = split(comment.lstrip("#").strip(), delimiter, quoted=False, most=MOST_COLUMNS)
        if delimiter and len(cells) == width and all(map(_IDENTIFIER.fullmatch, cells)):
            return cells, 0
    first = [cell.strip(' "\ufeff') for cell in rows[0]] if rows else []
    if _is_header(first, rows[1:]):
        return (first + [""] * width)[: max(width, len(first))], 1
    return [""] * width, 0


def _is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first row names the columns: short words, none of them data, and one known or unlike what follows."""
    words = [cell for cell in first if cell]
    if not words or len(set(words)) < len(words) or any(_IS_DATA.fullmatch(word) for word in words):
        return False
    if not all(_IDENTIFIER.fullmatch(word) for word in words):
        return False
    known = sum(any(kind.is_called(roles.squeezed(word)) for kind in roles.KINDS) for word in words)
    if len(first) == 1:
        return known > 0 and bool(rows) and not re.fullmatch(_IDENTIFIER, rows[0][0] if rows[0] else "")
    return known > 0 or any(_unlike(word, at, rows) for at, word in enumerate(first))


def _unlike(word: str, at: int, rows: Sequence[Sequence[str]]) -> bool:
    below = [row[at].strip() for row in rows if at < len(row)]
    return len(below) > 2 and bool(word) and all(re.fullmatch(r"-?[0-9.eE+-]*", cell) for cell in below)
