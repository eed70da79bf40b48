"""What our server saw of a match, and what only a watcher says, must not look alike on the page of a case."""

import re
from datetime import timedelta

import filled
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Basis, CaseState, DecisionVerdict
from commonswatch.models import Account, Case, Decision, Sighting
from flask.testing import FlaskClient
from sqlalchemy import select

READ_AT = "2026-01-01T10:00:00+00:00"
NAMED = "named by the watcher only"
READ = "read by our server"
NEW = "new since the last decision"


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def _evidence(basis: Basis, distance: int | None = None, **facts: object) -> dict[str, object]:
    return {"basis": basis, "observed": f"{basis}:{distance}", "distance": distance, "facts": facts}


def _sighting(moderator: FlaskClient, number: int) -> str:
    """The words of the first work of a case."""
    return _words(moderator.get(f"/cases/{number}").text.split('<article class="sighting">')[1])


@pytest.mark.parametrize(
    ("evidence", "headline"),
    [
        (
            _evidence(Basis.KEY, where="url", claimed=False, seen_on_page=False),
            "the same address or number as the work (its key); our server did not find the file on the page.",
        ),
        (
            _evidence(Basis.KEY, where="stated", claimed=True, seen_on_page=None, page_reason="The host refused."),
            "the same address or number as the work (its key); our server could not read the page.",
        ),
        (
            _evidence(Basis.SHA256, claimed=True, fetched_at=READ_AT, seen_on_page=True),
            "the same file, byte for byte; our server found the file on the page, but could not check",
        ),
        (
            _evidence(Basis.PDQ, 9, claimed=True, seen_on_page=None),
            "a picture that looks the same, 9 of 256 points differ; our server cannot say whether",
        ),
    ],
)
def test_what_only_the_watcher_names_says_so_first(
    moderator: FlaskClient, context: Context, evidence: dict[str, object], headline: str
) -> None:
    number = filled.put_case(context, evidence=[evidence])
    words = _sighting(moderator, number)
    assert f"Named by the watcher only: {headline}" in words
    assert f" {NAMED} " in words
    assert READ not in words
    assert "1 registered work (named by the watcher only)" in _words(moderator.get(f"/cases/{number}").text)


@pytest.mark.parametrize(
    ("evidence", "headline", "on_page"),
    [
        (_evidence(Basis.KEY, where="url", seen_on_page=True), "The same address or number as the work", True),
        (_evidence(Basis.SHA256, fetched_at=READ_AT, seen_on_page=True), "The same file, byte for byte.", True),
        (_evidence(Basis.SHA256, fetched_at=READ_AT, seen_on_page=False), "The same file, byte for byte.", False),
        (_evidence(Basis.PDQ, 9, fetched_at=READ_AT, seen_on_page=None), "The picture looks the same: 9", False),
    ],
)
def test_what_our_server_read_itself_says_so_and_how_far(
    moderator: FlaskClient, context: Context, evidence: dict[str, object], headline: str, on_page: bool
) -> None:
    words = _sighting(moderator, filled.put_case(context, evidence=[evidence]))
    assert headline in words
    assert READ in words
    assert ("not seen on the page" in words) is not on_page
    assert "watcher only" not in words


def test_what_our_server_saw_stands_before_a_key_that_only_the_watcher_names(
    moderator: FlaskClient, context: Context
) -> None:
    named = _evidence(Basis.KEY, where="url", claimed=False, seen_on_page=False)
    seen = _evidence(Basis.PDQ, 20, fetched_at=READ_AT, seen_on_page=True)
    opened, folded = _sighting(moderator, filled.put_case(context, evidence=[named, seen])).split("1 weaker reason:")
    assert "20 of 256 points differ" in opened
    assert READ in opened
    assert "Named by the watcher only" in folded


def test_a_case_that_came_back_shows_first_what_is_new(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context, works=3, copies=[("ms-celeb-1m", False)])
    assert NEW not in moderator.get(f"/cases/{number}").text, "nothing was decided before"
    _decide_between(context, number, new="Work 1002")
    page = moderator.get(f"/cases/{number}").text
    works = [part for part in page.split('<article class="sighting">') if "Work 100" in part]
    assert ["Work 1002" in part for part in works] == [True, False, False]
    assert [NEW in part for part in works] == [True, False, False]
    assert "3 registered works (1 of them new since the last decision)" in _words(page)


@pytest.mark.parametrize("state", [CaseState.CONFIRMED, CaseState.DISMISSED])
def test_in_a_decided_case_nothing_is_new(moderator: FlaskClient, context: Context, state: CaseState) -> None:
    number = filled.put_case(context, works=3)
    _decide_between(context, number, new="Work 1002")
    with context.database.writing() as session:
        session.get_one(Case, number).state = state
    assert NEW not in moderator.get(f"/cases/{number}").text


def _decide_between(context: Context, number: int, new: str) -> None:
    """A dismissal, a second look, and a work that was found between the two."""
    now = context.now()
    with context.database.writing() as session:
        moderator = session.scalars(select(Account.id).where(Account.email == "moderator@example.org")).one()
        for verdict, days in ((DecisionVerdict.DISMISS, 3), (DecisionVerdict.REOPEN, 1)):
            row = {"moderator_id": moderator, "verdict": verdict, "reason": "Seen.", "at": now - timedelta(days=days)}
            session.add(Decision(case_id=number, **row))
        for sighting in session.scalars(select(Sighting).where(Sighting.case_id == number)):
            sighting.first_seen = now - timedelta(days=2 if sighting.work.title == new else 9)
