"""Signing in by a link sent to a mail address. Passwords and passkeys are Flask-Security's and not here.

The link works once, for ten minutes, in the browser that asked for it, and only when its page's button is pressed:
mail scanners open links, but do not press buttons. What happens is the same for known and unknown addresses.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from commonswatch.domain.addresses import mailbox, parse_address
from commonswatch.domain.errors import NotFound
from commonswatch.keyring import Keyring, new_token, token_digest
from commonswatch.models import Account, SignInLink
from commonswatch.services.deciding import audit
from commonswatch.services.membership import accounts
from commonswatch.services.telling import deliveries
from commonswatch.services.upkeep import limits

LINK_LIFE = timedelta(minutes=10)
LINKS_PER_ADDRESS = 3
NOT_VALID = "This sign-in link was used, is older than ten minutes, or was asked for in another browser."


def ask_sign_in(
    session: Session,
    keyring: Keyring,
    address: str,
    browser_token: str,
    site: str,
    next_page: str,
    language: str,
    now: datetime,
) -> None:
    """Send a sign-in link to an address, at most three in ten minutes; then silently none.

    ``browser_token`` is the secret in a cookie of the browser that asks. Raise InvalidInput when the address is not
    one mail address, which says nothing about whether it is known.
    """
    address = parse_address(address)
    digest = accounts.address_digest(keyring, mailbox(address))
    if limits.take(session, "sign-in", digest, LINKS_PER_ADDRESS, LINK_LIFE, now):
        return
    token = new_token()
    link = SignInLink(
        token_digest=token_digest(token),
        address_sealed=keyring.seal_text(address),
        browser_digest=token_digest(browser_token),
        next_page=next_page,
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    session.add(link)
    session.flush()
    deliveries.post(
        session,
        keyring,
        key=f"sign-in:{link.token_digest.hex()[:32]}",
        template="sign_in",
        address=address,
        language=language,
        values={"link": f"{site}/sign-in/{token}", "minutes": int(LINK_LIFE.total_seconds() // 60)},
        site=site,
        now=now,
    )


def look_at_link(session: Session, token: str, browser_token: str, now: datetime) -> SignInLink:
    """The link, unused, for showing its button. Raise NotFound when it cannot sign this browser in (any more)."""
    link = session.scalars(select(SignInLink).where(*_valid(token, browser_token, now))).first()
    if link is None:
        raise NotFound(NOT_VALID)
    return link


def redeem(
    session: Session, keyring: Keyring, token: str, browser_token: str, now: datetime, language: str = "en"
) -> Account:
    """Use a link, once, and return the account it signs in, made now if it is the first time.

    Raise NotFound when the link is used, expired, from another browser, or the account was closed. A wrong browser
    does not use the link up.
    """
    used = session.execute(
        update(SignInLink)
        .where(*_valid(token, browser_token, now))
        .values(used_at=now)
        .returning(SignInLink.address_sealed)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        raise NotFound(NOT_VALID)
    address = keyring.unseal_text(used.address_sealed)
    account = accounts.find_or_create_account(session, keyring, address, now, language=language)
    if not account.active:
        raise NotFound(NOT_VALID)
    account.confirmed_at = account.confirmed_at or now
    audit.record(session, f"account:{account.id}", "account.sign-in", f"account:{account.id}", {"by": "link"}, now)
    return account


def _valid(token: str, browser_token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInLink.token_digest == token_digest(token),
        SignInLink.browser_digest == token_digest(browser_token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
    )
