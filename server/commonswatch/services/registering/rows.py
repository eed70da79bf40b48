"""What somebody pasted or uploaded, read into rows: one work each, or what is wrong with the line.

A list has one address per line. A CSV starts with a line that names its columns: ``url, licence, title, people shown,
listing``, divided by commas, semicolons or tabs. Every line is read; one bad line does not spoil the others.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from commonswatch import rules
from commonswatch.domain.addresses import parse_address
from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.keys import MANY_WORKS, WorkKey
from commonswatch.domain.licences import Licence
from commonswatch.domain.states import Listing
from commonswatch.rules.licences import read_creative_commons
from commonswatch.services.registering.web_addresses import LONGEST_URL, read_url
from commonswatch.services.words import one_line

LONGEST_FILE = 10_000_000  # bytes
LONGEST_TITLE = 300
LONGEST_NAME = 200
MOST_PEOPLE = 50
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff")  # .xlsx and .ods, .xls, …
CSV_TEMPLATE = (
    "url,licence,title,people shown,listing\r\n"
    "https://pictures.example/harbour.jpg,CC BY 4.0,Harbour at dawn,,server-only\r\n"
    "https://pictures.example/choir.jpg,,The choir,Ada Example <ada@example.org>; Bob Example,\r\n"
)
_COLUMNS = {"url": "url", "address": "url", "licence": "licence", "license": "licence", "title": "title"}
_COLUMNS |= {"people shown": "people", "people": "people", "people_shown": "people", "listing": "listing"}
_LISTINGS = {"": None, **{one.value: one for one in Listing}}


@dataclass(frozen=True)
class PersonNamed:
    """Somebody a creator says is shown: a name, and a mail address if the creator knows one."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class Row:
    """One work to register. ``licence`` None means: find it out; ``listing`` None: as chosen for all of them.

    ``keys`` are its work keys, best first.
    """

    line: int
    url: str
    keys: tuple[WorkKey, ...]
    licence: Licence | None = None
    title: str = ""
    people: tuple[PersonNamed, ...] = ()
    listing: Listing | None = None


@dataclass(frozen=True)
class RowError:
    """A line that cannot be registered, and what to change."""

    line: int
    url: str
    problem: str


def parse_rows(text: str | bytes, limit: int) -> list[Row | RowError]:
    """Read a list of addresses or a CSV. Raise InvalidInput when it is empty, too big, or has too many rows."""
    if len(text) > LONGEST_FILE:
        raise InvalidInput("This is bigger than 10 MB. Divide it into several files.")
    if isinstance(text, bytes) and text.startswith(_NO_TEXT):
        raise InvalidInput("This is not a text file. In a spreadsheet, choose “Save as” and CSV, and upload that.")
    plain = _decode(text) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    lines = plain.splitlines()
    delimiter = _delimiter(next((line for line in lines if line.strip()), ""))
    entries = _from_csv(plain, delimiter) if delimiter else _from_list(lines)
    rows: list[Row | RowError] = []
    for row in entries:
        if len(rows) == limit:
            raise InvalidInput(f"There are more than {limit} rows. Divide them into several files.")
        rows.append(row)
    if not rows:
        raise InvalidInput("There is no address in it. Write one address per line, or use the CSV template.")
    return rows


def parse_people(text: str) -> tuple[PersonNamed, ...]:
    """Read ``Ada Example <ada@example.org>; Bob Example``, one person per part or line. Raise InvalidInput."""
    parts = [part.strip() for line in text.splitlines() for part in line.split(";") if part.strip()]
    if len(parts) > MOST_PEOPLE:
        raise InvalidInput(f"More than {MOST_PEOPLE} people are named for one work.")
    return tuple(dict.fromkeys(_person(part) for part in parts))


def _decode(raw: bytes) -> str:
    """UTF-8 or UTF-16, with or without a mark; else Windows Latin, as old spreadsheets write."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    head = raw[:400]
    if len(head) > 3 and head.count(0) * 3 > len(head):
        return raw.decode("utf-16-be" if head[0] == 0 else "utf-16-le", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _delimiter(first: str) -> str | None:
    """The character that divides the columns the first line names, or None when it names none."""
    for delimiter in (",", ";", "\t"):
        if "url" in (_column(name) for name in first.split(delimiter)):
            return delimiter
    return None


def _column(name: str) -> str:
    return _COLUMNS.get(" ".join(name.strip().strip("\"'").lower().split()), "")


def _from_list(lines: Iterable[str]) -> Iterator[Row | RowError]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(number, {"url": line})


def _from_csv(text: str, delimiter: str) -> Iterator[Row | RowError]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RowError(line, "", "This line cannot be read. Is a quotation mark missing?")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = [_column(cell) for cell in cells]
        else:
            yield _row(line, dict(zip(columns, cells, strict=False)))


def _row(line: int, cells: Mapping[str, str]) -> Row | RowError:
    """Read one line; what is wrong with it becomes a RowError that says what to change."""
    try:
        url = read_url(cells.get("url", ""))
        keys = rules.work_keys(url)
        if not keys or keys[0].kind in MANY_WORKS:
            raise InvalidInput("This address does not lead to a single picture or video.")
        return Row(
            line=line,
            url=url,
            keys=tuple(keys),
            licence=_licence(cells.get("licence", "")),
            title=one_line(cells.get("title", ""), LONGEST_TITLE),
            people=parse_people(cells.get("people", "")),
            listing=_listing(cells.get("listing", "")),
        )
    except InvalidInput as error:
        return RowError(line, one_line(cells.get("url", ""), LONGEST_URL), error.detail)


def _listing(text: str) -> Listing | None:
    word = "-".join(text.lower().replace("-", " ").split())
    if word not in _LISTINGS:
        raise InvalidInput("The listing is “public” or “server-only”. Leave it empty for what you choose for all.")
    return _LISTINGS[word]


@lru_cache(maxsize=1024)
def _licence(text: str) -> Licence | None:
    if not text.strip():
        return None
    licence = read_creative_commons(text)
    if licence is None:
        raise InvalidInput("The licence is not known. Write it like “CC BY 4.0”, or leave it empty.")
    return licence


@lru_cache(maxsize=1024)
def _person(text: str) -> PersonNamed:
    name, address = text, ""
    if text.endswith(">") and "<" in text:
        name, _, address = text[:-1].partition("<")
    elif "@" in text:
        name, address = text.partition("@")[0], text
    name = name.strip().strip('"').partition("@")[0]  # mail programs repeat the address; it is kept sealed only
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"The name of a person is longer than {LONGEST_NAME} characters.")
    plain = one_line(name, LONGEST_NAME)
    if not plain:
        raise InvalidInput("A person shown has no name. Write “Name <address>”, or the name alone.")
    if "<" in plain and ">" not in plain:
        raise InvalidInput("A person shown has a “<” without its “>”. Write “Name <address>”, or the name alone.")
    return PersonNamed(plain, _address(address) if address else None)


def _address(text: str) -> str:
    try:
        return parse_address(text)
    except InvalidInput as error:
        raise InvalidInput(f"The address of a person shown is wrong. {error.detail}") from None
