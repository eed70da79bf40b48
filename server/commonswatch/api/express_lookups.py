"""The short way for a stranger's lookup, around Flask, as ``express`` is for a report: the same functions answer.

On the event loop it is parked until its group was looked up (``asking``). Whatever is not as it should be, or is over a
limit, goes the long way, which says what is wrong, in a thread.
"""

import io
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from wsgiref.types import WSGIEnvironment

from pydantic import ValidationError

from commonswatch.api import callers, lookups
from commonswatch.api.asking import Asking
from commonswatch.api.express import Headers, Observer, may_be_short
from commonswatch.api.schemas.lookups import Answers, Questions
from commonswatch.context import Context


@dataclass
class ExpressLookups:
    """The short way of strangers."""

    context: Context
    asking: Asking
    observer: Observer = lambda *_: None

    def take(self, environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        """Answer a lookup: headers and body; None when this is not the way."""
        began = time.perf_counter()
        body = _read(environ) if may_be_short(environ, lookups.PATH) else None
        if body is None:
            return None
        answers = self.asking.ask(body.questions, self._network(environ.get("REMOTE_ADDR", "")))
        if answers is None:
            return None
        told = Answers(answers=list(answers)).model_dump_json().encode()
        request_id = f"{random.getrandbits(128):032x}"  # a name for the log, no secret
        self.observer(request_id, "POST", lookups.PATH, 200, time.perf_counter() - began)
        return [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(told))),
            ("X-Request-ID", request_id),
        ], told

    @cached_property
    def _network(self) -> Callable[[str], bytes]:
        """Digests of networks. Making one gives up Python's lock, and the thread that looks up then keeps it."""
        return lru_cache(maxsize=1024)(partial(callers.digest_of_network, self.context))


def _read(environ: WSGIEnvironment) -> Questions | None:
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(raw)  # for the long way
    try:
        return Questions.model_validate_json(raw)
    except (ValidationError, RecursionError):
        return None
