"""Settings: read from the environment, or refused with every reason at once."""

from pathlib import Path

import pytest
from commonswatch.domain.errors import InvalidInput
from commonswatch.settings import Settings


def test_without_any_variable_the_defaults_hold() -> None:
    settings = Settings.from_env({})
    assert settings == Settings()
    assert settings.site == "http://127.0.0.1:8000"
    assert settings.database.endswith("/var/commonswatch.sqlite3")


def test_every_wrong_variable_is_named_and_no_value_is_repeated() -> None:
    with pytest.raises(InvalidInput) as refused:
        Settings.from_env(
            {
                "COMMONSWATCH_PORT": "eight-secret",
                "COMMONSWATCH_SMTP_SECURITY": "maybe-secret",
                "COMMONSWATCH_WORKER_THREADS": "0",
                "COMMONSWATCH_TYPO": "1",
            }
        )
    text = refused.value.detail
    for name in ("PORT", "SMTP_SECURITY", "WORKER_THREADS", "TYPO"):
        assert f"COMMONSWATCH_{name}" in text
    assert "secret" not in text


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a pass phrase\n", encoding="utf-8")
    settings = Settings.from_env({"COMMONSWATCH_SMTP_PASSWORD_FILE": str(file)})
    assert settings.smtp_password == "a pass phrase"
    assert "a pass phrase" not in repr(settings)


def test_played_hosts_are_read_as_names_and_addresses() -> None:
    settings = Settings.from_env({"COMMONSWATCH_FETCH_PLAYED_HOSTS": "a.example=127.0.0.1:8443, b.example=127.0.0.1:1"})
    assert settings.fetch_played_hosts == {"a.example": ("127.0.0.1", 8443), "b.example": ("127.0.0.1", 1)}
