"""The short way for the busiest request: one report without a token, sent as it should be.

It is checked, limited, stored and answered as ``reports.send_report`` does it, by the same functions; only Flask is
left out, which took most of the time. Whatever is not as it should be goes the long way, which says what is wrong.
"""

import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from pydantic import TypeAdapter, ValidationError

from commonswatch.api import callers, reports
from commonswatch.api.callers import Caller
from commonswatch.api.intake import Intake
from commonswatch.api.problems import Refused
from commonswatch.api.schemas.reports import IdempotencyKey, Report, ReportTaken
from commonswatch.context import Context
from commonswatch.services.reporting.reports import Incoming, Receipt

PATH = "/api/v1/reports"
LARGEST = 64 * 1024  # bytes

Headers = list[tuple[str, str]]
Observer = Callable[[str, str, str, int, float], None]
"""Told of each answer: request id, method, route, status, seconds."""

_KEY: TypeAdapter[str] = TypeAdapter(IdempotencyKey)


@dataclass
class Express:
    """The short way into one intake."""

    context: Context
    intake: Intake
    observer: Observer = lambda *_: None

    def take(self, environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        """Take the report of a request in: headers and body of the answer 202; None when this is not the way."""
        began = time.perf_counter()
        incoming = self._read(environ) if may_be_short(environ, PATH) else None
        receipt = self._submit(incoming) if incoming else None
        if receipt is None:
            return None
        body = ReportTaken(receipt=receipt.receipt, repeated=receipt.replayed).model_dump_json().encode()
        request_id = uuid.uuid4().hex
        self.observer(request_id, "POST", PATH, 202, time.perf_counter() - began)
        return [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Location", f"{PATH}/{receipt.receipt}"),
            ("X-Request-ID", request_id),
        ], body

    def _read(self, environ: WSGIEnvironment) -> Incoming | None:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(raw)  # for the long way
        key = environ.get("HTTP_IDEMPOTENCY_KEY")
        try:
            report = Report.model_validate_json(raw)
            key = key if key is None else _KEY.validate_python(key)
        except (ValidationError, RecursionError):
            return None
        caller = Caller(None, callers.digest_of_network(self.context, environ.get("REMOTE_ADDR", "")))
        return reports.incoming(self.context.settings, caller, key, report)

    def _submit(self, incoming: Incoming) -> Receipt | None:
        """None for every refusal: asked again, the long way gets the same one."""
        try:
            (answer,) = self.intake.submit([incoming])
        except Refused:
            return None
        return answer if isinstance(answer, Receipt) else None


def may_be_short(environ: WSGIEnvironment, path: str) -> bool:
    """Whether a request is a small one to this path, without a token and with its length said."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ["PATH_INFO"] == path
        and environ.get("CONTENT_TYPE") == "application/json"
        and "HTTP_AUTHORIZATION" not in environ
        and length.isdecimal()
        and len(length) <= len(str(LARGEST))
        and int(length) <= LARGEST
    )
