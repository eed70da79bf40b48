"""The tables: one noun a file, no rules. Importing this package knows them all (for migrations)."""

from commonswatch.models.account import Account, Passkey, Role, SignInLink
from commonswatch.models.audit import AuditEntry
from commonswatch.models.base import Base
from commonswatch.models.case import Case, Decision, Evidence, Sighting
from commonswatch.models.common_picture import CommonPicture, HeldReport
from commonswatch.models.copy import Copy
from commonswatch.models.device import Device, PairingCode
from commonswatch.models.fingerprint_change import DatabaseMark, FingerprintChange
from commonswatch.models.job import Job, RateCounter, Tick
from commonswatch.models.location import Location, LocationSecret
from commonswatch.models.notification import Delivery, Notification
from commonswatch.models.person import Depiction, Person, PersonAnswer, Refusal
from commonswatch.models.person_key import PersonKey, PersonKeyDigest, PersonMembership
from commonswatch.models.report import Report
from commonswatch.models.scan import Membership, Scan
from commonswatch.models.watch_list import ListChange, ListedRow, ListVersion
from commonswatch.models.work import FingerprintOfWork, KeyOfWork, Registration, RowProblem, Suppression, Work

__all__ = [
    "Account",
    "AuditEntry",
    "Base",
    "Case",
    "CommonPicture",
    "Copy",
    "DatabaseMark",
    "Decision",
    "Delivery",
    "Depiction",
    "Device",
    "Evidence",
    "FingerprintChange",
    "FingerprintOfWork",
    "HeldReport",
    "Job",
    "KeyOfWork",
    "ListChange",
    "ListVersion",
    "ListedRow",
    "Location",
    "LocationSecret",
    "Membership",
    "Notification",
    "PairingCode",
    "Passkey",
    "Person",
    "PersonAnswer",
    "PersonKey",
    "PersonKeyDigest",
    "PersonMembership",
    "RateCounter",
    "Refusal",
    "Registration",
    "Report",
    "Role",
    "RowProblem",
    "Scan",
    "Sighting",
    "SignInLink",
    "Suppression",
    "Tick",
    "Work",
]
