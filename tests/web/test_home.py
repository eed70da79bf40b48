"""The first page."""

from flask.testing import FlaskClient


def test_the_first_page_says_what_this_is_and_for_whom(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Learn when your pictures turn up" in page
    for role in ("Creator", "Person shown", "Watcher", "Moderator"):
        assert f">{role}<" in page


def test_it_offers_the_way_in_to_strangers_and_the_own_pages_to_others(client: FlaskClient, moderator) -> None:
    assert 'role="button" href="/sign-in"' in client.get("/").text
    assert 'role="button" href="/works"' in moderator.get("/").text
