"""Whether a work is listed publicly, and until when, is its creator's choice."""

from datetime import datetime

import pytest
from commonswatch.domain.errors import InvalidInput, NotFound
from commonswatch.domain.states import Listing
from commonswatch.models import AuditEntry, ListChange
from commonswatch.services.watching import choices
from commonswatch.services.watching.choices import Choice
from sqlalchemy import func, select

from tests import factories
from tests.list_stage import Stage, creator_of

PUBLIC = Choice(Listing.PUBLIC)


def test_a_listing_ends_on_its_day(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", Listing.SERVER_ONLY)
    with stage.database.writing() as session:
        creator = creator_of(session, number)
        until = choices.read_choice("public", "2026-11-23", stage.now)
        choices.choose(session, creator, number, until, stage.now)
    stage.make()
    assert len(stage.follow().lists.keys) == 1
    stage.now = stage.now.replace(hour=23, minute=59)
    assert stage.make() is not None
    assert len(stage.follow().lists.keys) == 0


def test_the_choice_can_be_changed_and_is_in_the_audit_log(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", Listing.SERVER_ONLY)
    with stage.database.writing() as session:
        creator = creator_of(session, number)
        choices.choose(session, creator, number, PUBLIC, stage.now)
        choices.choose(session, creator, number, PUBLIC, stage.now)
    with stage.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "work.listing")).all()
        assert [entry.facts for entry in entries] == [{"listing": "public", "until": ""}]
        assert session.scalar(select(func.count()).select_from(ListChange)) == 1


def test_another_account_cannot_list_a_work(stage: Stage) -> None:
    number = stage.work("flickr:photo:1", Listing.SERVER_ONLY)
    with stage.database.writing() as session:
        stranger = factories.account(session, stage.keyring, stage.now)
        with pytest.raises(NotFound):
            choices.choose(session, stranger, number, PUBLIC, stage.now)


@pytest.mark.parametrize("until", ["tomorrow", "2026-11-22", "2101-01-01", "2026-13-01"])
def test_a_last_day_that_is_none_is_refused(now: datetime, until: str) -> None:
    with pytest.raises(InvalidInput, match="last day"):
        choices.read_choice("public", until, now)


def test_what_is_not_offered_cannot_be_chosen(now: datetime) -> None:
    with pytest.raises(InvalidInput):
        choices.read_choice("everywhere", "", now)
    assert choices.read_choice("", "", now) == choices.SERVER_ONLY
    assert choices.read_choice("server-only", "nonsense", now) == choices.SERVER_ONLY
