"""Every setting, declared once with its variable, default and help. Read by ``app`` and ``cli`` only.

A value may also be given in a file: ``COMMONSWATCH_SMTP_PASSWORD_FILE=/run/secrets/smtp`` (for secrets).
``docs/settings.md`` is generated from this file; a test keeps the two equal.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from commonswatch.domain.errors import InvalidInput

PREFIX = "COMMONSWATCH_"


def _played_hosts(text: str) -> dict[str, tuple[str, int]]:
    """Read ``name=address:port,name=address:port``."""
    pairs = (entry.split("=", 1) for entry in text.split(",") if entry.strip())
    return {name.strip(): (at.rsplit(":", 1)[0], int(at.rsplit(":", 1)[1])) for name, at in pairs}


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return read


def _optional_path(text: str) -> Path | None:
    return Path(text) if text else None


def _at_least(least: float, kind: type[int] | type[float] = int) -> Callable[[str], Any]:
    def read(text: str) -> int | float:
        try:
            number = kind(text)
        except ValueError:
            raise ValueError("must be a number") from None
        if number < least:
            raise ValueError(f"must be at least {least}")
        return number

    return read


def setting(default: str, meaning: str, read: Callable[[str], Any] = str, *, secret: bool = False) -> Any:
    """Declare a setting: its default as text, what it means, how the text is read, whether it is never printed."""
    described = {"default": default, "help": meaning, "read": read}
    return field(default_factory=lambda: read(default), metadata=described, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one installation. Each field is the variable ``COMMONSWATCH_<NAME>``."""

    home: Path = setting("var", "Folder for the database, keys and outbox.", Path)
    database_url: str = setting(
        "", "SQLAlchemy address of the database. Empty: SQLite in the home folder.", secret=True
    )
    host: str = setting("127.0.0.1", "Address the web server listens on.")
    port: int = setting("8000", "Port the web server listens on.", _at_least(0))
    public_url: str = setting("", "Address under which people reach the site. Empty: http://host:port.")
    trusted_proxies: int = setting("0", "How many reverse proxies stand in front.", _at_least(0))
    web_processes: int = setting("2", "Processes that answer requests; they share the port.", _at_least(1))
    worker_threads: int = setting("4", "Threads that work on jobs.", _at_least(1))
    product_name: str = setting("Commonswatch", "Name shown on pages and in mail.")
    contact: str = setting("", "Address or page for questions; part of the User-Agent when fetching.")
    native: str = setting("on", "on, or off: slower twins in Python instead of the C kernels.", _one_of("on", "off"))
    log_level: str = setting("info", "debug, info, warning or error.", _one_of("debug", "info", "warning", "error"))
    metrics_token: str = setting("", "Bearer token for /metrics. Empty: only this machine may read it.", secret=True)

    smtp_host: str = setting("", "Mail server. Empty: letters are written to the outbox folder instead.")
    smtp_port: int = setting("587", "Port of the mail server.", _at_least(1))
    smtp_security: str = setting("starttls", "starttls, tls or none.", _one_of("starttls", "tls", "none"))
    smtp_username: str = setting("", "User name at the mail server. Empty: no sign-in.")
    smtp_password: str = setting("", "Password at the mail server.", secret=True)
    smtp_timeout: float = setting("20", "Seconds before a mail server counts as not answering.", _at_least(1, float))
    smtp_ca_file: Path | None = setting(
        "", "Certificate authority of the mail server. Empty: the system's.", _optional_path
    )
    mail_from: str = setting("commonswatch@localhost.example", "Sender address of all mail.")

    report_limit_anonymous: int = setting("30", "Reports an hour from one network without a token.", _at_least(0))
    report_limit_device: int = setting("600", "Reports an hour from one paired device.", _at_least(0))
    invitation_limit: int = setting(
        "2000", "Invitations a day to people shown, of all accounts together.", _at_least(0)
    )
    registration_rows: int = setting("50000", "Rows one registration may hold.", _at_least(1))

    fetch_host_delay: float = setting("1.0", "Seconds between two fetches from one site.", _at_least(0, float))
    fetch_played_hosts: Mapping[str, tuple[str, int]] = setting(
        "",
        "Demo and tests only: name=address:port,… answered by this machine instead of the real host.",
        _played_hosts,
    )
    fetch_ca_file: Path | None = setting(
        "", "Demo and tests only: certificate authority of played hosts.", _optional_path
    )

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{(self.home / 'commonswatch.sqlite3').absolute()}"

    @property
    def site(self) -> str:
        """The public address in force, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read all settings; raise InvalidInput that names every wrong variable at once."""
        values, problems = {}, []
        for declared in fields(cls):
            try:
                text = _text_of(PREFIX + declared.name.upper(), environment)
                if text is not None:
                    values[declared.name] = declared.metadata["read"](text)
            except (ValueError, IndexError, OSError) as error:
                problems.append(f"{PREFIX}{declared.name.upper()}: {_reason(error)}")
        known = {PREFIX + declared.name.upper() for declared in fields(cls)}
        problems += [
            f"{name}: there is no such setting"
            for name in environment
            if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known and name not in known
        ]
        if problems:
            raise InvalidInput("Some settings cannot be used:\n  " + "\n  ".join(problems), tuple(problems))
        return cls(**values)


def _reason(error: Exception) -> str:
    """Our own words, or plain ones: the message of ``int("…")`` would repeat the value."""
    return str(error) if str(error).startswith("must be") else "cannot be read"


def _text_of(variable: str, environment: Mapping[str, str]) -> str | None:
    if variable in environment:
        return environment[variable].strip()
    if variable + "_FILE" in environment:
        return Path(environment[variable + "_FILE"]).read_text(encoding="utf-8").strip()
    return None
