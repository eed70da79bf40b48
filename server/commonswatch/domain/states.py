"""The states things go through, each a closed set of words. The words are stored, shown and sent as they stand here."""

from enum import StrEnum


class WorkState(StrEnum):
    """How far the registration of a work has come."""

    WAITING = "waiting"  # registered, not fetched yet
    READY = "ready"  # fingerprinted, matched by everything
    KEY_ONLY = "key-only"  # could not be fingerprinted (see ``problem``); still matched by its work keys
    WITHDRAWN = "withdrawn"  # the creator took it back: matches nothing


class Listing(StrEnum):
    """Where a work may be recognised; its creator chooses."""

    SERVER_ONLY = "server-only"  # by our server alone
    PUBLIC = "public"  # also by browsers: it is in the watch list that everybody may download


class PersonState(StrEnum):
    """What a person shown said about being told. Nothing but one invitation is sent before ``confirmed``."""

    UNASKED = "unasked"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class ReportState(StrEnum):
    """What became of a report."""

    RECEIVED = "received"
    VERIFIED = "verified"  # the server found registered works in it, or a copy of a dataset: there is a case
    UNMATCHED = "unmatched"  # nothing in it is registered, no copy was read
    REJECTED = "rejected"  # it could not be used; ``outcome`` says why


class ReportOutcome(StrEnum):
    """What became of a report, as its sender is told."""

    RECEIVED = "received"
    CHECKED = "checked"  # whatever was found: what is registered is nobody's business but its creator's
    CONFIRMED = "confirmed"  # by a moderator, after it came in
    REJECTED = "rejected"


class Basis(StrEnum):
    """Why we believe that a work is at a location."""

    KEY = "key"
    SHA256 = "sha256"
    PDQ = "pdq"
    MEMBERSHIP = "membership"  # a copy of a dataset is offered there, and a list of it or of a relative names the work


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class DecisionVerdict(StrEnum):
    """What a moderator decided."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    REOPEN = "reopen"


class Answer(StrEnum):
    """What a creator or a person shown said about a sighting; both end repeats for good."""

    FINE = "fine-by-me"
    NOT_MINE = "not-mine"


class Channel(StrEnum):
    """How a person is told."""

    MAIL = "mail"
    SITE = "site"  # nothing is sent: the page and the extension show it


class DeliveryState(StrEnum):
    """One message on its way out."""

    CREATED = "created"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary-failure"
    PERMANENT_FAILURE = "permanent-failure"


class JobState(StrEnum):
    """One job of the queue."""

    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"  # gave up; a moderator can see it and start it again


class Role(StrEnum):
    """What an account may do. Each account is a creator as soon as it registers a work."""

    CREATOR = "creator"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a device token may do."""

    REPORT_WRITE = "report:write"
    ALERT_READ = "alert:read"


class ScanState(StrEnum):
    """How far the reading of one manifest has come."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    PARTIAL = "partial"  # read up to a point; ``problem`` says why no further
    FAILED = "failed"  # nothing of it could be read
    CANCELLED = "cancelled"  # somebody stopped it; it can be resumed while its manifest is kept


class Certainty(StrEnum):
    """How sure it is that a dataset holds a work (docs/memberships.md); the surest first."""

    HOLDS = "holds"  # its own list names the work
    SHOULD_HOLD = "should-hold"  # a dataset that was made from it alone names the work
    MAY_HOLD = "may-hold"  # it was made from one that holds the work, by leaving out or adding


class WayWon(StrEnum):
    """What in a row of a manifest agreed with a work."""

    KEY = "key"
    GUESSED = "guessed"  # a key that a file name suggests
    DIGEST = "digest"
    DISTANCE = "distance"


class PersonKeyKind(StrEnum):
    """What somebody says identifies them in lists of people."""

    NAME = "name"
    QID = "qid"  # of Wikidata
    MID = "mid"  # of Freebase


class PersonWay(StrEnum):
    """What in a row of a list of people agreed with somebody; the surest first."""

    QID = "qid"
    MID = "mid"
    NAME = "name"  # the same name, whatever its case
    NAME_ORDER = "name-order"  # the same parts in another order
    NAME_LETTERS = "name-letters"  # the same when written in Latin letters


class NamingState(StrEnum):
    """What is known of a row of a list that may be about somebody."""

    PROPOSED = "proposed"  # a bare name: a moderator looks, nobody is told
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


class Standing(StrEnum):
    """What is made of a picture that many have: whether it may still be taken for a work."""

    QUARANTINED = "quarantined"  # it suddenly matched too much; held back until a moderator has looked
    COMMON = "common"  # a logo, a placeholder, a sample picture: never a match
    CLEARED = "cleared"  # a moderator looked: it may match, however often
