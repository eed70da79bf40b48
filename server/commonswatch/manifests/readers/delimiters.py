"""What stands between the cells of a table, and whether cells are put in quotes: told by its first lines."""

import re
from collections import Counter
from collections.abc import Sequence

from commonswatch.manifests.readers.names import are_names
from commonswatch.manifests.readers.text import split

MOST_COLUMNS = 512
_DELIMITERS = ("\t", ",", ";", "|", "^", "\x01", "\x1f", "::", " ")  # \x01 is Hive's
_LOOSE = ("\t", " ")
_PREFERENCE = {"\t": 3.0, " ": 0.0}
_MOST_LINES = 50  # of one quoted cell, among the first rows


def delimited(lines: list[str]) -> tuple[str, list[str]]:
    """The delimiter, and the lines; those put together between which a quoted cell goes on."""
    whole = _whole(lines)
    if len(whole) < len(lines) and any(is_quoted(whole, sign) and _fitness(whole, sign) for sign in _DELIMITERS[:-1]):
        lines = whole
    return _delimiter(lines) or ("," if _are_quoted_values(lines) else ""), lines


def is_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cells are put in quotes: some start with one, and nearly all that do also end with one."""
    lines = [line for line in lines if '"' in line]
    if delimiter == " " or not lines:
        return False
    sign = re.escape(delimiter)
    opening, whole = re.compile(rf'(?:^|{sign}) *"'), re.compile(rf'(?:^|{sign}) *"(?:[^"]|"")*" *(?={sign}|$)')
    opened = sum(len(opening.findall(line)) for line in lines)
    return opened > 0 and sum(len(whole.findall(line)) for line in lines) >= 0.5 * opened


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that cuts most lines into as many cells; none for lists."""
    lines = [line for line in lines if line.strip()]
    if not lines or sum(_is_one_value(line) for line in lines) >= 0.8 * len(lines):
        return ""
    fitting = {sign: fitness for sign in _DELIMITERS if (fitness := _fitness(lines, sign)) is not None}
    if list(fitting) == [" "] and are_names([line.strip() for line in lines]):
        return ""  # first and last names
    return max(fitting, key=fitting.__getitem__, default="")


def _is_one_value(line: str) -> bool:
    """One address or path and nothing else, commas and all."""
    if "\t" in line or '"' in line:
        return False
    is_address = re.fullmatch(r"(?:https?:)?//[^\s]+", line) is not None
    return is_address and not re.search(r"[\x01\x1f^]|::|[,;|](?:https?://|[^,;|/]*$)", line[8:].partition("?")[0])


def _are_quoted_values(lines: Sequence[str]) -> bool:
    """Whether this is a table of one column, each cell in quotes."""
    filled = [line for line in lines if line.strip()]
    quoted = sum(re.fullmatch(r' *"(?:[^"]|"")*" *\r?', line) is not None for line in filled)
    return quoted > 0 and quoted >= 0.8 * len(filled)


def _whole(lines: Sequence[str]) -> list[str]:
    joined: list[str] = []
    is_open, since = False, 0
    for line in lines:
        if is_open and since < _MOST_LINES:
            joined[-1] += f"\n{line}"
            since += 1
        else:
            joined.append(line)
            since = 0
            is_open = False
        is_open ^= line.count('"') % 2 == 1
    return joined


def _fitness(lines: Sequence[str], sign: str) -> tuple[float, int] | None:
    quoted = sign != " " and is_quoted(lines, sign)
    counts = Counter(len(split(line, sign, quoted=quoted, most=MOST_COLUMNS)) for line in lines)
    width, often = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    share = often / len(lines)
    if width < 2 or share < (0.6 if sign in _LOOSE else 0.8):  # of the lines must have as many cells as most
        return None
    return share + _PREFERENCE.get(sign, 1.0) + 4.0 * (quoted and _explains_quotes(lines, sign)), width


def _explains_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cut like this nearly every line starts and ends with a quote, or has cells in quotes beside it."""
    ends = re.compile(rf'"(?: *{re.escape(delimiter)} *)"')
    inner = sum(len(ends.findall(line)) for line in lines)
    return inner >= 0.9 * len(lines)
