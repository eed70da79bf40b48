"""The kernel in C and its twin in numpy: every test of what an index holds runs for both."""

import pytest
from commonswatch.native import entries


@pytest.fixture(params=["native", "twin"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "twin":
        monkeypatch.setattr(entries, "kernel", lambda: None)
    elif entries.kernel() is None:
        pytest.skip("the kernels are not compiled here")
    return request.param
