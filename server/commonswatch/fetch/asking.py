"""One request to one checked address, and what came of it. No redirects are followed here, nothing is repeated."""

import http.client
import logging
import re
import ssl
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
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")

# urllib3 writes the whole URL into its log when headers are odd; URLs may hold secrets
logging.getLogger("urllib3.connection").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Answer:
    """Either ``redirect`` is the raw Location, or ``body`` is complete."""

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

    def __init__(self, status: int, retry_after: str) -> None:
        permanent = status < 500 and status not in _WORTH_TRYING_AGAIN
        super().__init__("status", permanent=permanent, status=status)
        usable = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8
        self.retry_after = float(retry_after) if usable else None


def ask(dialler: Dialler, target: Target, headers: dict[str, str], limits: Limits, deadline: Deadline) -> Answer:
    """Send one GET and read the answer; raises FetchRefused and FetchFailed, nothing else."""
    try:
        with (
            Exchange(dialler.connection(target, deadline), target) as exchange,
            exchange.ask(headers) as response,
        ):
            return _read(response.raw, limits, deadline)
    except (ssl.SSLError, http.client.HTTPException, HTTPError, OSError, ValueError) as error:
        deadline.remaining()  # whatever broke after the deadline broke because of it
        raise FetchFailed(_reason(error)) from None


def _read(response: BaseHTTPResponse, limits: Limits, deadline: Deadline) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    location = response.headers.getlist("location")
    if response.status in _REDIRECTS and location:
        return Answer(response.status, headers, redirect=location[0])
    if not 200 <= response.status < 300:
        raise AnsweredBadly(response.status, headers.get("retry-after", ""))
    return Answer(response.status, headers, read_body(response, limits, deadline))


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    return "cut-short" if isinstance(error, OSError) else "protocol"
