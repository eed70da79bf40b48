"""A page and where it is → its outgoing links: which dataset each hands out, in which role, and why.

The words are data (`rules/links.json`); how the decision is made, step by step: docs/links.md.
"""

from commonswatch.rules.links.decision import MOST_LINKS, Link, Role, offers_copy, read_links

__all__ = ["MOST_LINKS", "Link", "Role", "offers_copy", "read_links"]
