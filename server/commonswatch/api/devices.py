"""/api/v1/devices: pair a device with a code, and let it ask about itself or end itself."""

from flask import Response, request

from commonswatch import models
from commonswatch.api import callers, watch_list
from commonswatch.api.callers import Caller
from commonswatch.api.operations import EVERYBODY, Access, Operation, product
from commonswatch.api.schemas.devices import Device, PairedDevice, PairingRequest
from commonswatch.domain.errors import NotFound, TooMany
from commonswatch.domain.states import Scope
from commonswatch.services.membership import devices
from commonswatch.services.membership.devices import KnownDevice


def pair_device(body: PairingRequest) -> PairedDevice:
    """Pair with a code; few tries. A try is committed before the code is looked at, so that wrong ones count."""
    context = product()
    now = context.now()
    with context.database.writing() as session:
        wait = devices.count_try(session, callers.network_digest(context, request), now)
    if wait:
        raise TooMany("Too many tries to pair. Wait a few minutes, then make a new code.", wait)
    with context.database.writing() as session:
        paired = devices.pair(session, context.keyring, body.code, body.name, now)
        key = watch_list.newest_key(session)
    return PairedDevice(
        id=paired.device_id,
        name=paired.name,
        scopes=[Scope(scope) for scope in paired.scopes],
        token=paired.token,
        watch_list_key=key,
    )


def this_device(caller: Caller) -> Device:
    """Tell a device what is known about it."""
    with product().database.reading() as session:
        found = session.get_one(models.Device, _device(caller).id)
        return Device(
            id=found.id,
            name=found.name,
            scopes=[Scope(scope) for scope in found.scopes.split()],
            created_at=found.created_at,
            last_seen=found.last_seen,
        )


def end_device(caller: Caller) -> Response:
    """Revoke the token that was sent."""
    context, device = product(), _device(caller)
    with context.database.writing() as session:
        devices.revoke(session, device.account_id, device.id, context.now())
    return Response(status=204)


def _device(caller: Caller) -> KnownDevice:
    if caller.device is None:
        raise NotFound("There is no device without a token.")
    return caller.device


_DEVICE = Access(anybody=False)

OPERATIONS = (
    Operation(
        method="POST",
        path="/devices",
        summary="Pair a device by the code shown on the page “Devices”",
        access=EVERYBODY,
        view=pair_device,
        body=PairingRequest,
        told={201: PairedDevice},
        problems=(404, 413, 415, 422, 429),
    ),
    Operation(
        method="GET",
        path="/devices/me",
        summary="What is known about the device that asks",
        access=_DEVICE,
        view=this_device,
        told={200: Device},
        problems=(401, 429),
        limited=True,
    ),
    Operation(
        method="DELETE",
        path="/devices/me",
        summary="End the token of the device that asks",
        access=_DEVICE,
        view=end_device,
        told={204: None},
        problems=(401,),
    ),
)
