from commonswatch.context import Context
from commonswatch.models import Device
from commonswatch.services.membership import devices
from flask.testing import FlaskClient
from sqlalchemy import select

URL = "/api/v1/devices"


def test_a_pairing_code_becomes_a_device_with_a_token(client: FlaskClient, code: str, context: Context) -> None:
    answer = client.post(URL, json={"code": code.lower().replace("-", " "), "name": "Firefox at home"})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json["scopes"]) == {"report:write", "alert:read"}
    me = client.get(URL + "/me", headers={"Authorization": f"bearer {answer.json['token']}"})
    assert me.json["name"] == "Firefox at home"
    with context.database.reading() as session:
        assert answer.json["token"].encode() not in session.scalars(select(Device.token_digest)).one()


def test_a_pairing_code_works_once(client: FlaskClient, code: str) -> None:
    assert client.post(URL, json={"code": code}).status_code == 201
    assert client.post(URL, json={"code": code}).status_code == 404


def test_somebody_who_guesses_codes_is_stopped_even_with_the_right_one(client: FlaskClient, code: str) -> None:
    wrong = [client.post(URL, json={"code": f"AAAA-AAA{digit}"}).status_code for digit in "2345678"]
    assert wrong[: devices.TRIES] == [404] * devices.TRIES
    assert set(wrong[devices.TRIES :]) == {429}
    refused = client.post(URL, json={"code": code})
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    elsewhere = client.post(URL, json={"code": code}, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert elsewhere.status_code == 201


def test_a_device_ends_its_own_token_at_once(client: FlaskClient, token: dict[str, str]) -> None:
    assert client.delete(URL + "/me", headers=token).status_code == 204
    assert client.get(URL + "/me", headers=token).status_code == 401
    assert client.get("/api/v1/alerts", headers=token).status_code == 401


def test_without_a_token_there_is_no_device(client: FlaskClient) -> None:
    for method in ("GET", "DELETE"):
        answer = client.open(URL + "/me", method=method)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_may_only_do_what_its_scopes_allow(
    client: FlaskClient, token: dict[str, str], context: Context
) -> None:
    with context.database.writing() as session:
        session.scalars(select(Device)).one().scopes = "report:write"
    answer = client.get("/api/v1/alerts", headers=token)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert client.get(URL + "/me", headers=token).status_code == 200


def test_cookies_authorise_nothing(client: FlaskClient, token: dict[str, str]) -> None:
    client.set_cookie("session", token["Authorization"].removeprefix("Bearer "))
    client.set_cookie("__Host-session", "x")
    answer = client.get(URL + "/me")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
