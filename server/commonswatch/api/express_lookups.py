"""The short way for a stranger's lookup, around Flask, as ``express`` is for a report: the same functions answer.

Whatever is not as it should be, or is over a limit, goes the long way, which says what is wrong.
"""

import io
import time
import uuid
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from pydantic import ValidationError

from commonswatch.api import callers, lookups
from commonswatch.api.express import Headers, Observer, may_be_short
from commonswatch.api.reads import Reads
from commonswatch.api.schemas.lookups import Questions
from commonswatch.context import Context
from commonswatch.domain.errors import TooMany
from commonswatch.services.looking_up.lookups import STRANGER


@dataclass
class ExpressLookups:
    """The short way of strangers."""

    context: Context
    reads: Reads
    observer: Observer = lambda *_: None

    def take(self, environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        """Answer a lookup: headers and body; None when this is not the way."""
        began = time.perf_counter()
        body = self._read(environ) if may_be_short(environ, lookups.PATH) else None
        if body is None:
            return None
        try:
            told = lookups.answers(self.context, body, STRANGER).model_dump_json().encode()
        except Exception:  # noqa: BLE001 - the long way meets it again, says so and logs it
            return None
        request_id = uuid.uuid4().hex
        self.observer(request_id, "POST", lookups.PATH, 200, time.perf_counter() - began)
        return [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(told))),
            ("X-Request-ID", request_id),
        ], told

    def _read(self, environ: WSGIEnvironment) -> Questions | None:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(raw)  # for the long way
        try:
            body = Questions.model_validate_json(raw)
            self.reads.count(callers.digest_of_network(self.context, environ.get("REMOTE_ADDR", "")))
        except (ValidationError, RecursionError, TooMany):
            return None
        return body
