"""The command line itself."""

import subprocess
import sys

from tests.cli.asking import ask


def test_help_lists_every_command() -> None:
    told = ask("--help").stdout.decode()
    commands = (
        "audit datasets db demo export-openapi export-settings keys licences links locations moderators run serve"
    )
    for command in (*commands.split(), "setup-link", "worker"):
        assert f"\n  {command} " in told


def test_asking_the_rules_loads_neither_database_nor_web() -> None:
    program = "import sys; from commonswatch.cli import main; main(['keys', '-'], standalone_mode=False); "
    check = "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'flask', 'PIL', 'alembic')))"
    answer = subprocess.run([sys.executable, "-c", program + check], input=b"x\n", capture_output=True)
    assert answer.returncode == 0, answer.stderr
