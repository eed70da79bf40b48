"""Hosts played by a local HTTPS server under their own names, each in the shape its documentation gives."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from commonswatch.fetch import Fetcher, FetchPolicy

from tests.played_hosts import Answer, PlayedHosts


class Hosts:
    """``at(url, …)`` says what stands at an address; everything else answers 404."""

    def __init__(self, played: PlayedHosts) -> None:
        self._played = played
        self._answers: dict[tuple[str, str], Answer] = {}

    def at(self, url: str, body: Any, media_type: str = "", status: int = 200, **headers: str) -> None:
        host, _, path = url.removeprefix("https://").partition("/")
        is_bytes = isinstance(body, bytes)
        fields = {"Content-Type": media_type or ("application/octet-stream" if is_bytes else "application/json")}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[host, "/" + path] = (status, fields, body if is_bytes else json.dumps(body).encode())
        self._played.play(host, lambda path, _, host=host: self._answer(host, path))

    def condition(self, url: str, body: bytes, etag: str) -> None:
        """A file that answers 304 to whoever has this version."""
        host, _, path = url.removeprefix("https://").partition("/")

        def route(asked: str, headers: Mapping[str, str]) -> Answer:
            if asked != "/" + path:
                return 404, {}, b""
            same = headers.get("if-none-match") == etag
            return (304 if same else 200), {"ETag": etag}, b"" if same else body

        self._played.play(host, route)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What was asked for, robots.txt left out."""
        return [one for one in self._played.asked if one[1] != "/robots.txt"]

    @property
    def reader(self) -> Fetcher:
        played, ca = self._played.played, self._played.ca_file
        return Fetcher(FetchPolicy("Commonswatch/test", played=played, ca_file=ca, host_delay=0))

    def _answer(self, host: str, path: str) -> Answer:
        return self._answers.get((host, path), (404, {}, b"{}"))


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with PlayedHosts({}) as played:
        yield Hosts(played)
