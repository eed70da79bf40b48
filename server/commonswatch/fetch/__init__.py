"""Reading the outside web without being led astray: the only room that opens connections to other servers.

    fetched = Fetcher(FetchPolicy(user_agent=contactable("0.1", "https://watch.example"))).get(url)

Every address is checked before it is dialled (``addresses``), in every hop of a redirect. A request has one
deadline (``deadline``) and a limit in bytes (``reading``), asks robots.txt first (``robots``), takes turns with
others (``turns``) and leaves hosts in trouble alone (``rests``). What an address means, and what to do with the
answer, is not known here.
"""

from commonswatch.fetch.fetcher import Fetcher
from commonswatch.fetch.policy import Fetched, FetchPolicy, Saved, Version, contactable
from commonswatch.fetch.refusals import REASONS, FetchFailed, FetchRefused

__all__ = [
    "REASONS",
    "FetchFailed",
    "FetchPolicy",
    "FetchRefused",
    "Fetched",
    "Fetcher",
    "Saved",
    "Version",
    "contactable",
]
