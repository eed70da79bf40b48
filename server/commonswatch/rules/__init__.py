"""Rules about hosts, as data, and the one engine that reads them.

Any address of a work → its work keys and its account; any link → its location key. How to write a rule: docs/rules.md.
"""

from commonswatch.rules.locations import location
from commonswatch.rules.works import account_keys, work_keys

__all__ = ["account_keys", "location", "work_keys"]
