"""Words for places whose files cannot be had: what is needed there, and what a moderator can do instead."""

import json
from importlib.resources import files as resources

_NEEDS: dict[str, str] = json.loads((resources(__package__) / "closed.json").read_text("utf-8"))
INSTEAD = (
    "If you may see it, save its list of files or its manifest (not the pictures) on your computer, "
    "and upload that as a scan."
)
"""What a moderator can do wherever we get nothing."""

CODE = f"This place opens only with an access code, which we do not use. {INSTEAD}"
GATED = f"It is gone, or given only to people with an account who were let in. {INSTEAD}"


def words(host: str) -> str | None:
    """Why nothing can be read at this host and what to do, None for hosts that can be read."""
    needed = _NEEDS.get(host)
    return f"This host gives nothing without {needed}. {INSTEAD}" if needed and host != "$comment" else None
