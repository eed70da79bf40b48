"""How far a scan has come, as its page tells it: in numbers, in words, and in few steps for those who listen."""

from commonswatch.domain.states import ScanState
from commonswatch.models import Scan
from commonswatch.services.scanning import folder, here, scans, setbacks, speed
from commonswatch.web.frame import database


def told(scan: Scan) -> dict[str, object]:
    """What ``scans/_progress.html`` needs."""
    home, pace = database.current().settings.home, speed.of(scan)
    kept = bool(scan.url) or folder.manifest(home, scan.id).exists()
    return {
        "scan": scan,
        "pace": pace,
        "step": _step(scan, pace),
        "setback": setbacks.of(database.session(), scan),
        "under_way": scan.state in scans.UNDER_WAY,
        "is_here": here.is_here(scan),
        "names_nothing": scan.state is ScanState.DONE and not scan.matches and folder.names_nothing(home, scan.id),
        "can_resume": scan.state in scans.TO_RESUME and kept and not scan.taken_back_at,
    }


def _step(scan: Scan, pace: speed.Pace) -> int:
    """How far it has come, in so few steps that each may be read out: tenths, or how often the rows doubled."""
    return int(pace.done * 10) if pace.done is not None else scan.rows.bit_length()
