"""The kernel in C and its twin: every test of what they find runs for both."""

import pytest
from commonswatch.native import scan


@pytest.fixture(params=["native", "twin"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "twin":
        monkeypatch.setattr(scan, "available", lambda: False)
    elif not scan.available():
        pytest.skip("the kernels are not compiled here")
    return request.param


@pytest.fixture
def native() -> None:
    if not scan.available():
        pytest.skip("the kernels are not compiled here")
