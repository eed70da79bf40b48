"""What a reader says of its columns → how the kernel reads the cells of a row: just as `rows.read_row` does."""

import re
from enum import IntEnum

from commonswatch.manifests.kernel.book import Compiler
from commonswatch.manifests.kernel.expressions import NotCompiled
from commonswatch.manifests.readers.roles import BASE64
from commonswatch.manifests.readers.shapes import Column, Reads
from commonswatch.native.scan_kernel import Plan


class How(IntEnum):
    """What a cell is read as. The numbers are those of scan.c."""

    NOTHING = 0
    ADDRESS = 1  # what rules.work_keys gives
    MD5 = 2  # in hexadecimal digits
    SHA256 = 3
    BASE64 = 4  # an MD5 in base64
    PATTERN = 5  # an id that the pattern of its column fits
    ENGINE = 6  # in a way only the engine knows: a row in which it is not empty goes to the engine


_BY_ROLE = {"address": How.ADDRESS, "path": How.ADDRESS, "md5": How.MD5, "sha256": How.SHA256, "key": How.PATTERN}
_BLANKS, _WHOLE_ROW = b" ", -1
_LATER_GROUP = re.compile(r"(?:[^(\\]|\\.|\((?=\?))+\((?!\?)", re.DOTALL)  # what counts does not stand first


def plan_of(reader: Reads) -> Plan | None:
    """The plan of a reader as its columns are now; None where rows are not cut by a delimiter, as in JSON."""
    if reader.syntax == "json" or len(reader.delimiter) > 1:
        return None
    patterns = Compiler()
    readings = [_reading(column, patterns) for column in reader.columns]
    if reader.delimiter != _BLANKS:
        while readings and readings[-1][0] == How.NOTHING:  # then the rest of a row is never looked at
            readings.pop()
    return Plan(
        readings,
        patterns.arrays(),
        delimiter=reader.delimiter[0] if reader.delimiter else _WHOLE_ROW,
        quoted=reader.syntax == "quoted",
        has_address=any(column.role == "address" for column in reader.columns),
        tokens_tell=tokens_tell(reader) and all(how != How.ENGINE for how, _ in readings),
    )


def tokens_tell(reader: Reads) -> bool:
    """Whether every key of a row is there letter by letter: not in JSON, nor in base64."""
    hidden = any(column.pattern == BASE64 and column.role == "md5" for column in reader.columns)
    return reader.syntax != "json" and not reader.delimiter.isalnum() and not hidden


def _reading(column: Column, patterns: Compiler) -> tuple[int, int]:
    how = _BY_ROLE.get(column.role, How.NOTHING)
    if how is How.MD5 and column.pattern == BASE64:
        how = How.BASE64
    if how is How.ADDRESS and column.pattern:  # addresses somewhere in a cell
        return How.ENGINE, 0
    if how is not How.PATTERN:
        return how, 0
    if _LATER_GROUP.match(column.pattern):
        return How.ENGINE, 0
    try:
        return how, patterns.pattern(column.pattern, column.key)
    except NotCompiled:
        return How.ENGINE, 0
