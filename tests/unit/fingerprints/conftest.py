"""One pool of children for the room's tests."""

from collections.abc import Iterator

import pytest
from commonswatch.fingerprints import PicturePool


@pytest.fixture(scope="session")
def pool() -> Iterator[PicturePool]:
    with PicturePool(1) as children:
        yield children
