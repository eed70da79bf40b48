"""Kind ``purge``: forget what is over, in small transactions so that nobody waits long for the database."""

from commonswatch.context import Context
from commonswatch.jobs.handling import Handler, Record, nothing_to_record
from commonswatch.services.scanning import folder, here, scans
from commonswatch.services.upkeep import clock
from commonswatch.services.upkeep.queue import ClaimedJob


def _run(context: Context, _job: ClaimedJob) -> Record:
    more = True
    while more:
        with context.database.writing() as session:
            more = clock.purge_some(session, context.now())
    _forget_manifests(context)
    context.database.fold_log()
    return nothing_to_record


def _forget_manifests(context: Context) -> None:
    """Manifests are needed for reading only; a job deletes its own, this finds what a crash left."""
    home, now = context.settings.home, context.now()
    with context.database.writing() as session:
        here.end_abandoned(session, now)
        scans.fail_given_up(session, now)
        old = scans.to_forget(session, folder.kept_manifests(home), now)
    for scan_id in old:
        folder.forget_manifest(home, scan_id)
    folder.forget_uploads(home, now - scans.KEEP_UPLOAD)
    folder.forget_checkpoints(home, now - scans.KEEP_MANIFEST)


PURGE = Handler(_run)
