"""What the administrator does in the story: takes the site over, appoints a moderator, looks after it."""

from tests.browser.stage import Stage
from tests.browser.visitor import Visitor

ADDRESS = "root@watch.example.org"


def takes_the_site_over(visitor: Visitor, stage: Stage) -> None:
    """By the link that was printed when the site started. It works once."""
    link = stage.setup_link()
    page = visitor.open(link)
    page.get_by_label("Mail address", exact=True).fill(ADDRESS)
    visitor.press("Become administrator")
    assert visitor.sees("You are the administrator now")
    visitor.open(link)
    assert visitor.refused == {404}


def appoints_a_moderator(visitor: Visitor, address: str) -> None:
    page = visitor.open("/members")
    page.get_by_label("Mail address", exact=True).fill(address)
    page.get_by_label("Role", exact=True).select_option("moderator")
    visitor.press("Appoint")
    assert visitor.sees(address)


def finds_the_outbox_empty_since_mail_is_really_sent(visitor: Visitor) -> None:
    visitor.open("/outbox")
    assert visitor.sees("A mail server is set")
    assert visitor.sees("No letters yet")


def finds_no_job_given_up_and_the_chain_intact(visitor: Visitor) -> None:
    visitor.open("/jobs")
    assert visitor.sees("Nothing was given up")
    page = visitor.open("/audit")
    page.get_by_role("button", name="Check the chain").click()
    page.get_by_text("chain intact").wait_for()
