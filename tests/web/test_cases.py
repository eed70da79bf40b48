"""The moderators' queue and the page of a case."""

import re

import filled
import pytest
from commonswatch.context import Context
from commonswatch.domain.states import Answer, Basis, CaseState, JobState
from commonswatch.models import Account, AuditEntry, Case, Depiction, Job, Notification, PersonAnswer, Sighting, Work
from flask.testing import FlaskClient
from sqlalchemy import func, select

PAYLOADS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'-alert(1)-'", "{{ 7*7 }}")


def _decide(client: FlaskClient, number: int, verdict: str = "confirm", version: str = "1", reason: str = "Seen."):
    return client.post(f"/cases/{number}", data={"verdict": verdict, "version": version, "reason": reason})


def test_an_empty_queue_says_so(moderator: FlaskClient) -> None:
    assert "The queue is empty" in moderator.get("/cases").text
    assert "None yet" in moderator.get("/cases?state=dismissed").text
    assert moderator.get("/cases?state=nonsense&page=-7&site=%00").status_code == 200


def test_most_people_come_first_then_the_oldest(moderator: FlaskClient, context: Context) -> None:
    young = filled.put_case(context, 1, age_days=1)
    old = filled.put_case(context, 2, age_days=9)
    many = filled.put_case(context, 3, people=4, age_days=2)
    page = moderator.get("/cases").text
    assert [int(one) for one in re.findall(r'href="/cases/(\d+)"', page)] == [many, old, young]
    assert "<b>5</b>" in page


def test_the_queue_can_be_narrowed_to_a_site(moderator: FlaskClient, context: Context) -> None:
    filled.put_case(context, 1, site="github.com")
    filled.put_case(context, 2, site="faces.github.io")
    page = moderator.get("/cases?site=faces.github.io").text
    assert len(re.findall(r'href="/cases/\d+"', page)) == 1
    assert '<option value="faces.github.io" selected>' in page
    assert "Nothing here from this site" in moderator.get("/cases?site=nowhere.example").text


def test_a_long_queue_comes_in_pages(moderator: FlaskClient, context: Context) -> None:
    for number in range(30):
        filled.put_case(context, number + 1)
    assert "Page 1 of 2" in moderator.get("/cases").text
    assert len(re.findall(r'href="/cases/\d+"', moderator.get("/cases?page=2").text)) == 5


def test_a_case_shows_both_pictures_from_their_own_hosts_and_blurred(moderator: FlaskClient, context: Context) -> None:
    page = moderator.get(f"/cases/{filled.put_case(context)}").text
    pictures = re.findall(r'<img src="([^"]+)"[^>]*referrerpolicy="no-referrer"', page)
    assert pictures == ["https://pictures.example/1000.jpg", "https://cdn.example/1.jpg"]
    assert page.count("The host does not show this picture") == 2
    assert '<input class="reveal" type="checkbox"' in page


def test_a_case_says_in_words_why_each_match_is_one(moderator: FlaskClient, context: Context) -> None:
    evidence = [
        {"basis": Basis.KEY, "observed": "flickr:photo:5", "facts": {"how": "guessed", "seen_on_page": True}},
        {"basis": Basis.SHA256, "observed": "sha256:ab", "facts": {"reason": "The host refused.", "claimed": True}},
        {"basis": Basis.PDQ, "observed": "pdq:cd", "distance": 9, "quality": 92, "rendition": "original"},
    ]
    page = moderator.get(f"/cases/{filled.put_case(context, evidence=evidence)}").text
    for words in (
        "guessed from a file name",
        "flickr:photo:5",
        "The file stands on the page.",
        "the same file, byte for byte;",
        "It did not read the file. The host refused.",
        "only claimed",
        "9 of 256 points differ",
        "92 of 100",
    ):
        assert words in re.sub(r"\s+", " ", page), words


def test_the_strongest_reason_stands_open_and_the_others_are_folded(moderator: FlaskClient, context: Context) -> None:
    evidence = [
        {"basis": Basis.KEY, "observed": "flickr:photo:5", "facts": {"how": "guessed"}},
        {"basis": Basis.SHA256, "observed": "sha256:ef", "facts": {"claimed": True}},
        {"basis": Basis.PDQ, "observed": "pdq:cd", "distance": 9, "quality": 92, "rendition": "320"},
        {"basis": Basis.SHA256, "observed": "sha256:ab", "facts": {"fetched_at": "2026-01-01T10:00:00+00:00"}},
    ]
    page = re.sub(r"\s+", " ", moderator.get(f"/cases/{filled.put_case(context, evidence=evidence)}").text)
    opened, folded = page.split('<details class="weaker">')
    assert "byte for byte" in opened
    assert "of 256 points" not in opened
    assert "3 weaker reasons: looks the same, distance 9, same key, same digest" in folded
    places = [folded.index(words) for words in ("9 of 256 points", "guessed from", "only claimed")]
    assert places == sorted(places)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_strangers_wrote_does_not_run(moderator: FlaskClient, context: Context, payload: str) -> None:
    evidence = [{"observed": payload, "media_url": f"javascript:{payload}", "facts": {"reason": payload}}]
    work = {"title": payload, "url": f"data:text/html,{payload}"}
    number = filled.put_case(context, evidence=evidence, work=work, url=f"javascript:{payload}")
    _decide(moderator, number, "dismiss", reason=payload)
    for address in (f"/cases/{number}", "/cases?state=dismissed", "/audit"):
        page = moderator.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert 'src="javascript:' not in page
        assert "49" not in re.findall(r"<blockquote>(.*?)</blockquote>", page)


