"""Any address or file name of a work → its work keys and its account. The rules are in `media_hosts.json`."""

from collections.abc import Iterator

from commonswatch.domain.keys import WorkKey
from commonswatch.rules.forms import Values, filled
from commonswatch.rules.rulebook import Found, less_certain, load

_rules = load("media_hosts.json")


def work_keys(text: str) -> list[WorkKey]:
    """The keys a text gives, best first; none when it means no work. Never raises, never asks the network."""
    found = _rules.find(text)
    if found is None or not found.form.key:
        return []
    keys: dict[str, WorkKey] = {}
    for key in _keys(found):
        keys.setdefault(key.key, key)
    return list(keys.values())


def account_keys(text: str) -> list[WorkKey]:
    """The account an address, a path or a bare id belongs to; none when it names none. Never raises.

    Kept apart from the keys of works: two pictures of one account are two works.
    """
    found = _rules.find(text)
    if found is None or not found.form.account:
        return []
    return [WorkKey(filled(found.form.account, found.values), "account", found.how)]


def _keys(found: Found) -> Iterator[WorkKey]:
    form = found.form
    yield WorkKey(filled(form.key, found.values), form.kind, found.how)
    for second in form.seconds:
        values: Values | None = second.read(found.values)
        if values is not None:
            yield WorkKey(filled(second.key, values), second.kind, less_certain(second.how, found.how))
