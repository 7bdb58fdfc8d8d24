"""Bring the catalogue's tables up to date: make them, or upgrade those of an older version.

A fresh database gets today's tables at once, with the newest revision's name. Alembic, a tenth of a
second and 9 MB, is imported only where there is something to upgrade. An upgrade is one transaction
under the writer's lock: it succeeds, or the database stays as it was. A SQLite file is copied
beside itself first; a PostgreSQL database is for its operators to dump before they update the app.
"""

import filecmp
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, inspect, text
from sqlalchemy import Table as SchemaTable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from model.catalogue.schema import Table
from model.errors import StoreUnavailable

if TYPE_CHECKING:  # And inside functions, for the sake of all who open a folder that is up to date
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0003"  # The newest revision there
VERSION_TABLE = "areole_schema_version"  # `alembic_version` is Optuna's, in the same database.
FIRST, FIRST_VERSION = "0001", 4  # The first revision makes what the table `meta` called version 4.
ELSEWHERE = "or set AREOLE_HOME (and AREOLE_DATABASE, where it is set) to another place"

_version = SchemaTable(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),  # As Alembic makes it
)


def is_up_to_date(connection: Connection) -> bool:
    """Say whether a database has today's tables. Takes no lock."""
    return _recorded(connection) == HEAD


def migrate(connection: Connection, folder: str) -> None:
    """Make or upgrade the tables, in a writing transaction; SQLite's foreign keys must be off.

    Else a table built anew would take along what points to it. Raises StoreUnavailable.
    """
    revision = _recorded(connection)
    if revision == HEAD:  # Another process was faster.
        return
    if revision is None:
        if not inspect(connection).has_table("meta"):
            Table.metadata.create_all(connection, checkfirst=False)
            _record(connection, HEAD)
            return
        _check_version(connection.scalar(text("SELECT version FROM meta")), folder)
        _record(connection, FIRST)
        revision = FIRST
    _upgrade(connection, revision, folder)


def back_up(connection: Connection, revision: str) -> None:
    """Copy a SQLite database beside its file, as `catalogue.before-0002.db` where 0002 is next.

    The copy is complete or not there, holds the write-ahead log too, takes no other's place and is
    not made twice. Raises OSError, sqlite3.Error.
    """
    if connection.dialect.name != "sqlite":
        return
    database = Path(
        connection.scalar(text("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    )
    if not database.is_file():  # In memory
        return
    unfinished = database.with_name(f"{database.name}.unfinished")
    try:
        _copy(connection, database, unfinished)
        for number in count(1):
            ending = f"-{number}" if number > 1 else ""
            name = f"{database.stem}.before-{revision}{ending}{database.suffix}"
            backup = database.with_name(name)
            if not backup.exists():
                unfinished.rename(backup)
                return
            if filecmp.cmp(unfinished, backup, shallow=False):  # An upgrade failed before.
                return
    finally:
        unfinished.unlink(missing_ok=True)


def config_for(connection: Connection) -> "Config":
    """Configure Alembic to run our revisions on a connection."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _upgrade(connection: Connection, revision: str, folder: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = config_for(connection)
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    newest_first = [script.revision for script in scripts]
    if revision not in newest_first:
        raise _newer(folder)
    try:
        back_up(connection, newest_first[newest_first.index(revision) - 1])
        orphans = _count_orphans(connection)
        command.upgrade(config, HEAD)
        if _count_orphans(connection) > orphans:
            raise CommandError("some rows would point to nothing")
    except (CommandError, SQLAlchemyError, sqlite3.Error, OSError) as error:
        fact = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(
            f"The data folder {folder} was made by an older version of Areole and could not be "
            f"upgraded: {fact}. It is as it was. Free some space and try again, go on with the "
            f"older version, {ELSEWHERE}."
        ) from error


def _recorded(connection: Connection) -> str | None:
    """Read which revision the tables are; None for those from before Alembic, or none at all."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return revision


def _record(connection: Connection, revision: str) -> None:
    _version.create(connection)
    connection.execute(_version.insert().values(version_num=revision))


def _check_version(version: int, folder: str) -> None:
    """Raise StoreUnavailable for tables from before Alembic that are not version 4."""
    if version > FIRST_VERSION:
        raise _newer(folder)
    if version < FIRST_VERSION:
        raise StoreUnavailable(
            f"The data folder {folder} was made by an early version of Areole: its tables are "
            f"version {version}, and only those from version {FIRST_VERSION} on can be upgraded. "
            f"Move it away and start again, {ELSEWHERE}."
        )


def _newer(folder: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The data folder {folder} was made by a newer version of Areole. Update the app, "
        f"{ELSEWHERE}."
    )


def _count_orphans(connection: Connection) -> int:
    """Count rows whose foreign key points to nothing; SQLite does not mind them meanwhile."""
    if connection.dialect.name != "sqlite":
        return 0
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def _copy(connection: Connection, database: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)  # Left by a process that was killed
    copy.touch()
    shutil.copymode(database, copy)  # The names of workspaces are as good as keys.
    # A second connection sees nothing of this transaction.
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
