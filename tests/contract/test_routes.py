"""Every route says who may open it; pages and the API do not accept each other's proof."""

import shutil
from pathlib import Path

import pytest
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.web.frame import policy
from flask import Flask


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "contract.sqlite3")
    return f"sqlite:///{tmp_path / 'contract.sqlite3'}"


@pytest.fixture
def app(context: Context) -> Flask:
    return create_app(context.settings, context)


def _pages(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_page_declares_who_may_open_it(app: Flask) -> None:
    undeclared = {endpoint for endpoint in _pages(app) if policy.policy_of(app, endpoint) is None}
    assert undeclared == set()


def test_what_is_open_to_everybody_is_a_short_list_somebody_read(app: Flask) -> None:
    public = {endpoint for endpoint in _pages(app) if policy.policy_of(app, endpoint) == policy.PUBLIC}
    modules = {endpoint.split(".")[0] for endpoint in public}
    pages = {"home", "datasets", "extension", "report", "setup", "sign_in", "p", "unsubscribe"}
    assert modules <= pages | {"assets", "health", "security"}


def test_a_route_without_a_declaration_is_refused(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_strangers_get_no_further_than_the_sign_in_page(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        declared = policy.policy_of(app, rule.endpoint) if rule.endpoint in _pages(app) else None
        if declared is None or not declared.signed_in:
            continue
        values = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            app.config["WTF_CSRF_ENABLED"] = False
            answer = client.open(address, method=method)
            assert answer.status_code == 302, (rule.rule, method, answer.status_code)
            assert answer.headers["Location"].startswith("/sign-in"), rule.rule
