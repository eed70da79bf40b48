"""People shown: one invitation ever, nothing more before a yes, and a no that leaves only a keyed digest."""

import json
from datetime import datetime, timedelta

import pytest
from commonswatch.db import Database
from commonswatch.domain.errors import NotFound, TooMany
from commonswatch.domain.states import Channel, PersonState
from commonswatch.keyring import Keyring
from commonswatch.models import Account, Delivery, Depiction, Person, Refusal
from commonswatch.services.deciding import audit
from commonswatch.services.membership import accounts
from commonswatch.services.registering.rows import PersonNamed
from commonswatch.services.telling import naming, people
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import factories

SITE = "https://watch.example"
BO = PersonNamed("Bo Example", "bo@example.org")


def _name(
    session: Session, keyring: Keyring, now: datetime, *named: PersonNamed, creator: Account | None = None
) -> Account:
    """A new work of a creator in which these people are named."""
    creator = creator or factories.account(session, keyring, now)
    work = factories.work(session, keyring, now, creator=creator)
    naming.name_people(session, keyring, creator, [(work.id, one) for one in named], SITE, now)
    return creator


def _invitations(session: Session, keyring: Keyring) -> list[dict[str, object]]:
    sealed = session.scalars(select(Delivery.letter_sealed).where(Delivery.template == "invitation"))
    return [json.loads(keyring.unseal_text(letter)) for letter in sealed if letter]


def _bo(session: Session) -> Person:
    return session.scalars(select(Person).join(Depiction, Depiction.person_id == Person.id)).unique().one()


