"""The command that looks something up in this installation: whoever runs it sees all registered works."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commonswatch.commands.lines import Row, json_option, print_rows
from commonswatch.commands.opening import installed
from commonswatch.domain.errors import CommonswatchError

if TYPE_CHECKING:
    from commonswatch.context import Context
    from commonswatch.fingerprints import PictureFacts
    from commonswatch.services.looking_up.lookups import Found, Question

_LARGEST = 256 * 2**20  # bytes of a file
_PREFIXED = re.compile(r"(sha256|md5|pdq):([0-9a-fA-F]+)")
_HEX = re.compile(r"[0-9a-fA-F]+")
_BYTES = {"sha256": 32, "md5": 16, "pdq": 32}
_COLUMNS = {"input": 40, "basis": 7, "distance": 8, "rendition": 9, "turn": 10, "work": 6, "key": 34, "url": 0}


@click.command()
@json_option
@click.argument("inputs", nargs=-1, required=True, metavar="URL|KEY|DIGEST|PDQ|FILE…")
def lookup(inputs: tuple[str, ...], as_json: bool) -> None:
    """Which registered works something belongs to, how far it is from them and why.

    A file is fingerprinted and also found turned and mirrored. Of 64 hexadecimal digits both SHA-256 and PDQ are
    looked up, unless `sha256:` or `pdq:` stands before them; 32 are an MD5. What is nothing else is a work key.
    """
    context = installed()
    rows = (row for text in inputs for row in _rows(context, text))
    print_rows(rows if as_json else map(_told, rows), as_json, _COLUMNS)


def _told(row: Row) -> Row:
    """A row of dashes alone would not say that the question was understood."""
    return row if row["basis"] else {**row, "key": "no registered work"}


def _rows(context: "Context", text: str) -> Iterator[Row]:
    from commonswatch.services.looking_up import lookups, pictures

    try:
        asked = _question(context, text)
    except (CommonswatchError, OSError) as error:
        detail = error.detail if isinstance(error, CommonswatchError) else "The file cannot be read."
        raise click.ClickException(f"{text[:200]}: {detail}") from error
    registered = pictures.of(context.database)
    [found] = lookups.look_up(context.database, registered, [asked], lookups.OPERATOR, context.now())
    yield from (_row(text, one) for one in found) if found else [{"input": text, **dict.fromkeys(_NAMES)}]


_NAMES = ("basis", "distance", "bits", "rendition", "turn", "work", "key", "url", "title", "state", "listing")


def _row(text: str, found: "Found") -> Row:
    row: dict[str, Any] = {"input": text, **{name: getattr(found, name) for name in _NAMES[:5]}}
    work = found.work
    facts = {name: getattr(work, name) for name in _NAMES[6:]} if work else dict.fromkeys(_NAMES[6:])
    return {**row, "work": work.id if work else None, **facts}


def _question(context: "Context", text: str) -> "Question":
    from commonswatch.services.looking_up.lookups import Question

    if text.lower().startswith(("https://", "http://")):
        return Question(keys=_keys(text))
    if digests := _digests(text):
        return Question(sha256=digests.get("sha256"), md5=digests.get("md5"), hashes=_hashes(digests))
    path = Path(text)
    return _of_file(context, path) if path.is_file() else Question(keys=(text, *_keys(text)))


def _keys(text: str) -> tuple[str, ...]:
    from commonswatch import rules
    from commonswatch.domain.keys import MANY_WORKS

    return tuple(key.key for key in rules.work_keys(text) if key.kind not in MANY_WORKS)


def _digests(text: str) -> dict[str, bytes]:
    """What a text may be as a digest; nothing for any other text."""
    named = _PREFIXED.fullmatch(text)
    if named:
        name, digits = named.groups()
        return {name: bytes.fromhex(digits)} if len(digits) == 2 * _BYTES[name] else {}
    if not _HEX.fullmatch(text):
        return {}
    return {name: bytes.fromhex(text) for name, size in _BYTES.items() if len(text) == 2 * size}


def _hashes(digests: dict[str, bytes]) -> tuple[bytes, ...]:
    return (digests["pdq"],) if "pdq" in digests else ()


def _of_file(context: "Context", path: Path) -> "Question":
    from commonswatch.domain.errors import InvalidInput
    from commonswatch.services.looking_up.lookups import Question

    if path.stat().st_size > _LARGEST:
        raise InvalidInput("The file is too large to be fingerprinted.")
    data = path.read_bytes()
    facts = context.examine_picture(data)
    return Question((), facts.sha256, facts.md5, _turns(data) if _is_matched_by_looks(facts) else ())


def _is_matched_by_looks(facts: "PictureFacts") -> bool:
    return any(one.algorithm == "pdq" for one in facts.matchable)


def _turns(data: bytes) -> tuple[bytes, ...]:
    """The hashes of the picture as it is, turned and mirrored."""
    from commonswatch.fingerprints import PicturePool
    from commonswatch.fingerprints.facts import PictureHashes

    with PicturePool(1) as pool:
        [found] = pool.hash_many([data])
    return found.dihedral if isinstance(found, PictureHashes) else ()
