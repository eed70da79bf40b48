"""What is written as names of people are: told by its letters, for columns that have no name themselves."""

import re
from collections.abc import Sequence

_SMALL = r"(?:d[aeiou]s?|del|la|le|van|von|de[nr]|bin|ibn|al|el|y|e|of|the|und|zu|af|av|te[nr])"  # inside names
_CAPITAL = r"(?:(?=[^\Wa-z])[\w.'’()-]+)"
WRITTEN_NAME = (  # two words or more, or what is not written with blanks
    rf"(?=[^\Wa-z\d_]|\d+th_)[\w.'’-]+(?:[ _]+(?:{_SMALL}|{_CAPITAL}))*[ _]+{_CAPITAL}"
    r"|[\u3040-\u9fff\uac00-\ud7af·]{2,20}"
)
_WRITTEN_NAME = re.compile(WRITTEN_NAME)
_IN_A_LANGUAGE = re.compile(r'"([^"]+)"(?:@[A-Za-z-]+)?')
_LEAST_NAMES = 5  # rows


def are_names(cells: Sequence[str], least: int = _LEAST_NAMES) -> bool:
    """Whether most are written as names of people are; ``least``: how many there must be to tell."""
    bare = (found[1] if (found := _IN_A_LANGUAGE.fullmatch(cell)) else cell for cell in cells)
    fitting = sum(_WRITTEN_NAME.fullmatch(name) is not None for name in bare)
    return len(cells) >= least and fitting >= 0.7 * len(cells)
