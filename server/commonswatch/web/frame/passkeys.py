"""Which passkeys we accept: those that check who holds the device, on any kind of device, found without a name."""

from typing import Any

from flask_security import WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


class PasskeyRules(WebauthnUtil):
    """A passkey is the only factor here, so the device must ask for finger, face or PIN.

    Flask-Security would take only keys one plugs in; people have theirs in the phone or the laptop.
    """

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002
        """What is asked of a new passkey."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """What is asked when signing in."""
        return UserVerificationRequirement.REQUIRED
