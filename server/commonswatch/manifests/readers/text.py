"""Lines of text: one record cut into cells, by a delimiter, with quotes or without, or one value of JSON."""

import re
from typing import Literal

from commonswatch.manifests.readers.shapes import Cells, Column

Syntax = Literal["plain", "quoted", "json"]
_BLANKS = re.compile(r"[ \t]+")


def decoded(record: bytes) -> str:
    """UTF-8, or Latin-1 where it is not. Without the line break."""
    record = record.rstrip(b"\r\n")
    try:
        return record.decode()
    except UnicodeDecodeError:
        return record.decode("latin-1")


def split(text: str, delimiter: str, *, quoted: bool, most: int) -> list[str]:
    """The first ``most`` cells of a line."""
    if not delimiter:
        return [text]
    if quoted and '"' in text:
        return _split_quoted(text, delimiter, most)
    if delimiter == " ":
        return _BLANKS.split(text.strip(" \t"), most)[:most]
    return text.split(delimiter, most)[:most]


def _split_quoted(text: str, delimiter: str, most: int) -> list[str]:
    """As RFC 4180, forgiving: blanks around quotes, and a quote that never closes is a letter."""
    sign = re.escape(delimiter)
    quoted = re.compile(rf'[ ]*"((?:[^"]|"")*+)"[ ]*(?:{sign}|\Z)')
    cells: list[str] = []
    at = 0
    while len(cells) < most:
        found = quoted.match(text, at) if text.startswith((" ", '"'), at) else None
        if found:
            cells.append(found[1].replace('""', '"'))
            if found.end() == len(text) and not text.endswith(delimiter):
                break
            at = found.end()
            continue
        end = text.find(delimiter, at)
        cells.append(text[at:] if end < 0 else text[at:end])
        if end < 0:
            break
        at = end + len(delimiter)
    return cells


class TextReader:
    """What the lines of one list or table mean."""

    def __init__(self, columns: tuple[Column, ...], delimiter: str = "", syntax: Syntax = "plain") -> None:
        self.columns = columns
        self.syntax: Syntax = syntax
        self._delimiter = delimiter
        self._address = next((at for at, column in enumerate(columns) if column.role == "address"), None)
        self._payloads = [at for at, column in enumerate(columns) if column.role == "payload"]

    @property
    def delimiter(self) -> bytes:
        """What stands between cells."""
        return self._delimiter.encode()

    def cells(self, record: bytes) -> Cells:
        """Cut a record. A column of pictures at its end is not even decoded."""
        texts = split(
            decoded(self._before_payload(record)), self._delimiter, quoted=self.syntax == "quoted", most=self._most
        )
        texts = texts if self._delimiter != " " else self._with_blanks(texts)
        columns = self.columns[: len(texts)]
        return Cells(tuple(texts[: len(columns)]), columns)

    @property
    def _most(self) -> int:
        return len(self.columns) + (64 if self._delimiter == " " else 0)

    def _before_payload(self, record: bytes) -> bytes:
        """Without the last cell, if that is a picture."""
        last = len(self.columns) - 1
        if not last or last not in self._payloads or self.syntax != "plain":
            return record
        cut = record.rfind(self.delimiter)
        return record[: cut + 1] if cut >= 0 and record.count(self.delimiter, 0, cut) == last - 1 else record

    def _with_blanks(self, texts: list[str]) -> list[str]:
        """Addresses may hold blanks: what is too much belongs to theirs."""
        surplus, at = len(texts) - len(self.columns), self._address
        if surplus <= 0 or at is None:
            return texts
        return [*texts[:at], " ".join(texts[at : at + surplus + 1]), *texts[at + surplus + 1 :]]
