"""How ``requests`` carries one request to a checked place and one answer back, and does nothing of its own accord.

Taken away from it: proxies and passwords of the environment, cookies, shared connections, headers that are not ours,
and redirects. ``allow_redirects=False`` is not enough for the last: the body would still be read, without any limit.
"""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection

from commonswatch.fetch.urls import Target


class Exchange(Session):
    """One GET over one connection; a context manager that closes the connection."""

    def __init__(self, connection: HTTPConnection, target: Target) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(netscape=False))  # cookies are not even parsed
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _OneConnection(connection, target))
        self._target = target

    def ask(self, headers: Mapping[str, str]) -> Response:
        """Send exactly these headers; the answer's body is still unread and packed in ``raw``.

        Raises what urllib3, http.client and the dialler raise.
        """
        request = PreparedRequest()  # prepared by hand: requests would add headers and rewrite the proven address
        request.method, request.url, request.headers = "GET", self._target.url, CaseInsensitiveDict(headers)
        return self.send(request, stream=True, allow_redirects=False)

    def get_redirect_target(self, resp: Response) -> None:
        """Nowhere: redirects are followed, and their addresses checked, in ``fetcher``."""


class _OneConnection(BaseAdapter):
    """Sends to the target its connection was made for; the settings requests hands over do not matter."""

    def __init__(self, connection: HTTPConnection, target: Target) -> None:
        super().__init__()
        self._connection = connection
        self._path = target.path

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        self._connection.request(
            "GET", self._path, headers=request.headers, preload_content=False, decode_content=False
        )
        response = Response()
        response.raw = raw = self._connection.getresponse()
        response.status_code, response.headers = raw.status, CaseInsensitiveDict(raw.headers)
        return response

    def close(self) -> None:
        self._connection.close()
