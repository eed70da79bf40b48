"""Any address or file name of a work → its work keys. The rules are in `media_hosts.json`."""

from collections.abc import Iterator

from commonswatch.domain.keys import WorkKey
from commonswatch.rules.forms import Values, filled
from commonswatch.rules.rulebook import Found, less_certain, load

_rules = load("media_hosts.json")


def work_keys(text: str) -> list[WorkKey]:
    """The keys a text gives, best first; none when it means no work. Never raises, never asks the network."""
    found = _rules.find(text)
    if found is None:
        return []
    return list({key.key: key for key in reversed([*_keys(found)])}.values())[::-1]


def _keys(found: Found) -> Iterator[WorkKey]:
    form = found.form
    yield WorkKey(filled(form.key, found.values), form.kind, found.how)
    for second in form.seconds:
        values: Values | None = second.read(found.values)
        if values is not None:
            yield WorkKey(filled(second.key, values), second.kind, less_certain(second.how, found.how))
