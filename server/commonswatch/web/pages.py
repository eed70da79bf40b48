"""Long lists in pages: which page is asked for, and how many there are."""

from flask import request


def wanted_page() -> int:
    """The page in the address, at least 1; nonsense counts as 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_count(things: int, page_size: int) -> int:
    """How many pages ``things`` fill, at least 1."""
    return max(1, -(-things // page_size))
