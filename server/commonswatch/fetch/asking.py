"""One request to one checked address, and what came of it. No redirects are followed here, nothing is repeated."""

import http.client
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from commonswatch.fetch.deadline import Deadline
from commonswatch.fetch.dialling import Dialler
from commonswatch.fetch.exchange import Exchange
from commonswatch.fetch.reading import Limits, read_body
from commonswatch.fetch.refusals import FetchFailed
from commonswatch.fetch.urls import Target

_REDIRECTS = {301, 302, 303, 307, 308}
_WORTH_TRYING_AGAIN = {408, 425, 429}
_FORBIDDEN, _TOO_MANY = 403, 429
_WINDOW = re.compile(
    r";\s*t=([0-9]{1,6})"
)  # of "RateLimit", as Hugging Face sends it (IETF draft on RateLimit headers)
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")

# urllib3 writes the whole URL into its log when headers are odd; URLs may hold secrets
logging.getLogger("urllib3.connection").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Answer:
    """Either ``redirect`` is the raw Location, or ``body`` is complete; where it was written elsewhere, it is empty."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    redirect: str | None = None

    @property
    def media_type(self) -> str:
        """From Content-Type without parameters; application/octet-stream when it says nothing usable."""
        named = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return named if _MEDIA_TYPE.fullmatch(named) else "application/octet-stream"


class AnsweredBadly(FetchFailed):
    """The server answered with an HTTP status that is an error; ``retry_after`` is in seconds."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        used_up = headers.get("x-ratelimit-remaining") == "0"  # GitHub says 403 then, which is not for ever
        self.retry_after = _number(headers.get("retry-after", ""))
        asks_for_patience = used_up or (status == _FORBIDDEN and self.retry_after is not None)
        permanent = status < 500 and status not in _WORTH_TRYING_AGAIN and not asks_for_patience
        super().__init__("status", permanent=permanent, status=status)
        if self.retry_after is None and used_up:
            reset = _number(headers.get("x-ratelimit-reset", ""))
            self.retry_after = None if reset is None else max(0.0, reset - time.time())
        if self.retry_after is None and status == _TOO_MANY and (left := _WINDOW.search(headers.get("ratelimit", ""))):
            self.retry_after = float(left[1])


def ask(
    dialler: Dialler,
    target: Target,
    headers: dict[str, str],
    limits: Limits,
    deadline: Deadline,
    sink: Callable[[bytes], object] | None = None,
) -> Answer:
    """Send one GET and read the answer, into ``sink`` where there is one.

    Raises FetchRefused and FetchFailed, and what ``sink`` raises.
    """
    try:
        with (
            Exchange(dialler.connection(target, deadline), target) as exchange,
            exchange.ask(headers) as response,
        ):
            return _read(response.raw, limits, deadline, sink)
    except (ssl.SSLError, http.client.HTTPException, HTTPError, OSError, ValueError) as error:
        deadline.remaining()  # whatever broke after the deadline broke because of it
        raise FetchFailed(_reason(error)) from None


def _read(
    response: BaseHTTPResponse, limits: Limits, deadline: Deadline, sink: Callable[[bytes], object] | None
) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    location = response.headers.getlist("location")
    if response.status in _REDIRECTS and location:
        return Answer(response.status, headers, redirect=location[0])
    if not 200 <= response.status < 300:
        raise AnsweredBadly(response.status, headers)
    pieces = read_body(response, limits, deadline)
    if sink is None:
        return Answer(response.status, headers, b"".join(pieces))
    deadline.begun()
    for piece in pieces:
        sink(piece)
    return Answer(response.status, headers)


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    return "cut-short" if isinstance(error, OSError) else "protocol"
