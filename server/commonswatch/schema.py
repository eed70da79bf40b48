"""Brings the database to the newest migration and says where it stands. The migrations are in ``migrations/``."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import commonswatch.migrations

HEAD = "head"


def upgrade(engine: Engine, to: str = HEAD) -> None:
    """Run the migrations up to ``to``, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Run the migrations back down to ``to``."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), to)


def check(engine: Engine) -> None:
    """Raise an Alembic error when the models and the migrated tables differ."""
    with engine.begin() as connection:
        command.check(_config(connection))


def is_current(engine: Engine) -> bool:
    """Whether the newest migration has been run."""
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory.from_config(_config(None)).get_current_head()


def new_migration(engine: Engine, number: str, title: str) -> None:
    """Write the next migration file from the difference between models and tables (for developers)."""
    with engine.begin() as connection:
        command.revision(_config(connection), title, autogenerate=True, rev_id=number)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(commonswatch.migrations.__file__).parent))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
