"""Why a fetch was refused or failed: a short code for programs, a sentence for the person who gave the address."""

from commonswatch.domain.errors import RemoteError

REASONS = {
    # refused: we will not do this, however often it is tried
    "bad-url": "This is not a web address that can be read.",
    "scheme": "Only addresses that begin with https:// or http:// can be fetched.",
    "port": "Only the usual ports of the web (80 and 443) can be fetched.",
    "private-address": "The address leads into a private network, so it is never fetched.",
    "robots": "The site asks automatic visitors (in its robots.txt) not to read this page.",
    "redirects": "The address passes visitors on too often, or in a circle.",
    "too-large": "The answer is larger than we accept.",
    "bomb": "The answer is packed so tightly that unpacking it could do harm.",
    "encoding": "The answer is packed in a way that we do not unpack.",
    # failed: it did not work
    "dns": "No server could be found under this name.",
    "unreachable": "The server did not accept a connection.",
    "tls": "The server could not prove that it is the one named in the address.",
    "too-slow": "The server took too long to answer.",
    "cut-short": "The server stopped in the middle of its answer.",
    "protocol": "The server's answer could not be understood.",
    "status": "The server did not give out the page.",
    "robots-unknown": "The site's wishes for automatic visitors (robots.txt) cannot be read at the moment.",
    "busy": "Other requests to this site are still waiting.",
    "not-kept": "There is no room left to keep the file.",
    "paused": "This server had trouble answering, so it is left alone for a while.",
}
"""Every value ``reason`` can have."""


class FetchRefused(RemoteError):
    """Never fetched, or cut off because it went beyond what we accept; ``reason`` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason], permanent=True)
        self.reason = reason


class FetchFailed(RemoteError):
    """The other side did not answer well; ``reason`` is a key of REASONS, ``status`` its HTTP status, if any."""

    def __init__(self, reason: str, *, permanent: bool = False, status: int | None = None) -> None:
        detail = REASONS[reason] if status is None else f"{REASONS[reason]} It answered with status {status}."
        super().__init__(detail, permanent=permanent)
        self.reason = reason
        self.status = status
