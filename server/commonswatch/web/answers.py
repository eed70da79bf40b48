"""Reading the small forms “fine by me” and “not mine”, which the creator's page and the person's page share."""

from werkzeug.datastructures import MultiDict

from commonswatch.domain.errors import InvalidInput
from commonswatch.domain.states import Answer

_LARGEST = 2**62


def read_answer(form: MultiDict[str, str]) -> Answer:
    """What was said. Raise InvalidInput for anything but the two buttons."""
    said = form.get("answer", "")
    if said not in list(Answer):
        raise InvalidInput("Say “fine by me” or “not mine” with one of the buttons.")
    return Answer(said)


def read_place(form: MultiDict[str, str]) -> tuple[int, int]:
    """Which work at which location. Raise InvalidInput when the form does not say."""
    work_id, location_id = form.get("work", 0, type=int), form.get("location", 0, type=int)
    if not (0 < work_id < _LARGEST and 0 < location_id < _LARGEST):
        raise InvalidInput("Use the buttons of the page.")
    return work_id, location_id
