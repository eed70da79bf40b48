"""Kind ``purge``: forget what is over, in small transactions so that nobody waits long for the database."""

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.services.upkeep import clock
from commonswatch.services.upkeep.queue import ClaimedJob


def _run(context: Context, _job: ClaimedJob) -> Record:
    more = True
    while more:
        with context.database.writing() as session:
            more = clock.purge_some(session, context.now())
    context.database.fold_log()
    return nothing_to_record


PURGE = Handler(_run)
