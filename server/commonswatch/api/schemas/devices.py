"""Devices: pairing a browser extension with an account."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from commonswatch.api.schemas.fields import Shape, Told, line
from commonswatch.api.schemas.watch_list import ListKey
from commonswatch.domain.states import Scope


class PairingRequest(Shape):
    """The code shown on the page “Devices”, and a name to recognise the device by."""

    code: Annotated[str, line(20, least=8)] = Field(description="Eight characters; blanks and dashes do not count.")
    name: Annotated[str, line(80)] = Field("Browser", description="For example “Firefox on the laptop”.")


class PairedDevice(Told):
    """The new device. The token is shown this once."""

    id: int
    name: str
    scopes: list[Scope]
    token: str
    watch_list_key: ListKey | None = Field(
        description="The key the watch list is signed with; null before there is one."
    )


class Device(Told):
    """The device whose token was sent."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_seen: datetime | None
