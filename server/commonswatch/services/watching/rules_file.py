"""The file ``rules`` of the watch list: all files of rules about hosts as one, so that clients learn new hosts."""

import json
from functools import cache
from importlib.resources import files

from commonswatch import rules

NAMES = ("media_hosts", "sharing_hosts", "datasets", "licences", "links")
_FORMAT = 1


@cache
def rules_file() -> bytes:
    """Its bytes; the same ones as long as no rule changes."""
    room = files(rules)
    parts = {name: json.loads((room / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}
    return json.dumps({"format": _FORMAT, **parts}, separators=(",", ":"), ensure_ascii=False).encode()
