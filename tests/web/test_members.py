"""Administrators appoint moderators and take roles back."""

import pytest
from commonswatch.context import Context
from commonswatch.models import Account, AuditEntry
from flask.testing import FlaskClient
from sqlalchemy import select


def test_somebody_is_appointed_by_address_and_the_log_says_so(administrator: FlaskClient, context: Context) -> None:
    values = {"address": "Grace@example.org", "role": "moderator"}
    answer = administrator.post("/members", data=values, follow_redirects=True)
    assert "Appointed." in answer.text
    assert "grace@example.org" in answer.text.lower()
    with context.database.reading() as session:
        granted = session.scalars(select(AuditEntry).where(AuditEntry.action == "role.grant")).one()
        assert (granted.actor, granted.facts) == ("account:1", {"role": "moderator"})


@pytest.mark.parametrize(
    "values",
    [
        {"address": "nobody", "role": "moderator"},
        {"address": "grace@example.org", "role": "king"},
        {"address": "grace@example.org"},
        {"address": "grace@example.org", "role": "creator"},
    ],
)
def test_an_unusable_appointment_is_refused(administrator: FlaskClient, context: Context, values: dict) -> None:
    assert administrator.post("/members", data=values).status_code == 400
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "role.grant")).all() == []
        assert len(session.scalars(select(Account)).all()) == 1


def test_a_role_is_taken_back(administrator: FlaskClient, signed_in_as) -> None:
    other = signed_in_as("moderator", email="grace@example.org")
    answer = administrator.post("/members/2/revoke", data={"role": "moderator"}, follow_redirects=True)
    assert "The role was taken back." in answer.text
    assert other.get("/cases").status_code == 403


def test_the_last_administrator_cannot_step_down(administrator: FlaskClient) -> None:
    answer = administrator.post("/members/1/revoke", data={"role": "administrator"})
    assert answer.status_code == 409
    assert "only administrator" in answer.text
    assert administrator.get("/members").status_code == 200


def test_an_account_that_is_not_there_is_a_404(administrator: FlaskClient) -> None:
    assert administrator.post("/members/99/revoke", data={"role": "moderator"}).status_code == 404
