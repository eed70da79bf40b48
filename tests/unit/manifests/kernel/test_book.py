"""A book that points outside of itself is refused before anything is read with it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from commonswatch.manifests.kernel.book import book
from commonswatch.manifests.kernel.programs import LITERAL, RUN_ALL, SPLIT, WORDS, length_of
from commonswatch.native.scan_kernel import Kernel
from numpy.typing import NDArray

pytestmark = pytest.mark.usefixtures("native")

Arrays = dict[str, NDArray[Any]]


def kernel_of(arrays: Arrays, numbers: dict[str, int]) -> Kernel:
    return Kernel(arrays, numbers, [(one.columns, one.steps) for one in book().tails])


def place_of(arrays: Arrays, word: int) -> int:
    """Where the first step of a kind is."""
    code, at = arrays["code"].tolist(), int(arrays["programs"][0, 0])
    while code[at] != word:
        at += length_of(code, at)
    return at


def put(name: str, offset: int, value: int, word: int) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name][place_of(arrays, word) + offset] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("code", 0, 99, LITERAL),
        put("code", 0, -1, LITERAL),
        put("code", 1, 2**31 - 1, LITERAL),
        put("code", 2, 2**31 - 1, LITERAL),
        put("code", 1, -1, WORDS),
        put("code", 1, 2**31 - 1, WORDS),
        put("code", 2, -1, WORDS),
        put("code", 3, 0, WORDS),
        put("code", 1, -1, RUN_ALL),
        put("code", 4, 2**31 - 1, RUN_ALL),
        put("code", 6, 5, RUN_ALL),
        put("code", 1, -1, SPLIT),
        put("code", 2, 0, SPLIT),
        put("code", 3, 2**31 - 1, SPLIT),
    ],
)
def test_a_program_that_points_outside_is_refused(change: Callable[[Arrays], None]) -> None:
    arrays = {name: array.copy() for name, array in book().arrays.items()}
    change(arrays)
    with pytest.raises(ValueError, match="not sound"):
        kernel_of(arrays, dict(book().numbers))


def test_a_family_opens_no_form_it_does_not_have() -> None:
    arrays = {name: array.copy() for name, array in book().arrays.items()}
    few = next(number for number, (_, n) in enumerate(arrays["families"].reshape(-1, 2).tolist()) if n < 60)
    arrays["openings"].reshape(-1, 512)[few, 7] = np.uint64(1 << 63)
    with pytest.raises(ValueError, match="not sound"):
        kernel_of(arrays, dict(book().numbers))


@pytest.mark.parametrize("numbers", [{"rare": -1}, {"n_rare": 2**30}, {"generic_form": 10**6}, {"rare": 2**31 - 1}])
def test_numbers_that_lie_outside_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="not sound"):
        kernel_of(dict(book().arrays), book().numbers | numbers)


@pytest.mark.parametrize("step", [2**31, 1_000_000_000])
def test_an_automaton_that_leads_outside_is_refused(step: int) -> None:
    made = book()
    steps = made.tails[0].steps.copy()
    steps[2, 0] = step
    tails = [(made.tails[0].columns, steps), *((one.columns, one.steps) for one in made.tails[1:])]
    with pytest.raises(ValueError, match="not sound"):
        Kernel(made.arrays, made.numbers, tails)
