"""Everything the product refuses or fails to do, in one tree. How an error looks to a user is decided by the doors.

    CommonswatchError
    ├── NotFound        there is no such thing, or not for you (both answer alike)
    ├── Conflict        it changed meanwhile, or was done already
    ├── NotAllowed      you may see it, but not do this
    ├── InvalidInput    what was sent cannot be used; ``problems`` says what to change
    ├── TooMany         slow down; ``retry_after`` says for how long
    └── RemoteError     somebody else's server failed; ``permanent`` says whether to try again

``detail`` is written for the person who reads it and never repeats what was sent.
"""


class CommonswatchError(Exception):
    """Base of all expected failures."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(CommonswatchError):
    """There is no such thing, or it is not for the one who asks."""


class Conflict(CommonswatchError):
    """The thing changed meanwhile, or this was done already."""


class NotAllowed(CommonswatchError):
    """The one who asks may not do this."""


class InvalidInput(CommonswatchError):
    """What was sent cannot be used; ``problems`` names each place and what to change."""

    def __init__(self, detail: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.problems = problems


class TooMany(CommonswatchError):
    """A limit was reached; ``retry_after`` is in seconds."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class RemoteError(CommonswatchError):
    """Another server refused or failed; ``permanent`` means that trying again is pointless."""

    def __init__(self, detail: str, *, permanent: bool) -> None:
        super().__init__(detail)
        self.permanent = permanent
