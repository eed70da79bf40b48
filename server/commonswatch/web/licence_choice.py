"""The licence as a choice in forms: which are offered, and what was chosen. Shared by the pages that ask for one."""

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.licences import LICENCES, Licence


def licence_choices(known: Licence | None = None) -> list[Licence]:
    """What is offered, with ``known`` in front when it is none of the usual ones."""
    return [known, *LICENCES] if known is not None and known not in LICENCES else list(LICENCES)


def chosen_licence(name: str, known: Licence | None = None) -> Licence | None:
    """The licence of a name in the list; None for “find out”. Raise InvalidInput for what is not in the list."""
    if not name:
        return None
    for licence in licence_choices(known):
        if licence.name == name:
            return licence
    raise InvalidInput("Choose a licence from the list.")
