"""What a membership in one dataset says about a copy of another: its certainty. Facts: ``rules.catalogue``.

The table, with the reasons, is in docs/memberships.md. Two weak steps in a row say nothing.
"""

from collections.abc import Iterable
from functools import lru_cache

from commonswatch.domain.states import Certainty
from commonswatch.rules import catalogue
from commonswatch.rules.datasets import Dataset

_SUREST = tuple(Certainty)


@lru_cache(maxsize=1024)
def certainties(copy: str) -> dict[str, Certainty]:
    """How sure it is that a copy of the dataset ``copy`` holds what each dataset, named by its id, is known to hold.

    Datasets that say nothing about it are left out.
    """
    found = {one.id: certainty for one in catalogue.DATASETS if (certainty := _certainty(one.id, copy))}
    return found | {copy: Certainty.HOLDS}


@lru_cache(maxsize=1024)
def told_by(dataset: str) -> frozenset[str]:
    """The datasets about whose copies a membership in ``dataset`` says something; itself among them."""
    return frozenset({dataset, *(one.id for one in catalogue.DATASETS if dataset in certainties(one.id))})


def weaker(*certainties: Certainty) -> Certainty:
    """The least sure of some: a chain is as strong as its weakest part."""
    return max(certainties, key=_SUREST.index)


def rank(certainty: Certainty) -> int:
    """0 for the surest."""
    return _SUREST.index(certainty)


def _certainty(known: str, copy: str) -> Certainty | None:
    if known == copy:
        return Certainty.HOLDS
    origins = _sole_origins(known)
    if copy in origins:
        return Certainty.SHOULD_HOLD
    if any(copy in _ids(catalogue.derived(origin)) for origin in (known, *origins)):
        return Certainty.MAY_HOLD
    return Certainty.MAY_HOLD if copy in _ids(catalogue.ancestors(known)) else None


@lru_cache(maxsize=1024)
def _sole_origins(name: str) -> tuple[str, ...]:
    """What a dataset was made from, as long as each was made from one alone: all of it was in those."""
    found: list[str] = []
    dataset = catalogue.dataset(name)
    while dataset and len(dataset.derived_from) == 1 and dataset.derived_from[0] not in found:
        found.append(dataset.derived_from[0])
        dataset = catalogue.dataset(found[-1])
    return tuple(found)


def _ids(datasets: Iterable[Dataset]) -> set[str]:
    return {one.id for one in datasets}
