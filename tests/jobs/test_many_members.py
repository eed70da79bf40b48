"""One report of a page with a copy, five thousand registered works in it: one case, everybody told once, in time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commonswatch.channels import outbox
from commonswatch.context import open_context
from commonswatch.domain.states import Basis
from commonswatch.models import Case, Notification, Sighting
from commonswatch.settings import Settings
from sqlalchemy import select

from tests.jobs import crowd
from tests.played_hosts import PlayedHosts, page
from tests.running import RunningProduct

README = page(
    b"<h1>Faces</h1><h2>Download</h2><p>MS1M-ArcFace, aligned: "
    b"<a href='https://pan.baidu.com/s/1ExampleShare00'>faces_emore.zip</a></p>"
)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[RunningProduct]:
    with PlayedHosts({"github.com": README}) as hosts:
        played = ",".join(f"{name}={at}:{port}" for name, (at, port) in hosts.played.items())
        environment = {
            "COMMONSWATCH_FETCH_PLAYED_HOSTS": played,
            "COMMONSWATCH_FETCH_CA_FILE": str(hosts.ca_file),
            "COMMONSWATCH_WEB_PROCESSES": "1",
        }
        with RunningProduct(tmp_path / "home", environment) as running:
            yield running


def test_one_report_of_a_copy_with_five_thousand_works_tells_everybody_once_within_a_minute(
    product: RunningProduct,
) -> None:
    context = open_context(Settings(home=product.home))
    try:
        crowd.fill(context, listed=True)
        started = time.monotonic()
        crowd.report(product.url)
        crowd.until(lambda: crowd.count(context, Sighting) == crowd.WORKS)
        listed = time.monotonic()
        crowd.confirm(context)
        crowd.until(lambda: crowd.count(context, Notification) == crowd.CREATORS + crowd.SHOWN)
        told = time.monotonic()
        crowd.until(lambda: crowd.delivered(context) == crowd.CREATORS + crowd.SHOWN)
        ended = time.monotonic()
        with context.database.reading() as session:
            assert {one.basis for one in session.scalars(select(Sighting))} == {Basis.MEMBERSHIP}
            assert crowd.count(context, Case) == 1
    finally:
        context.database.engine.dispose()
    print(  # noqa: T201 - the figure, shown by pytest -s
        f"listed after {listed - started:.1f} s, notified {told - listed:.1f} s after the decision, "
        f"letters out {ended - told:.1f} s later"
    )
    assert ended - started < 60
    folder = product.home / "outbox"
    assert len(list(folder.glob("*.eml"))) == crowd.CREATORS + crowd.SHOWN
    letters = outbox.list_letters(folder)
    assert len(letters) == len({letter.to for letter in letters})
    assert {letter.subject.split(" that ")[1].split(" hold ")[0] for letter in letters} == {"may"}
