"""What a device is told: in order, once, cheaply, nothing of other people's, and never an access code."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from commonswatch import rules
from commonswatch.context import Context
from commonswatch.domain.states import Basis, DecisionVerdict, PersonState
from commonswatch.models import Account, Case, Device, Notification, Work
from commonswatch.services.deciding import cases
from commonswatch.services.membership import devices
from commonswatch.services.reporting import sightings
from commonswatch.services.reporting.matching import Match
from commonswatch.services.telling import notifications
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import factories

URL = "/api/v1/alerts"
FACES = "https://github.com/example/faces"
SHARE = "https://pan.baidu.com/s/1abcDEFghi?pwd=zx9q"


@pytest.fixture
def ada(token: dict[str, str], context: Context) -> Account:
    """The account behind the token."""
    with context.database.reading() as session:
        return session.scalars(select(Account)).one()


def _work(context: Context, creator: Account, **values: Any) -> Work:
    with context.database.writing() as session:
        return factories.work(session, context.keyring, context.now(), creator=creator, **values)


def _found(session: Session, context: Context, url: str, *works: Work) -> Case:
    """A report in which the works were recognised, at ``url``."""
    now = context.now()
    page = rules.location(url)
    assert page is not None
    report = factories.report(session, context.keyring, now)
    seen = [sightings.Found(Match(work.id, Basis.KEY, work.key), url, {}) for work in works]
    return sightings.record(session, context.keyring, report.id, page, [], seen, now)


def _decide(session: Session, context: Context, case: Case, verdict: DecisionVerdict) -> None:
    moderator = factories.account(session, context.keyring, context.now(), roles=("moderator",))
    cases.decide(session, case.id, moderator, verdict, "I looked at both.", case.version, context.now())
    session.refresh(case)


def _notify(session: Session, context: Context, case_id: int) -> None:
    notifications.notify(session, context.keyring, case_id, "https://watch.example", context.now())


def _told(context: Context, url: str, *works: Work) -> int:
    """Works are found, a moderator confirms, people are told; returns the case."""
    with context.database.writing() as session:
        case = _found(session, context, url, *works)
        _decide(session, context, case, DecisionVerdict.CONFIRM)
        _notify(session, context, case.id)
        return case.id


def _confirmed(context: Context, url: str, creator: Account) -> int:
    """A case that was just confirmed; nobody is told yet."""
    work = _work(context, creator)
    with context.database.writing() as session:
        case = _found(session, context, url, work)
        _decide(session, context, case, DecisionVerdict.CONFIRM)
        return case.id


def test_what_was_found_and_confirmed_is_an_alert(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    work = _work(context, ada, title="A bridge in fog", key="flickr:photo:123")
    with context.database.writing() as session:
        _found(session, context, FACES, work)
    assert client.get(URL, headers=token).json == {"alerts": [], "after": 0, "page": context.settings.site + "/found"}
    _told(context, FACES, work)
    [alert] = client.get(URL, headers=token).json["alerts"]
    assert (alert["url"], alert["site"], alert["kind"], alert["state"]) == (
        FACES,
        "github.com",
        "repository",
        "confirmed",
    )
    [told] = alert["works"]
    assert told == {
        "id": work.id,
        "title": "A bridge in fog",
        "key": "flickr:photo:123",
        "why": "key",
        "certainty": None,
    }
    assert alert["works_total"] == 1
    assert alert["since"] <= alert["created_at"]


def test_alerts_come_oldest_first_and_go_on_after_the_last_one_known(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    work = _work(context, ada)
    for number in range(5):
        _told(context, f"{FACES}{number}", work)
    seen: list[str] = []
    after, pages = 0, 0
    while alerts := (told := client.get(f"{URL}?after={after}&limit=2", headers=token).json)["alerts"]:
        seen += [alert["url"] for alert in alerts]
        assert told["after"] == alerts[-1]["id"] > after
        after, pages = told["after"], pages + 1
    assert seen == [f"{FACES}{number}" for number in range(5)]
    assert (pages, told["after"]) == (3, after)


def test_after_the_largest_number_there_is_nothing(client: FlaskClient, token: dict[str, str], ada: Account) -> None:
    assert client.get(f"{URL}?after={2**53 - 1}", headers=token).json["alerts"] == []


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=101", "limit=1&limit=2", "before=1"])
def test_a_wrong_question_is_refused(client: FlaskClient, token: dict[str, str], query: str) -> None:
    answer = client.get(f"{URL}?{query}", headers=token)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_nothing_new_costs_no_body_until_there_is_something(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    work = _work(context, ada)
    _told(context, FACES, work)
    first = client.get(URL, headers=token)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {**token, "If-None-Match": first.headers["ETag"]}
    again = client.get(URL, headers=known)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    _told(context, FACES + "2", work)
    changed = client.get(URL, headers=known)
    assert (changed.status_code, len(changed.json["alerts"])) == (200, 2)


def test_a_decision_taken_back_changes_the_alert_and_its_etag(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    number = _told(context, FACES, _work(context, ada))
    first = client.get(URL, headers=token)
    with context.database.writing() as session:
        case = session.get_one(Case, number)
        _decide(session, context, case, DecisionVerdict.REOPEN)
        _decide(session, context, case, DecisionVerdict.DISMISS)
    changed = client.get(URL, headers={**token, "If-None-Match": first.headers["ETag"]})
    [alert] = changed.json["alerts"]
    assert (alert["state"], alert["works"], alert["works_total"]) == ("dismissed", [], 0)


def test_others_alerts_and_others_works_at_the_same_place_are_never_shown(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    with context.database.writing() as session:
        stranger = factories.account(session, context.keyring, context.now())
        _, foreign_token = factories.device(session, stranger, context.now())
        silent = factories.person(session, context.keyring, context.now(), state=PersonState.INVITED)
    own = _work(context, ada)
    foreign = _work(context, stranger, title="Somebody else's", shown=(silent,))
    _told(context, FACES + "-theirs", foreign)
    _told(context, FACES, own, foreign)
    answer = client.get(URL, headers=token)
    [alert] = answer.json["alerts"]
    assert ([work["id"] for work in alert["works"]], alert["works_total"]) == ([own.id], 1)
    assert "Somebody else" not in answer.text
    theirs = client.get(URL, headers={"Authorization": f"Bearer {foreign_token}"}).json["alerts"]
    assert [[work["id"] for work in one["works"]] for one in theirs] == [[foreign.id], [foreign.id]]


def test_an_access_code_is_never_in_an_alert(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    _told(context, SHARE, _work(context, ada))
    answer = client.get(URL, headers=token)
    assert answer.json["alerts"][0]["url"].startswith("https://pan.baidu.com/s/1abcDEFghi")
    assert "zx9q" not in answer.text
    assert "pwd" not in answer.text


def test_without_the_scope_or_with_a_revoked_token_nothing_is_told(
    client: FlaskClient, context: Context, token: dict[str, str], ada: Account
) -> None:
    _told(context, FACES, _work(context, ada))
    with context.database.writing() as session:
        _, narrow = factories.device(session, ada, context.now(), scopes="report:write")
        [number] = session.scalars(select(Device.id).where(Device.scopes.contains("alert:read")))
    refused = client.get(URL, headers={"Authorization": f"Bearer {narrow}"})
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    assert 'scope="alert:read"' in refused.headers["WWW-Authenticate"]
    with context.database.writing() as session:
        devices.revoke(session, ada.id, number, context.now())
    ended = client.get(URL, headers=token)
    assert (ended.status_code, ended.mimetype) == (401, "application/problem+json")
    assert client.get(URL).status_code == 401
    assert FACES not in refused.text + ended.text


def test_a_device_that_only_asks_for_alerts_counts_as_used_that_day(
    client: FlaskClient, context: Context, token: dict[str, str]
) -> None:
    def last_seen() -> Any:
        with context.database.reading() as session:
            return session.scalars(select(Device.last_seen)).one()

    with context.database.writing() as session:
        session.scalars(select(Device)).one().last_seen = context.now() - timedelta(days=40)
    client.get(URL, headers=token)
    assert last_seen() == context.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert client.get("/api/v1/devices/me", headers=token).json["last_seen"] == last_seen().strftime(
        "%Y-%m-%dT00:00:00Z"
    )


def test_two_cases_that_tell_one_person_at_once_do_it_one_after_the_other(context: Context, ada: Account) -> None:
    """Otherwise the later number could be read first, and the earlier one never."""
    first, second = _confirmed(context, FACES, ada), _confirmed(context, FACES + "-other", ada)

    def notify_second() -> None:
        with context.database.writing() as session:
            _notify(session, context, second)

    with context.database.writing() as session:
        _notify(session, context, first)
        other = threading.Thread(target=notify_second)
        other.start()
        other.join(0.4)
        assert other.is_alive()
    other.join(10)
    with context.database.reading() as session:
        assert list(session.scalars(select(Notification.case_id).order_by(Notification.id))) == [first, second]
