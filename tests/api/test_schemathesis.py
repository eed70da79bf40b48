"""Schemathesis reads our own OpenAPI document and tries every operation: what it allows is taken, all else refused.

Every check of Schemathesis is on: no answer of 500, only documented statuses, media types, headers and shapes, and
tokens that are asked for. It calls the door in this process, without a token and as a paired device.
"""

import itertools
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from commonswatch.app import create_app
from commonswatch.context import Context
from commonswatch.settings import Settings
from schemathesis import engine
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    SimpleCheckConfig,
)
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.schemas import BaseSchema

from tests import factories

EXAMPLES = 20  # of each operation and phase


@dataclass
class Tried:
    """What came of all requests of one run."""

    failures: list[str] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    def learn(self, recorder: ScenarioRecorder) -> None:
        """Keep what one scenario found, with a command that repeats it."""
        for check in itertools.chain.from_iterable(recorder.checks.values()):
            self.checks[check.name] += 1
            if check.failure_info:
                self.failures.append(f"{check.failure_info.failure}\n{check.failure_info.code_sample}")
        answers = (one.response for one in recorder.interactions.values() if one.response)
        self.statuses.update(answer.status_code for answer in answers)


class EachFromElsewhere:
    """The door, asked from another network each time: limits have tests of their own."""

    def __init__(self, context: Context) -> None:
        self._app = create_app(context.settings, context)
        self._numbers = itertools.count()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        number = next(self._numbers)
        environ["REMOTE_ADDR"] = f"10.{number >> 8 & 255}.{number & 255}.1"
        return self._app(environ, start_response)


@pytest.fixture
def settings(tmp_path: Path, migrated_sqlite: Path) -> Settings:
    shutil.copy(migrated_sqlite, tmp_path / "tried.sqlite3")
    address = f"sqlite:///{tmp_path / 'tried.sqlite3'}"
    return Settings(home=tmp_path / "home", database_url=address, report_limit_device=10**6)


@pytest.fixture
def device(context: Context) -> dict[str, str]:
    """The header of a paired device."""
    with context.database.writing() as session:
        owner = factories.account(session, context.keyring, context.now())
        _, token = factories.device(session, owner, context.now())
    return {"Authorization": f"Bearer {token}"}


def _described(context: Context, headers: dict[str, str]) -> BaseSchema:
    made = GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none")
    # This check asks again without the token, in a way that fails before it asks when the token is ours (4.32).
    checks = ChecksConfig(ignored_auth=SimpleCheckConfig(enabled=not headers))
    project = ProjectConfig(generation=made, checks=checks, headers=headers, continue_on_failure=True)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", EachFromElsewhere(context), config=config)


def _try_all(schema: BaseSchema) -> Tried:
    """Run all phases: the limits of every field, random requests good and bad, and one request after the other."""
    tried = Tried()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, FatalError | NonFatalError):
            tried.failures.append(repr(event))
        elif isinstance(event, ScenarioFinished):
            tried.learn(event.recorder)
    return tried


def test_without_a_token_the_door_does_what_its_document_says(context: Context) -> None:
    tried = _try_all(_described(context, {}))
    assert not tried.failures, "\n\n".join(tried.failures)
    assert tried.statuses.keys() >= {200, 202, 401, 404, 405, 415, 422}
    assert tried.checks.keys() >= {"ignored_auth", "negative_data_rejection", "positive_data_acceptance"}


def test_as_a_paired_device_the_door_does_what_its_document_says(context: Context, device: dict[str, str]) -> None:
    tried = _try_all(_described(context, device).exclude(operation_id="end_device"))  # all else would answer 401
    assert not tried.failures, "\n\n".join(tried.failures)
    assert tried.statuses.keys() >= {200, 202, 404, 405, 422}
    assert tried.checks["response_schema_conformance"] > 100


def test_a_device_that_ends_itself_does_what_the_document_says(context: Context, device: dict[str, str]) -> None:
    tried = _try_all(_described(context, device).include(operation_id="end_device"))
    assert not tried.failures, "\n\n".join(tried.failures)
    assert tried.statuses.keys() >= {204, 401}
