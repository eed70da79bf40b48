"""The OpenAPI document, its kept copy and the routes are the same thing said three times."""

import json
import re
import shutil
from pathlib import Path

import pytest
from commonswatch.api import openapi
from commonswatch.app import create_app
from commonswatch.context import Context
from flask import Flask
from openapi_spec_validator import validate

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "contract.sqlite3")
    return f"sqlite:///{tmp_path / 'contract.sqlite3'}"


@pytest.fixture
def app(context: Context) -> Flask:
    return create_app(context.settings, context)


def test_the_document_is_valid_openapi() -> None:
    validate(openapi.document())


def test_the_kept_copy_is_the_document() -> None:
    assert KEPT.read_text(encoding="utf-8") == openapi.text(), "run: commonswatch export-openapi"


def test_the_server_sends_the_document(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.json == json.loads(openapi.text())


def test_routes_and_document_are_equal(app: Flask) -> None:
    door = app.extensions["commonswatch.api"]
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in door.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(method.upper(), path) for path, methods in openapi.document()["paths"].items() for method in methods}
    assert routed == described


def test_pages_know_no_address_below_api(app: Flask) -> None:
    assert [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")] == []


def test_every_operation_says_who_may_call_it() -> None:
    operations = [one for methods in openapi.document()["paths"].values() for one in methods.values()]
    assert all("security" in one for one in operations)
    without_token = {one["operationId"] for one in operations if one["security"] == [] or {} in one["security"]}
    reports = {"send_report", "send_reports", "report_status"}
    watch_list = {"read_watch_list", "read_watch_list_key", "read_watch_list_file"}
    assert without_token == {*reports, *watch_list, "pair_device", "read_openapi", "look_up"}


def test_every_text_and_list_that_comes_in_has_a_limit() -> None:
    shapes = openapi.document()["components"]["schemas"]
    incoming = ("Report", "Batch", "BatchedReport", "ObservedMedia", "ObservedLink", "PairingRequest")
    for name in incoming:
        assert shapes[name]["additionalProperties"] is False
        for field, described in shapes[name]["properties"].items():
            for choice in described.get("anyOf", [described]):
                limited = choice.keys() & {
                    "maxLength",
                    "maxItems",
                    "maximum",
                    "pattern",
                    "format",
                    "$ref",
                    "const",
                    "enum",
                }
                assert limited or choice.get("type") == "null", (name, field)
