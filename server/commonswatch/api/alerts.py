"""/api/v1/alerts: what the account behind a device is told. Asking often is cheap: see the ETag."""

from flask import Response, request

from commonswatch.api.callers import Caller
from commonswatch.api.operations import Access, Operation, product
from commonswatch.api.schemas.alerts import Alert, AlertedWork, Alerts, AlertsWanted, OfferedCopy
from commonswatch.context import Context
from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Scope
from commonswatch.services.membership import devices
from commonswatch.services.membership.devices import KnownDevice
from commonswatch.services.telling import notifications


def read_alerts(caller: Caller, query: AlertsWanted) -> Response:
    """Tell what is new after the alert with the id ``after``, with an ETag."""
    if caller.device is None:
        raise NotFound("There are no alerts without a device.")
    context = product()
    _note_seen(context, caller.device)
    with context.database.reading() as session:
        found = notifications.alerts(session, caller.device.account_id, query.after, query.limit)
    told = Alerts(
        alerts=[_alert(one) for one in found],
        after=found[-1].id if found else query.after,
        page=context.settings.site + "/found",
    )
    response = Response(told.model_dump_json(), content_type="application/json")
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _note_seen(context: Context, device: KnownDevice) -> None:
    now = context.now()
    if not devices.is_noted(device, now):
        with context.database.writing() as session:
            devices.note_seen(session, device.id, now)


def _alert(found: notifications.Alert) -> Alert:
    return Alert(
        id=found.id,
        url=found.url,
        site=found.site,
        kind=found.kind,
        state=found.state,
        since=found.since,
        created_at=found.created_at,
        works=[
            AlertedWork(id=work.id, title=work.title, key=work.key, why=work.why, certainty=work.certainty)
            for work in found.works
        ],
        works_total=found.works_total,
        copies=[OfferedCopy(dataset=one, certainty=sure, works=works) for one, sure, works in found.copies],
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/alerts",
        summary="What the account behind the device is told",
        access=Access(anybody=False, scope=Scope.ALERT_READ),
        view=read_alerts,
        query=AlertsWanted,
        told={200: Alerts, 304: None},
        told_headers={"ETag": "Send it as If-None-Match the next time."},
        problems=(401, 403, 422, 429),
        limited=True,
    ),
)
