"""The clock's door: a runner that works on the queue, the clock that fills it, and one file for each kind of job."""

from collections.abc import Mapping

from commonswatch.jobs.deliver import DELIVER
from commonswatch.jobs.examine import EXAMINE
from commonswatch.jobs.handling import Handler
from commonswatch.jobs.lists import CHECK_LISTS, FORGET_WORK
from commonswatch.jobs.notify import NOTIFY
from commonswatch.jobs.purge import PURGE
from commonswatch.jobs.read_lists import READ_LISTS
from commonswatch.jobs.scan import SCAN
from commonswatch.jobs.verify import VERIFY
from commonswatch.jobs.watch_list import WATCH_LIST

HANDLERS: Mapping[str, Handler] = {
    "examine": EXAMINE,
    "verify": VERIFY,
    "verify-anonymous": VERIFY,
    "notify": NOTIFY,
    "deliver": DELIVER,
    "check-lists": CHECK_LISTS,
    "forget-work": FORGET_WORK,
    "purge": PURGE,
    "read-lists": READ_LISTS,
    "scan": SCAN,
    "watch-list": WATCH_LIST,
}
"""Which handler works on which kind of job."""
