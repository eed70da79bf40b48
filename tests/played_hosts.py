"""The played web hosts, under the name tests import; the server itself ships with the demo."""

from commonswatch.demo.played_hosts import Answer, PlayedHosts, Route

__all__ = ["Answer", "PlayedHosts", "Route", "page"]


def page(body: bytes = b"", media_type: str = "text/html", status: int = 200, **headers: str) -> Route:
    """A host that gives the same answer on every path; header names with ``_`` for ``-``."""
    fields = {
        "Content-Type": media_type,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return lambda path, request: (status, fields, body)
