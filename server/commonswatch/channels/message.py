"""Composing a letter: one mail with a text and an HTML part. Sending is in ``mail``, keeping in ``outbox``."""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from functools import lru_cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from commonswatch.channels.values import checked
from commonswatch.channels.words import for_header, one_line, web_address
from commonswatch.domain.addresses import parse_address
from commonswatch.domain.errors import InvalidInput
from commonswatch.rules.licences import LIMITS

ENGLISH = gettext.NullTranslations()

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,128}@[A-Za-z0-9.-]{1,128}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True)
class Letter:
    """One message to one person. ``message_id`` is with its <>; the same one means the same letter."""

    to: str = field(repr=False)
    language: str
    template: str  # a name in `values`
    context: Mapping[str, Any] = field(repr=False)
    message_id: str
    unsubscribe_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Sender:
    """Who writes: the address and name of all mail, which is also the name of the product in it."""

    address: str
    name: str


def compose(
    letter: Letter, sender: Sender, now: datetime, translations: gettext.NullTranslations = ENGLISH
) -> EmailMessage:
    """Build the mail; ``now`` is its date. Raise InvalidInput when an address, value or Message-ID is not safe."""
    values = checked(letter.template, letter.context) | {
        "product": one_line(sender.name),
        "language": _matching(_LANGUAGE, letter.language).replace("_", "-"),
        "unsubscribe_url": web_address(letter.unsubscribe_url) if letter.unsubscribe_url else None,
    }
    mail = _addressed(letter, sender, now)
    mail["Subject"] = for_header(_render(letter.template, "subject.txt", values, translations))
    if values["unsubscribe_url"]:
        mail["List-Unsubscribe"] = f"<{values['unsubscribe_url']}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Quoted-printable survives servers without 8BITMIME.
    mail.set_content(_render(letter.template, "body.txt", values, translations), cte="quoted-printable")
    page = _inliner.inline(_render(letter.template, "body.html", values, translations))
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    return mail


def _addressed(letter: Letter, sender: Sender, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=_policy)
    mail["From"] = Address(for_header(sender.name), addr_spec=parse_address(sender.address))
    mail["To"] = Address(addr_spec=parse_address(letter.to))
    mail["Date"] = now
    mail["Message-ID"] = _matching(_MESSAGE_ID, letter.message_id)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    return mail


def _render(template: str, part: str, values: Mapping[str, Any], translations: gettext.NullTranslations) -> str:
    return _environment(translations).get_template(f"{template}/{part}").render(values)


@lru_cache(maxsize=16)
def _environment(translations: gettext.NullTranslations) -> Environment:
    environment = Environment(
        loader=PackageLoader("commonswatch.channels"),
        autoescape=select_autoescape(("html",)),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["licence_limits"] = LIMITS
    return environment


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise InvalidInput("This cannot stand in the head of a letter.")
    return text


class _OneWord(BaseHeader):
    """A header that is one long word. Standard folding would write it as encoded words, which nobody decodes."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the value as it is; it was checked before."""
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: "Policy[Any]") -> str:
        """Write the header in one line, however long."""
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("List-Unsubscribe", _OneWord)
_policy = SMTP.clone(header_factory=_headers)
# `@media` rules cannot be inlined; they carry the dark colours.
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
