"""/api/v1/lookups: which registered works something belongs to, as far as the one who asks may see them."""

from collections.abc import Sequence

from commonswatch import rules
from commonswatch.api.callers import Caller
from commonswatch.api.operations import Access, Operation, product
from commonswatch.api.schemas.lookups import Answers, FoundWork, LookupAnswer, LookupMatch, Question, Questions
from commonswatch.context import Context
from commonswatch.domain.keys import MANY_WORKS
from commonswatch.domain.states import Scope
from commonswatch.models import Work
from commonswatch.services.looking_up import lookups, pictures
from commonswatch.services.looking_up.lookups import STRANGER, Asker, Found
from commonswatch.services.registering.works import licence_of

PATH = "/api/v1/lookups"


def look_up(caller: Caller, body: Questions) -> Answers:
    """Say which registered works something belongs to, how far it is from them and why.

    Creators see their own works, moderators all. Everybody else is told that a publicly listed work matches, and no
    more than the watch list says: not which, not how many, and the distance in the bits that are in the list.
    """
    return Answers(answers=answers(product(), body.questions, _asker(product(), caller)))


def answers(context: Context, sent: Sequence[Question], who: Asker) -> list[LookupAnswer]:
    """The answers for somebody."""
    questions = [question(one) for one in sent]
    found = lookups.look_up(context.database, pictures.of(context.database), questions, who, context.now())
    return [LookupAnswer(matches=[_match(one) for one in some]) for some in found]


def question(sent: Question) -> lookups.Question:
    """A question as the service takes it."""
    keys = [key.key for key in rules.work_keys(sent.url) if key.kind not in MANY_WORKS] if sent.url else []
    hashes = [sent.pdq, *sent.turned] if sent.pdq else []
    return lookups.Question(
        keys=(*keys, *([sent.key] if sent.key else [])),
        sha256=_bytes(sent.sha256),
        md5=_bytes(sent.md5),
        hashes=tuple(bytes.fromhex(one) for one in hashes),
        quality=100 if sent.quality is None else sent.quality,
    )


def _bytes(text: str | None) -> bytes | None:
    return bytes.fromhex(text) if text else None


def _asker(context: Context, caller: Caller) -> Asker:
    if caller.device is None:
        return STRANGER
    with context.database.reading() as session:
        return lookups.asker(session, caller.device.account_id)


def _match(found: Found) -> LookupMatch:
    return LookupMatch(
        basis=found.basis,
        distance=found.distance,
        bits=found.bits,
        rendition=found.rendition,
        turn=found.turn,
        work=_work(found.work) if found.work else None,
    )


def _work(work: Work) -> FoundWork:
    licence = licence_of(work)
    return FoundWork(
        id=work.id,
        key=work.key,
        url=work.url,
        title=work.title,
        licence=licence.key if licence else None,
        listing=work.listing.value,
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/lookups",
        summary="Which registered works something belongs to",
        access=Access(anybody=True, scope=Scope.ALERT_READ),
        view=look_up,
        body=Questions,
        told={200: Answers},
        problems=(401, 403, 413, 415, 422, 429),
        limited=True,
    ),
)