def test_confirming_writes_decision_log_entry_and_job_together(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context)
    answer = moderator.post(
        f"/cases/{number}",
        data={"verdict": "confirm", "version": "1", "reason": "Same file."},
        follow_redirects=True,
    )
    assert "Decided." in answer.text
    assert "Same file." in answer.text
    with context.database.reading() as session:
        assert session.get_one(Case, number).state == CaseState.CONFIRMED
        assert session.scalars(select(AuditEntry.action)).all() == ["case.confirm"]
        assert session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED)).all() == ["notify"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": "  "}, "Give a reason"),
        ({"reason": "x" * 2001}, "Give a reason"),
        ({"verdict": "burn"}, "Choose whether"),
        ({"verdict": ""}, "Choose whether"),
        ({"version": "one"}, "Open the case again"),
        ({"version": "٣"}, "Open the case again"),
    ],
)
def test_an_unusable_decision_is_refused_and_the_words_are_kept(
    moderator: FlaskClient, context: Context, values: dict, words: str
) -> None:
    number = filled.put_case(context)
    answer = _decide(moderator, number, **{"reason": "Kept words.", **values})
    assert answer.status_code == 400
    assert words in answer.text
    assert "Kept words." in answer.text or "reason" in values
    with context.database.reading() as session:
        assert session.get_one(Case, number).state == CaseState.OPEN


def test_the_second_of_two_moderators_learns_what_the_first_decided(
    moderator: FlaskClient, signed_in_as, context: Context
) -> None:
    number = filled.put_case(context)
    second = signed_in_as("moderator", email="second@example.org")
    assert _decide(moderator, number, "dismiss", reason="Only a list of links.").status_code == 302
    answer = _decide(second, number, "confirm", reason="My own words.")
    assert answer.status_code == 409
    for words in ("Another moderator decided", "Only a list of links.", "moderator@example.org", "My own words."):
        assert words in answer.text
    with context.database.reading() as session:
        assert session.get_one(Case, number).state == CaseState.DISMISSED
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_decided_case_can_be_opened_again_with_a_reason(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context)
    _decide(moderator, number, "dismiss")
    assert "Open it again" in moderator.get(f"/cases/{number}").text
    assert _decide(moderator, number, "reopen", version="2", reason="New facts.").status_code == 302
    with context.database.reading() as session:
        assert session.get_one(Case, number).state == CaseState.OPEN


def test_after_a_decision_the_next_open_case_is_one_click_away(moderator: FlaskClient, context: Context) -> None:
    first, second = filled.put_case(context, 1, age_days=9), filled.put_case(context, 2, age_days=1)
    assert "Next open case" not in moderator.get(f"/cases/{first}").text
    _decide(moderator, first)
    assert f'href="/cases/{second}">Next open case' in moderator.get(f"/cases/{first}").text
    _decide(moderator, second)
    assert "No other case waits." in moderator.get(f"/cases/{second}").text


def test_an_access_code_is_shown_on_demand_and_the_look_is_logged(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context, secret=True)
    assert filled.SECRET not in moderator.get(f"/cases/{number}").text
    assert f"<code>{filled.SECRET}</code>" in moderator.post(f"/cases/{number}/access-code").text
    with context.database.reading() as session:
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.action, entry.subject) == ("access-code.show", f"case:{number}")
        assert filled.SECRET not in str(entry.facts)


def test_asking_for_a_code_that_is_not_there_logs_nothing(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context)
    assert moderator.post(f"/cases/{number}/access-code").status_code == 404
    with context.database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_what_people_answered_is_visible_without_their_addresses(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context)
    with context.database.writing() as session:
        sighting = session.scalars(select(Sighting)).one()
        creator = session.scalars(select(Account).where(Account.email == "creator1@example.org")).one()
        session.add(
            PersonAnswer(
                person_id=creator.person_id,
                work_id=sighting.work_id,
                location_id=sighting.location_id,
                answer=Answer.NOT_MINE,
                at=context.now(),
            )
        )
    page = moderator.get(f"/cases/{number}").text
    assert "not mine" in page
    assert "creator1@example.org" not in page


def test_a_case_with_many_works_comes_in_pages(moderator: FlaskClient, context: Context) -> None:
    number = filled.put_case(context, works=45)
    page = moderator.get(f"/cases/{number}").text
    assert page.count('class="sighting"') == 20
    assert "Page 1 of 3" in page
    assert moderator.get(f"/cases/{number}?page=3").text.count('class="sighting"') == 5


@pytest.mark.parametrize("address", ["/cases/999", "/cases/0", "/cases/99999999999999999999"])
def test_a_case_that_is_not_there_is_a_clear_404(moderator: FlaskClient, address: str) -> None:
    answer = moderator.get(address)
    assert answer.status_code == 404
    assert "There is no such" in answer.text


def test_a_second_confirmation_says_how_many_are_told_now_and_how_many_were_before(
    moderator: FlaskClient, context: Context
) -> None:
    number = filled.put_case(context, 1, people=2)
    assert "3 people are told now, once, about this place." in moderator.get(f"/cases/{number}").text
    with context.database.writing() as session:
        case = session.get_one(Case, number)
        people = session.scalars(select(Depiction.person_id)).all()
        creator = session.scalars(select(Account.person_id).join(Work, Work.creator_id == Account.id)).first()
        told = {"location_id": case.location_id, "case_id": case.id, "created_at": context.now()}
        session.add_all(Notification(person_id=one, **told) for one in people)
    page = moderator.get(f"/cases/{number}").text
    assert "1 person is told now, once, about this place. 2 were told before and get no second letter." in page
    assert "1 person would be told" in page
    assert "(2 were told of this place before)" in page
    with context.database.writing() as session:
        session.add(Notification(person_id=creator, **told))
    page = moderator.get(f"/cases/{number}").text
    assert "Nobody is told now. 3 were told before and get no second letter." in page
    assert "nobody would be told anew" in page
