"""The whole story in one test: from a creator's registration to the mail in the mailbox of a person shown.

Real Chromium, real web server and worker, a real mail server with TLS and sign-in, HTTPS hosts on this machine.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser import administrator, creator, hosts, moderator, shown, watcher
from tests.browser.everybody import signs_in
from tests.browser.stage import Stage
from tests.browser.visitor import Visitor, chromium
from tests.browser.watcher import Watcher

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def browser(playwright: Playwright, stage: Stage) -> Iterator[Browser]:
    with chromium(playwright, stage.hosts.played) as browser:
        yield browser


def test_the_story_from_registration_to_the_mailbox_of_a_person_shown(stage: Stage, browser: Browser) -> None:
    root, mira, ada, bob, sam = visitors = [Visitor(browser, stage.site) for _ in range(5)]

    administrator.takes_the_site_over(root, stage)
    administrator.appoints_a_moderator(root, moderator.ADDRESS)

    signs_in(mira, stage, creator.ADDRESS)
    creator.gives_a_name(mira)
    creator.pastes_addresses(mira)
    creator.finds_the_row_that_went_wrong(mira)
    creator.uploads_a_csv(mira, stage.folder, shown.ADA, shown.BOB)

    shown.confirms(ada, stage)
    shown.declines(bob, stage)

    paired, anonymous = Watcher(stage.site), Watcher(stage.site)
    paired.pairs(watcher.makes_a_pairing_code(mira))
    watcher.sees_the_device(mira)
    receipt = paired.reports(hosts.FACES, hosts.COPY_OF_HARBOUR, hosts.SMALL_COPY_OF_CHOIR, key="seen-1")
    assert paired.learns(receipt) == "checked"
    assert anonymous.learns(anonymous.reports(hosts.MIRROR, hosts.MARKET, key="seen-2")) == "checked"
    creator.sees_nothing_before_a_moderator_decided(mira)
    shown.got_one_letter_each_and_nothing_else(stage)

    signs_in(sam, stage, moderator.ADDRESS)
    moderator.sees_the_queue(sam)
    moderator.opens_the_case(sam)
    moderator.looks_at_pictures_only_when_asked(sam)
    moderator.must_give_a_reason(sam)
    moderator.confirms(sam)

    creator.alert_letter_is_right(stage)
    creator.sees_what_was_found(mira)
    creator.says_fine_by_me(mira)
    assert paired.learns(receipt) == "confirmed"
    paired.is_alerted()
    shown.is_told_once(stage)
    shown.answers(ada, stage)
    shown.ends_mail_by_one_click(ada, stage)
    moderator.sees_what_people_said(sam)
    moderator.may_not_open_what_is_the_administrators(sam)

    administrator.finds_the_outbox_empty_since_mail_is_really_sent(root)
    administrator.finds_no_job_given_up_and_the_chain_intact(root)
    _everybody_was_told_once(stage)
    _the_chain_holds(stage)
    _pages_asked_no_other_host(visitors, sam)


def _everybody_was_told_once(stage: Stage) -> None:
    assert len(stage.letters(creator.ADDRESS, "found at github.com")) == 1
    assert len(stage.letters(shown.ADA, "found at github.com")) == 1
    assert len(stage.letters(shown.BOB)) == 1, "Bob said no and is left in peace"
    identities = [letter["Message-ID"] for _, letter in stage.mail.letters]
    assert len(identities) == len(set(identities))


def _the_chain_holds(stage: Stage) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "commonswatch", "audit", "verify"],
        env=stage.product.environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert checked.returncode == 0, checked.stderr
    assert "chain intact" in checked.stdout


def _pages_asked_no_other_host(visitors: list[Visitor], moderator: Visitor) -> None:
    """Only the case page asks elsewhere, and only for the pictures."""
    for visitor in visitors:
        assert visitor.complaints == []
        assert visitor is moderator or visitor.foreign_hosts() == set()
    assert moderator.foreign_hosts() <= {"live.staticflickr.com", "github.com", "upload.wikimedia.org"}
    assert moderator.foreign_kinds() == {"image"}
