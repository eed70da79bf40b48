"""Rules about hosts, as data, and the one engine that reads them.

Any address of a work → its work keys and its account; any link → its location key. How to write a rule: docs/rules.md.
Any name of a dataset → what is known about it: docs/datasets.md. Any statement of a licence → the licence.
Any page → its links, each with the dataset it belongs to and its role.
"""

from commonswatch.rules.catalogue import DATASETS, ancestors, dataset, derived, families, family
from commonswatch.rules.licences import read_licence
from commonswatch.rules.links import Link, offers_copy, read_links
from commonswatch.rules.locations import location, page_location
from commonswatch.rules.works import account_keys, work_keys

__all__ = [
    "DATASETS",
    "Link",
    "account_keys",
    "ancestors",
    "dataset",
    "derived",
    "families",
    "family",
    "location",
    "offers_copy",
    "page_location",
    "read_licence",
    "read_links",
    "work_keys",
]
