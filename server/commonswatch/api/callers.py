"""Who calls the JSON door: a device by its bearer token, or nobody in particular. Cookies are never looked at."""

from dataclasses import dataclass, field

from flask import Request

from commonswatch.api.problems import Refused
from commonswatch.context import Context
from commonswatch.domain.errors import NotAllowed, NotFound
from commonswatch.domain.networks import network_of
from commonswatch.domain.states import Scope
from commonswatch.services.membership import devices
from commonswatch.services.membership.devices import KnownDevice


@dataclass(frozen=True)
class Caller:
    """Whoever sent the request. ``digest`` stands for the device or the network, and tells neither."""

    device: KnownDevice | None
    digest: bytes = field(repr=False)

    @property
    def reporter(self) -> str:
        """How the caller is named in reports."""
        return self.device.reporter if self.device else "anonymous"


def caller(context: Context, request: Request, scope: Scope | None, *, anonymous: bool) -> Caller:
    """Find out who calls; raise Refused (401, 403) when a token is missing, wrong or may not do this."""
    authorization = request.headers.get("Authorization")
    if authorization is None and anonymous:
        return Caller(None, network_digest(context, request))
    device = _device(context, _token(authorization), scope)
    return Caller(device, context.keyring.digest("device", str(device.id)))


def network_digest(context: Context, request: Request) -> bytes:
    """A keyed digest of the network a request comes from."""
    return digest_of_network(context, request.remote_addr or "")


def digest_of_network(context: Context, address: str) -> bytes:
    """As ``network_digest``, of the address itself."""
    return context.keyring.digest("network", network_of(address))


def _token(authorization: str | None) -> str:
    if authorization is None:
        raise _unauthorised("Send a device token: “Authorization: Bearer …”.", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorised("Send a device token: “Authorization: Bearer …”.", ' error="invalid_request"')
    return token.strip()


def _device(context: Context, token: str, scope: Scope | None) -> KnownDevice:
    try:
        with context.database.reading() as session:
            return devices.know(session, token, scope)
    except NotFound as error:
        raise _unauthorised(error.detail, ' error="invalid_token"') from None
    except NotAllowed as error:
        challenge = f'Bearer error="insufficient_scope" scope="{scope}"'
        raise Refused(403, error.detail, headers={"WWW-Authenticate": challenge}) from None


def _unauthorised(detail: str, challenge: str) -> Refused:
    return Refused(401, detail, headers={"WWW-Authenticate": f"Bearer{challenge}"})
