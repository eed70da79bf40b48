"""Paired devices: make a pairing code, pair with it, know a device by its token, list and revoke devices.

Only digests of codes and tokens are kept. The web door shows codes; the JSON door takes them.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.errors import NotAllowed, NotFound
from commonswatch.domain.states import Scope
from commonswatch.keyring import Keyring, new_token, token_digest
from commonswatch.models import Account, Device, PairingCode
from commonswatch.services.deciding import audit
from commonswatch.services.upkeep import limits

CODE_LIFE = timedelta(minutes=10)
TRIES = 5
SCOPES = (Scope.REPORT_WRITE, Scope.ALERT_READ)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike when read aloud or written down
_CODE_LENGTH = 8


@dataclass(frozen=True)
class Pairing:
    """A new device and its token, which is shown this once."""

    device_id: int
    account_id: int
    name: str
    scopes: tuple[str, ...]
    token: str = field(repr=False)


@dataclass(frozen=True)
class KnownDevice:
    """Whose device a token belongs to, and what it may do."""

    id: int
    account_id: int
    scopes: frozenset[str]
    last_seen: datetime | None

    @property
    def reporter(self) -> str:
        """How the device is named in reports."""
        return f"device:{self.id}"


def make_code(session: Session, keyring: Keyring, account: Account, now: datetime) -> str:
    """A new pairing code for ``account``, like ``7KQM-2XPA``; earlier unused codes of the account end."""
    session.execute(delete(PairingCode).where(PairingCode.account_id == account.id, PairingCode.used_at.is_(None)))
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    session.add(
        PairingCode(
            account_id=account.id,
            code_digest=keyring.digest("pairing", code),
            expires_at=now + CODE_LIFE,
        )
    )
    session.flush()
    return f"{code[:4]}-{code[4:]}"


def count_try(session: Session, source_digest: bytes, now: datetime) -> int:
    """Count one try to pair from a network; seconds to wait when there were more than five, else 0.

    Commit this before calling ``pair``, so that a wrong code counts too.
    """
    return limits.take(session, "pair", source_digest, TRIES, CODE_LIFE, now)


def pair(session: Session, keyring: Keyring, code: str, name: str, now: datetime) -> Pairing:
    """Use a pairing code, once. Raise NotFound when it is wrong, used or older than ten minutes."""
    tidy = "".join(letter for letter in code.upper()[:40] if letter in _LETTERS)
    used = session.execute(
        update(PairingCode)
        .where(
            PairingCode.code_digest == keyring.digest("pairing", tidy),
            PairingCode.used_at.is_(None),
            PairingCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(PairingCode.account_id)
        .execution_options(synchronize_session=False)
    ).first()
    account = session.get(Account, used.account_id) if used else None
    if account is None or not account.active:
        raise NotFound("This pairing code is not valid (any more). Make a new one on the page “Devices”.")
    return _add_device(session, account, name, now)


def _add_device(session: Session, account: Account, name: str, now: datetime) -> Pairing:
    token = new_token()
    device = Device(
        account_id=account.id,
        name=name.strip()[:80] or "Browser",
        token_digest=token_digest(token),
        scopes=" ".join(SCOPES),
        created_at=now,
        last_seen=now,
    )
    session.add(device)
    session.flush()
    audit.record(session, f"account:{account.id}", "device.pair", f"device:{device.id}", {}, now)
    return Pairing(device.id, account.id, device.name, SCOPES, token)


def know(session: Session, token: str, scope: Scope | None) -> KnownDevice:
    """The device a token belongs to. Raise NotFound for a wrong or revoked token, NotAllowed without ``scope``.

    Without a scope: whatever the token may do, it may ask about itself.
    """
    found = session.execute(
        select(Device.id, Device.account_id, Device.scopes, Device.last_seen)
        .join(Account, Account.id == Device.account_id)
        .where(Device.token_digest == token_digest(token), Device.revoked_at.is_(None), Account.active)
    ).first()
    if found is None:
        raise NotFound("This token is not valid (any more). Pair the device again.")
    scopes = frozenset(found.scopes.split())
    if scope is not None and scope not in scopes:
        raise NotAllowed("This token may not do that.")
    return KnownDevice(found.id, found.account_id, scopes, found.last_seen)


def note_reporter(session: Session, reporter: str, at: datetime) -> None:
    """Remember when a device last reported. Noted when its report is checked, not when it comes in."""
    kind, _, number = reporter.partition(":")
    if kind == "device":
        note_seen(session, int(number), at)


def note_seen(session: Session, device_id: int, at: datetime) -> None:
    """Remember when a device was last used, to the day only."""
    session.execute(
        update(Device)
        .where(Device.id == device_id, or_(Device.last_seen.is_(None), Device.last_seen < _day(at)))
        .values(last_seen=_day(at))
    )


def is_noted(device: KnownDevice, at: datetime) -> bool:
    """Whether it is written down already that the device was used that day; saves a write with each request."""
    return device.last_seen is not None and device.last_seen >= _day(at)


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def of_account(session: Session, account_id: int) -> list[Device]:
    """The devices of an account that are not revoked, newest first."""
    return list(
        session.scalars(
            select(Device)
            .where(Device.account_id == account_id, Device.revoked_at.is_(None))
            .order_by(Device.id.desc())
        )
    )


def revoke(session: Session, account_id: int, device_id: int, now: datetime) -> None:
    """End a device's token at once. Raise NotFound when the account has no such device."""
    device = session.get(Device, device_id)
    if device is None or device.account_id != account_id or device.revoked_at is not None:
        raise NotFound("There is no such device.")
    device.revoked_at = now
    audit.record(session, f"account:{account_id}", "device.revoke", f"device:{device_id}", {}, now)


def purge_codes(session: Session, now: datetime) -> None:
    """Forget pairing codes that can no longer be used."""
    session.execute(delete(PairingCode).where(PairingCode.expires_at < now))