def test_somebody_named_gets_one_invitation_however_often_they_are_named(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        for address in ("bo@example.org", "bo@EXAMPLE.org", "Bo@example.org"):
            _name(session, keyring, now, PersonNamed("Bo", address))
        [letter] = _invitations(session, keyring)
        assert letter["to"] == "bo@example.org"
        values = letter["values"]
        assert isinstance(values, dict)
        assert (values["creator"], values["works"]) == ("Ada Example", ["A bridge in fog"])
        assert str(letter["unsubscribe_url"]).startswith(SITE + "/unsubscribe/")
        token = values["link"].removeprefix(SITE + "/p/")
        person = people.page(session, keyring, token)
        assert person.state == PersonState.INVITED
        assert len(people.namings(session, person)) == 3


def test_one_mailbox_gets_one_invitation_and_its_no_counts_for_all_its_addresses(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        _name(session, keyring, now, *(PersonNamed(f"Bo {n}", f"bo+{n}@example.org") for n in range(3)))
        [letter] = _invitations(session, keyring)
        values = letter["values"]
        assert isinstance(values, dict)
        person = people.page(session, keyring, values["link"].removeprefix(SITE + "/p/"))
        people.decline(session, keyring, person, now)
        _name(session, keyring, now, PersonNamed("Bo", "bo+again@example.org"), BO)
        assert _invitations(session, keyring) == []
        assert "Bo" not in session.scalars(select(Depiction.name)).all()


def test_somebody_without_an_address_is_only_written_down(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        _name(session, keyring, now, PersonNamed("Cy"))
        assert session.scalars(select(Depiction.name)).all() == ["Cy"]
        assert _invitations(session, keyring) == []


def test_an_address_that_does_not_work_gets_no_mail(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        accounts.find_or_create_person(session, keyring, "bo@example.org", "en", now).unreachable_at = now
        session.flush()
        _name(session, keyring, now, BO)
        assert _invitations(session, keyring) == []


def test_a_creator_who_names_themself_needs_no_invitation(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now, address="ada@example.org")
        _name(session, keyring, now, PersonNamed("Ada", "ada@example.org"), creator=ada)
        assert ada.person.state == PersonState.CONFIRMED
        assert _invitations(session, keyring) == []


def test_a_yes_is_kept_with_language_and_channel(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        _name(session, keyring, now, BO)
        person = _bo(session)
        people.confirm(session, person, "de", Channel.SITE, now)
        assert (person.state, person.language, person.channel, person.answered_at) == (
            PersonState.CONFIRMED,
            "de",
            Channel.SITE,
            now,
        )
        people.confirm(session, person, "en", Channel.MAIL, now)
        people.unsubscribe(session, person, now)
        people.unsubscribe(session, person, now)
        assert (person.state, person.channel) == (PersonState.CONFIRMED, Channel.SITE)
        audit.verify(session)


def test_a_no_leaves_nothing_but_a_digest_and_lasts(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        _name(session, keyring, now, BO)
        person = _bo(session)
        token = people.page_link(keyring, person, SITE).rsplit("/", 1)[1]
        people.decline(session, keyring, person, now)
    with database.writing() as session:
        assert session.scalar(select(func.count()).select_from(Depiction)) == 0
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
        digest = accounts.address_digest(keyring, "bo@example.org")
        assert session.scalars(select(Refusal.address_digest)).all() == [digest]
        assert session.scalars(select(Person).where(Person.address_digest == digest)).all() == []
        _name(session, keyring, now, PersonNamed("Bo", "BO@example.org"))  # another creator, later
        assert session.scalar(select(func.count()).select_from(Depiction)) == 0
        assert _invitations(session, keyring) == []
        with pytest.raises(NotFound):
            people.page(session, keyring, token)


def test_whoever_says_no_keeps_their_own_account(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        bo = factories.account(session, keyring, now, address="bo@example.org")
        _name(session, keyring, now, BO)
        assert bo.person.state == PersonState.INVITED
        token = people.page_link(keyring, bo.person, SITE).rsplit("/", 1)[1]
        people.decline(session, keyring, bo.person, now)
        assert bo.person.state == PersonState.DECLINED
        with pytest.raises(NotFound):
            people.page(session, keyring, token)
        _name(session, keyring, now, BO)
        assert people.namings(session, bo.person) == []
        assert len(_invitations(session, keyring)) <= 1


def test_a_link_of_somebody_who_left_does_not_open_the_page_of_the_next(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    """SQLite gives the number of a deleted row out again."""
    with database.writing() as session:
        creator = _name(session, keyring, now, BO)
        person = _bo(session)
        token = people.page_link(keyring, person, SITE).rsplit("/", 1)[1]
        people.leave(session, keyring, person, now)
        _name(session, keyring, now, PersonNamed("Cy", "cy@example.org"), creator=creator)
        assert len(_invitations(session, keyring)) == 1
        with pytest.raises(NotFound):
            people.page(session, keyring, token)


@pytest.mark.parametrize("token", ["", "x", "ä" * 30, "A" * 32, "AAAAAAAB" + "A" * 24, "=" * 32])
def test_made_up_links_open_nothing(database: Database, keyring: Keyring, now: datetime, token: str) -> None:
    with database.writing() as session:
        _name(session, keyring, now, BO)
        with pytest.raises(NotFound):
            people.page(session, keyring, token)


def test_a_link_for_one_purpose_does_not_serve_another(database: Database, keyring: Keyring, now: datetime) -> None:
    with database.writing() as session:
        _name(session, keyring, now, BO)
        person = _bo(session)
        token = people.unsubscribe_link(keyring, person, SITE).rsplit("/", 1)[1]
        assert people.page(session, keyring, token, "unsubscribe") is person
        with pytest.raises(NotFound):
            people.page(session, keyring, token)


def test_a_creator_without_a_name_is_named_by_their_address(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    with database.writing() as session:
        ada = factories.account(session, keyring, now, address="ada@example.org")
        ada.name = ""
        _name(session, keyring, now, BO, creator=ada)
        [naming] = people.namings(session, _bo(session))
        assert naming.creator == "ada@example.org"


def test_a_new_account_invites_fifty_a_day_an_older_one_five_hundred_and_all_together_so_many_as_set(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    crowd = [PersonNamed("Bo", f"bo{number}@example.org") for number in range(60)]
    with database.writing() as session:
        new = factories.account(session, keyring, now)
        old = factories.account(session, keyring, now - timedelta(days=8))
        _name(session, keyring, now, *crowd[:50], creator=new)
    with pytest.raises(TooMany, match=r"50 new people .* Nothing was saved\."), database.writing() as session:
        _name(session, keyring, now, crowd[50], creator=session.get_one(Account, new.id))
    with database.writing() as session:
        _name(session, keyring, now, *crowd[50:], creator=session.get_one(Account, old.id))
        assert len(_invitations(session, keyring)) == 60
    with database.writing() as session:
        third = factories.account(session, keyring, now)
        shown = [(factories.work(session, keyring, now, creator=third).id, PersonNamed("Z", "z@example.org"))]
        with pytest.raises(TooMany, match="This site sends no more invitations today"):
            naming.name_people(session, keyring, third, shown, SITE, now, 60)
