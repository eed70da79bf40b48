"""The running product's web server and worker are killed while reports arrive over HTTP: what was acknowledged stays.

``commonswatch run`` starts them again by itself; watchers retry with the same key, as the extension does.
"""

import http.client
import json
import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from commonswatch.db import connect
from commonswatch.models import Report
from sqlalchemy import func, select, text

from tests.running import RunningProduct

KILLS = 3  # of each; the worker alone is killed twenty times in test_kills
WATCHERS = 4

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc"),
    pytest.mark.timeout(240),
]


class _Watcher(threading.Thread):
    """Sends reports one after the other and retries each, with its own key, until it is acknowledged."""

    def __init__(self, url: str, name: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.number, self.stop = url, name, stop
        self.receipts: dict[str, str] = {}
        self.refused: list[int] = []

    def run(self) -> None:
        while not self.stop.is_set():
            key = f"watcher-{self.number}-report-{len(self.receipts)}"
            receipt = self._send(key)
            if receipt:
                self.receipts[key] = receipt
                again = self._send(key)  # a retry after the answer was lost must find the same report
                assert again in (None, receipt)

    def _send(self, key: str) -> str | None:
        body = {"version": 1, "page": f"https://data.example/{key}", "media": [{"name": "a.jpg"}]}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(self.url + "/api/v1/reports", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(json.load(answer)["receipt"])
        except urllib.error.HTTPError as error:
            self.refused.append(error.code)
            error.close()
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.05)
        return None


def _kill_in_turn(product: RunningProduct) -> None:
    chance = random.Random(11)
    for turn in range(2 * KILLS):
        product.wait_until_ready()
        time.sleep(chance.uniform(0.2, 0.8))
        os.kill(product.children()["serve" if turn % 2 else "worker"][0], signal.SIGKILL)
        time.sleep(0.3)
    product.wait_until_ready()


def test_killing_web_server_and_worker_under_load_loses_no_acknowledged_report(tmp_path: Path) -> None:
    stop = threading.Event()
    with RunningProduct(tmp_path / "var", {"COMMONSWATCH_REPORT_LIMIT_ANONYMOUS": "1000000"}) as product:
        watchers = [_Watcher(product.url, number, stop) for number in range(WATCHERS)]
        for watcher in watchers:
            watcher.start()
        _kill_in_turn(product)
        stop.set()
        for watcher in watchers:
            watcher.join(30)
    acknowledged = {key: receipt for watcher in watchers for key, receipt in watcher.receipts.items()}
    assert len(acknowledged) > 10 * WATCHERS
    assert not [code for watcher in watchers for code in watcher.refused if code not in (429, 503)]
    database = connect(f"sqlite:///{tmp_path / 'var' / 'commonswatch.sqlite3'}")
    with database.reading() as session:
        kept = set(session.scalars(select(Report.receipt)))
        assert set(acknowledged.values()) <= kept
        assert len(set(acknowledged.values())) == len(acknowledged)
        assert len(kept) <= len(acknowledged) + WATCHERS  # at most the one each was waiting for
        without_job = "SELECT count(*) FROM reports WHERE receipt NOT IN (SELECT key FROM jobs)"
        assert session.scalar(text(without_job)) == 0
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.scalar(select(func.count()).select_from(Report)) == len(kept)
    database.engine.dispose()
