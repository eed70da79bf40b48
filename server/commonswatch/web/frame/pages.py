"""Numbers in addresses: of rows, and of the pages of long lists."""

from flask import Flask, request
from werkzeug.routing import IntegerConverter


class _RowNumber(IntegerConverter):
    """A number a row can have: what does not fit into 64 bits is no row, so the page does not exist."""

    regex = r"\d{1,18}"


def register(app: Flask) -> None:
    """Let ``<int:number>`` in routes mean the number of a row."""
    app.url_map.converters["int"] = _RowNumber


def wanted_page() -> int:
    """The page in the address, at least 1; nonsense counts as 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_count(things: int, page_size: int) -> int:
    """How many pages ``things`` fill, at least 1."""
    return max(1, -(-things // page_size))
