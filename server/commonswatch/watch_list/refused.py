"""Why a manifest or a file of the watch list is refused. What each word means is written in docs/watch-list.md."""

from typing import Literal

from commonswatch.domain.errors import CommonswatchError

Why = Literal[
    "signature", "format", "version", "history", "time", "size", "digest", "truncated", "rest", "range", "order"
]


class Refused(CommonswatchError):
    """What was read is not a watch list, or not one that may follow; ``why`` is the word of the document."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"The watch list is refused: {why}.")
        self.why = why


def need(holds: object, why: Why) -> None:
    """Raise Refused unless it holds."""
    if not holds:
        raise Refused(why)
