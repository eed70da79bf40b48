"""Fetching a URL: redirects, robots.txt and turns around single requests. Limits live in ``policy``."""

import hashlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

import certifi

from commonswatch.domain.sites import registered_domain
from commonswatch.fetch.asking import Answer, AnsweredBadly, ask
from commonswatch.fetch.deadline import Deadline, Pace
from commonswatch.fetch.dialling import Dialler, Resolver, resolve_by_system
from commonswatch.fetch.policy import Fetched, FetchPolicy, Saved, Version
from commonswatch.fetch.reading import Limits
from commonswatch.fetch.refusals import FetchFailed, FetchRefused
from commonswatch.fetch.rests import Rests
from commonswatch.fetch.robots import MAX_BYTES, RobotsMemory, Wishes, read_wishes
from commonswatch.fetch.turns import Turns, Visit
from commonswatch.fetch.urls import Target, read_redirect, read_url

_NOT_MODIFIED = 304
_TROUBLE = {"dns", "unreachable", "tls", "too-slow", "cut-short", "protocol"}


class Fetcher:
    """Fetches under one policy. One fetcher is shared by all worker threads, so that they take turns."""

    def __init__(self, policy: FetchPolicy, *, resolver: Resolver = resolve_by_system) -> None:
        tls = ssl.create_default_context(cafile=str(policy.ca_file or certifi.where()))
        self._policy = policy
        self._dialler = Dialler(policy, resolver, tls)
        self._turns = Turns(policy.host_delay)
        self._rests = Rests()
        self._robots = RobotsMemory()

    def get(
        self,
        url: str,
        *,
        max_bytes: int | None = None,
        accept: str = "*/*",
        respect_robots: bool = True,
        seconds: float | None = None,
        turn_within: float | None = None,
    ) -> Fetched:
        """Read one public web address completely.

        It waits at most ``deadline`` seconds for the site's turn and takes at most ``deadline`` seconds from then
        on, redirects and robots.txt included. ``max_bytes`` lowers the policy's limits, for bytes as sent and
        bytes unpacked alike; ``seconds`` limits waiting and reading together, ``turn_within`` the waiting.
        Raises FetchRefused and FetchFailed; their ``detail`` is written for the person who gave the address.
        """
        policy = self._policy
        patience = policy.deadline if turn_within is None else turn_within
        wanted = _Wanted(accept, _limits(policy, max_bytes), respect_robots)
        start, end, answer, passed = self._travel(url, wanted, policy.deadline, seconds, patience)
        return Fetched(
            url=start.url,
            final_url=end.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            media_type=answer.media_type,
            sha256=hashlib.sha256(answer.body).hexdigest(),
            fetched_at=datetime.now(UTC),
            redirects=passed,
        )

    def save(
        self, url: str, into: BinaryIO, *, max_bytes: int, seconds: float, known: Version | None = None
    ) -> Saved | None:
        """Write what one public web address answers into an open file, piece by piece; a large file needs no memory.

        ``max_bytes`` limits it as sent and unpacked, ``seconds`` reading it; a server that only drips is given up
        sooner. None when it says that it still is the ``known`` version. Raises as ``get``; then a part may have been
        written.
        """
        writing = _Writing(into)
        limits = Limits(max_bytes, max_bytes, self._policy.max_ratio)
        wanted = _Wanted("*/*", limits, True, known.conditions if known else {}, writing)
        try:
            start, end, answer, _ = self._travel(url, wanted, seconds, None, self._policy.deadline)
        except FetchFailed as failure:
            if known and failure.status == _NOT_MODIFIED:
                return None
            raise
        version = Version(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
        digest = writing.digest.hexdigest()
        return Saved(start.url, end.url, answer.media_type, writing.size, digest, version, datetime.now(UTC))

    def _travel(
        self, url: str, wanted: "_Wanted", longest: float, seconds: float | None, patience: float
    ) -> "tuple[Target, Target, Answer, tuple[str, ...]]":
        policy = self._policy
        start = read_url(url)
        end = time.monotonic() + (2 * longest if seconds is None else seconds)
        self._rests.check(start.origin)
        with Visit(self._turns) as visit:
            visit.move_to(registered_domain(start.host), min(policy.deadline, end - time.monotonic(), patience))
            left = max(0.0, min(longest, end - time.monotonic()))
            with Deadline(*_times(policy, wanted, left)) as deadline:
                trip = _Trip(policy, self._dialler, self._turns, self._rests, self._robots, visit, deadline)
                return start, *trip.fetch(start, wanted)


@dataclass(frozen=True)
class _Wanted:
    """What is asked for, in every hop of a trip."""

    accept: str
    limits: Limits
    respect_robots: bool
    conditions: dict[str, str] = field(default_factory=dict)
    into: "_Writing | None" = None

    @property
    def sink(self) -> Callable[[bytes], None] | None:
        """Where the body goes, if not into memory."""
        return self.into.write if self.into else None


class _Writing:
    def __init__(self, into: BinaryIO) -> None:
        self._into = into
        self.size = 0
        self.digest = hashlib.sha256()

    def so_far(self) -> int:
        """How many bytes have come."""
        return self.size

    def write(self, piece: bytes) -> None:
        try:
            self._into.write(piece)
        except OSError:
            raise FetchFailed("not-kept") from None
        self.size += len(piece)
        self.digest.update(piece)


def _times(policy: FetchPolicy, wanted: _Wanted, left: float) -> tuple[float, Pace | None]:
    """Seconds until the answer must have begun (or be whole), and how a long one has to come from then on."""
    if wanted.into is None:
        return left, None
    return min(left, policy.pace_over), Pace(left, policy.pace_over, wanted.into.so_far)


def _limits(policy: FetchPolicy, max_bytes: int | None) -> Limits:
    wire, decoded = policy.max_wire, policy.max_decoded
    if max_bytes is not None:
        wire, decoded = min(wire, max_bytes), min(decoded, max_bytes)
    return Limits(wire, decoded, policy.max_ratio)


@dataclass(frozen=True)
class _Trip:
    """Everything between one call of ``get`` and its answer."""

    policy: FetchPolicy
    dialler: Dialler
    turns: Turns
    rests: Rests
    robots: RobotsMemory
    visit: Visit
    deadline: Deadline

    def fetch(self, start: Target, wanted: _Wanted) -> tuple[Target, Answer, tuple[str, ...]]:
        """Where it ended, what was answered there, and the addresses that passed us on, in order."""
        here, passed = start, [start.url]
        while (answer := self._hop(here, wanted)).redirect is not None:
            here = read_redirect(here, answer.redirect)
            if here.url in passed or len(passed) > self.policy.max_redirects:
                raise FetchRefused("redirects")
            passed.append(here.url)
        return here, answer, tuple(passed[:-1])

    def _hop(self, here: Target, wanted: _Wanted) -> Answer:
        if wanted.respect_robots:
            self._check_robots(here)
        self.rests.check(here.origin)
        self.visit.move_to(registered_domain(here.host), self.deadline.remaining())
        headers = {"User-Agent": self.policy.user_agent, "Accept": wanted.accept, "Accept-Encoding": "gzip"}
        headers |= {"Connection": "close", **wanted.conditions}
        try:
            answer = ask(self.dialler, here, headers, wanted.limits, self.deadline, wanted.sink)
        except FetchFailed as failure:
            self._note(here.origin, failure)
            raise
        self.rests.went_well(here.origin)
        return answer

    def _note(self, origin: str, failure: FetchFailed) -> None:
        retry_after = failure.retry_after if isinstance(failure, AnsweredBadly) else None
        if failure.reason in _TROUBLE or (failure.status and not failure.permanent):
            self.rests.had_trouble(origin, retry_after)
        else:
            self.rests.went_well(origin)

    def _check_robots(self, here: Target) -> None:
        wishes = self.robots.recall(here.origin)
        if wishes is None:
            wishes = self._ask_for_wishes(here)
            self.robots.remember(here.origin, wishes)
        visitor = self.policy.user_agent.partition("/")[0]
        if delay := wishes.delay(visitor):
            self.turns.slow_down(registered_domain(here.host), delay)
        wishes.check(here.url, visitor)

    def _ask_for_wishes(self, here: Target) -> Wishes:
        """RFC 9309 §2.3.1: a robots.txt that does not exist allows everything, one that fails allows nothing."""
        place = Target(here.scheme, here.host, here.port, "/robots.txt")
        try:
            _, answer, _ = self.fetch(place, _Wanted("text/plain", _limits(self.policy, MAX_BYTES), False))
        except FetchFailed as failure:
            if failure.status is None:
                raise  # the page itself would fail the same way, and its reason says more
            return read_wishes(b"" if failure.permanent else None)
        except FetchRefused as refusal:
            if refusal.reason == "private-address":
                raise
            return read_wishes(None)
        return read_wishes(answer.body)
