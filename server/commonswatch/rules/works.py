"""Any address or file name of a work → its work keys and its account. The rules are in `media_hosts.json`."""

from commonswatch.domain.keys import How, WorkKey
from commonswatch.rules.forms import Second, filled
from commonswatch.rules.patterns import Values
from commonswatch.rules.rulebook import less_certain, load

_rules = load("media_hosts.json")


def work_keys(text: str) -> list[WorkKey]:
    """The keys a text gives, that of its form first; none when it means no work.

    Never raises, never asks the network. A further key may be surer than the first.
    """
    found = _rules.find(text)
    if found is None or not found.form.key:
        return []
    form, values = found.form, found.values
    first = WorkKey(filled(form.key, values), form.kind, found.how)
    seconds = form.seconds(values) if form.also else None
    return _united(first, seconds, found.how) if seconds else [first]


def account_keys(text: str) -> list[WorkKey]:
    """The account an address, a path or a bare id belongs to; none when it names none. Never raises.

    Kept apart from the keys of works: two pictures of one account are two works.
    """
    found = _rules.find(text)
    if found is None or not found.form.account:
        return []
    return [WorkKey(filled(found.form.account, found.values), "account", found.how)]


def _united(first: WorkKey, seconds: list[tuple[Second, Values]], how: How) -> list[WorkKey]:
    keys = [first]
    for second, values in seconds:
        key = WorkKey(filled(second.key, values), second.kind, less_certain(second.how, how))
        keys.insert(0 if second.first else len(keys), key)
    unique: dict[str, WorkKey] = {}
    for key in keys:
        unique.setdefault(key.key, key)
    return list(unique.values())
