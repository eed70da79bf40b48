"""Who may open which page. Deny by default: a route without a declared policy is refused, and a test finds it.

Bearer tokens never authorise a page. The API is an application of its own, which knows no cookies.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from commonswatch.domain.errors import NotAllowed
from commonswatch.domain.states import Role
from commonswatch.models import Account
from commonswatch.web.frame import database

SIGN_IN_PAGE = "/sign-in"
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Policy:
    """Whether one must be signed in, and which roles open the page (any one of them)."""

    signed_in: bool
    roles: frozenset[Role] = frozenset()


PUBLIC = Policy(signed_in=False)
SIGNED_IN = Policy(signed_in=True)


def public(view: View) -> View:
    """Everybody may open this page."""
    return _declare(view, PUBLIC)


def signed_in(view: View) -> View:
    """Everybody who is signed in may open this page; what they see in it is their own."""
    return _declare(view, SIGNED_IN)


def role(*roles: Role) -> Callable[[View], View]:
    """Only accounts with one of these roles may open this page."""
    return lambda view: _declare(view, Policy(signed_in=True, roles=frozenset(roles)))


def declare(app: Flask, endpoint: str, policy: Policy) -> None:
    """Declare the policy of a view that a library wrote."""
    app.extensions.setdefault("commonswatch.policies", {})[endpoint] = policy


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The declared policy of an endpoint; None when nobody declared one."""
    declared: dict[str, Policy] = app.extensions.get("commonswatch.policies", {})
    if endpoint in declared:
        return declared[endpoint]
    return getattr(app.view_functions[endpoint], "policy", None)


def register(app: Flask) -> None:
    """Check the policy before every page."""
    app.before_request(_check)


def current_account() -> Account:
    """The account that is signed in, in this request's session. Only behind ``signed_in`` or ``role``."""
    if "account" not in g:
        g.account = database.session().get_one(Account, current_user.id)
    return cast("Account", g.account)


def current_roles() -> frozenset[str]:
    """The roles of whoever asks; empty for strangers."""
    return frozenset(role.name for role in current_user.roles) if current_user.is_authenticated else frozenset()


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # unknown pages answer 404
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise NotAllowed(gettext("Nobody has decided yet who may open this page."))
    if not policy.signed_in:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if policy.roles and not policy.roles & current_roles():
        names = " or ".join(sorted(policy.roles))
        words = gettext("This page is for people with the role %(names)s. Ask an administrator for it.", names=names)
        raise NotAllowed(words)
    return None


def _to_sign_in() -> Response:
    """Strangers are sent to the sign-in page, and back to the page they asked for (its path only)."""
    back = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
    return redirect(SIGN_IN_PAGE + back)
