"""Upgrades of the catalogue's tables.

By one process of many, whole or not at all, with a copy beside.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, inspect, text

from model.catalogue import migrate
from model.catalogue.schema import Table
from model.catalogue.store import ROOT, open_store
from model.errors import StoreUnavailable
from model.experiments.tuning.study import opened as opened_storage
from tests import catalogue_v4
from tests.model.catalogue.postgresql_server import postgresql

FIRST, HEAD, VERSION_TABLE, MIGRATIONS = (
    migrate.FIRST,
    migrate.HEAD,
    migrate.VERSION_TABLE,
    migrate.MIGRATIONS,
)
MANY, SOME = 6, 3  # Processes
TIMEOUT_S = 120
OPENING = """
import sys
from model.catalogue.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store()
print("alembic" in sys.modules)
"""
DIES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
AddRevision = Callable[[str], None]


@pytest.fixture(scope="session")
def database_4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a version 4 folder."""
    return catalogue_v4.unpack(tmp_path_factory.mktemp("v4")) / "catalogue.db"


@pytest.fixture
def old_home(tmp_path: Path, database_4: Path) -> Path:
    """A version 4 folder, of which only the database is looked at here."""
    home = tmp_path / "old home, 100%"
    home.mkdir()
    shutil.copy(database_4, home)
    return home


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield from _disposed(create_engine(f"sqlite:///{tmp_path / 'empty.db'}"))
    else:
        with postgresql() as address:
            yield from _disposed(create_engine(address))


def _disposed(engine: Engine) -> Iterator[Engine]:
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Engine]:
    """A PostgreSQL database as version 4 left it, with a visitor's workspace, where `open_store`
    finds it.
    """
    with postgresql() as address:
        engine = create_engine(address)
        with engine.begin() as connection:
            command.upgrade(migrate.config_for(connection), FIRST)
            for line in (
                f"DROP TABLE {VERSION_TABLE}",
                "INSERT INTO meta VALUES (4)",
                "INSERT INTO datasets VALUES (1, 'starter', 'Starter set', '[]', NULL, 0, now())",
                "INSERT INTO workspaces VALUES ('visitor', 1, now(), now())",
                "INSERT INTO report_texts VALUES ('visitor', 1, 'title', 'Mine')",
            ):
                connection.execute(text(line))
        monkeypatch.setenv("AREOLE_DATABASE", address)
        monkeypatch.setenv("AREOLE_HOME", str(tmp_path))
        yield engine
        engine.dispose()


@pytest.fixture
def add_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddRevision:
    """Let a made-up revision be the newest, with these lines as its `upgrade`."""

    def add(lines: str) -> None:
        folder = tmp_path / f"migrations-{uuid4().hex}"
        shutil.copytree(MIGRATIONS, folder)
        script = (
            "from alembic import op\nimport sqlalchemy as sa\n"
            f"revision, down_revision = 'made_up', {HEAD!r}\n"
        )
        (folder / "versions" / "made_up.py").write_text(
            f"{script}\n\ndef upgrade():\n    {lines}\n"
        )
        monkeypatch.setattr(migrate, "MIGRATIONS", folder)
        monkeypatch.setattr(migrate, "HEAD", "made_up")

    return add


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a SQLite file without opening its folder."""
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def contents(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All tables of a SQLite file, with how they were made."""
    made = rows(database, "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {sql: rows(database, f'SELECT * FROM "{name}"') for name, sql in made}


def tables_of(engine: Engine) -> dict[str, Any]:
    """Columns, keys, indexes and constraints of all our tables, in a form to compare."""
    inspector = inspect(engine)

    def compared(entries: list[Any], *facts: str) -> list[str]:
        return sorted(str([entry.get(fact) for fact in facts]) for entry in entries)

    return {
        name: {
            "columns": [
                (one["name"], str(one["type"]), one["nullable"], one["default"])
                for one in inspector.get_columns(name)
            ],
            "key": inspector.get_pk_constraint(name),
            "foreign keys": compared(
                inspector.get_foreign_keys(name),
                "constrained_columns",
                "referred_table",
                "referred_columns",
                "options",
            ),
            "indexes": compared(inspector.get_indexes(name), "name", "column_names", "unique"),
            "unique": compared(inspector.get_unique_constraints(name), "name", "column_names"),
        }
        for name in inspector.get_table_names()
        if name in {*Table.metadata.tables, "meta", VERSION_TABLE}
    }


def open_at_once(home: Path, number: int) -> list[str]:
    """Open a data folder in several processes at the same moment; what each says of Alembic."""
    environment = {**os.environ, "AREOLE_HOME": str(home)}
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING],
            cwd=ROOT,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        for _ in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=TIMEOUT_S) for process in processes]
    assert [process.returncode for process in processes] == [0] * number, ends
    return [said.strip() for said, _ in ends]


def test_head_is_the_newest_revision_of_one_line() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [HEAD]
    assert scripts.get_bases() == [FIRST]
    assert all(len(script.nextrev) <= 1 for script in scripts.walk_revisions())


def test_revisions_and_a_fresh_start_make_the_same_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(migrate.config_for(connection), "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Table.metadata) == []
    upgraded = tables_of(engine)
    with engine.begin() as connection:
        made = MetaData()
        made.reflect(connection)
        made.drop_all(connection)
        migrate.migrate(connection, "home")
    assert tables_of(engine) == upgraded
    assert set(upgraded) == {*Table.metadata.tables, VERSION_TABLE}


def test_the_first_revision_makes_what_version_4_made(tmp_path: Path, database_4: Path) -> None:
    made, old = (create_engine(f"sqlite:///{file}") for file in (tmp_path / "made.db", database_4))
    with made.begin() as connection:
        command.upgrade(migrate.config_for(connection), FIRST)
    tables = tables_of(made)
    del tables[VERSION_TABLE]
    assert tables == tables_of(old)
    for engine in (made, old):
        engine.dispose()


def test_an_old_folder_is_upgraded_and_a_copy_lies_beside(old_home: Path) -> None:
    before = contents(old_home / "catalogue.db")
    open_store(old_home).engine.dispose()
    after = contents(old_home / "catalogue.db")
    assert rows(old_home / "catalogue.db", f"SELECT * FROM {VERSION_TABLE}") == [(HEAD,)]
    new_tables = (VERSION_TABLE, "settings", "browsers")
    assert len(before) - 1 == len(after) - len(new_tables)
    assert {
        made: lines for made, lines in before.items() if "TABLE meta" not in made
    }.items() <= after.items()
    for table in new_tables[1:]:
        assert rows(old_home / "catalogue.db", f"SELECT * FROM {table}") == []
    assert sorted(file.name for file in old_home.iterdir() if file.is_file()) == [
        "catalogue.before-0002.db",
        "catalogue.db",
    ]
    backup = old_home / "catalogue.before-0002.db"
    assert contents(backup) == before
    assert rows(backup, "PRAGMA integrity_check") == [("ok",)]


def test_a_folder_of_the_revision_before_is_upgraded_and_keeps_all(tmp_path: Path) -> None:
    database = tmp_path / "catalogue.db"
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        command.upgrade(migrate.config_for(connection), "0002")
        connection.execute(
            text("INSERT INTO datasets VALUES (1, 'starter', 'Mine', '[]', NULL, 0, '2026-11-01')")
        )
    engine.dispose()
    before = contents(database)
    open_store(tmp_path).engine.dispose()
    after = contents(database)
    changed = f"CREATE TABLE {VERSION_TABLE}"
    assert {made: lines for made, lines in before.items() if changed not in made}.items() <= (
        after.items()
    )
    assert rows(database, f"SELECT * FROM {VERSION_TABLE}") == [(HEAD,)]
    assert contents(tmp_path / "catalogue.before-0003.db") == before


def test_the_copy_holds_what_the_log_holds_and_is_nobody_elses_to_read(old_home: Path) -> None:
    database = old_home / "catalogue.db"
    database.chmod(0o600)
    running = sqlite3.connect(database)  # As another server, which keeps the log from being emptied
    running.execute("PRAGMA wal_autocheckpoint=0")
    running.execute("UPDATE report_texts SET text = 'Just written'")
    running.commit()
    assert b"Just written" not in database.read_bytes()
    open_store(old_home).engine.dispose()
    backup = old_home / "catalogue.before-0002.db"
    assert rows(backup, "SELECT DISTINCT text FROM report_texts") == [("Just written",)]
    assert backup.stat().st_mode & 0o777 == 0o600
    running.close()


def test_a_copy_never_takes_anothers_place(old_home: Path) -> None:
    (old_home / "catalogue.before-0002.db").write_text("An older one")
    (old_home / "catalogue.db.unfinished").write_text("Left by a process that was killed")
    open_store(old_home).engine.dispose()
    assert (old_home / "catalogue.before-0002.db").read_text() == "An older one"
    assert rows(old_home / "catalogue.before-0002-2.db", "SELECT version FROM meta") == [(4,)]
    assert not list(old_home.glob("*.unfinished"))


def test_an_upgrade_that_fails_leaves_all_as_it_was(
    old_home: Path, add_revision: AddRevision
) -> None:
    before = contents(old_home / "catalogue.db")
    add_revision(
        "op.drop_table('report_texts'); op.execute('DELETE FROM edits'); op.execute('SELECT * "
        "FROM nowhere')"
    )
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"no such table: nowhere\. It is as it was"):
            open_store(old_home)
    assert contents(old_home / "catalogue.db") == before
    assert len(list(old_home.glob("*before*"))) == 1  # The same is not copied thrice.
    add_revision("op.drop_table('report_texts')")
    open_store(old_home).engine.dispose()
    assert not inspect(create_engine(f"sqlite:///{old_home / 'catalogue.db'}")).has_table(
        "report_texts"
    )


def test_without_room_for_a_copy_nothing_is_upgraded(
    old_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    before = contents(old_home / "catalogue.db")
    monkeypatch.setattr(shutil, "copymode", full)
    with pytest.raises(StoreUnavailable, match=r"No space left on device.* Free some space"):
        open_store(old_home)
    assert contents(old_home / "catalogue.db") == before
    assert not list(old_home.glob("*before*")) + list(old_home.glob("*unfinished*"))


def test_killed_in_the_middle_it_is_upgraded_the_next_time(
    old_home: Path, add_revision: AddRevision
) -> None:
    add_revision(f"op.drop_table('edits'); {DIES}")
    killing = (
        f"from pathlib import Path; from model.catalogue import migrate; migrate.MIGRATIONS = "
        f"Path({str(migrate.MIGRATIONS)!r})\n"
        "migrate.HEAD = 'made_up'\nfrom model.catalogue.store import open_store; open_store()"
    )
    environment = {**os.environ, "AREOLE_HOME": str(old_home)}
    before = contents(old_home / "catalogue.db")
    killed = subprocess.run(
        [sys.executable, "-c", killing], cwd=ROOT, env=environment, check=False, timeout=TIMEOUT_S
    )
    assert killed.returncode == -signal.SIGKILL
    assert contents(old_home / "catalogue.db") == before
    add_revision("op.drop_table('edits')")
    open_store(old_home).engine.dispose()
    assert rows(old_home / "catalogue.db", f"SELECT * FROM {VERSION_TABLE}") == [("made_up",)]


def test_a_table_that_is_built_anew_keeps_what_points_to_it(
    old_home: Path, add_revision: AddRevision
) -> None:
    database = old_home / "catalogue.db"
    counted = [
        (table, rows(database, f"SELECT count(*) FROM {table}"))
        for table in ("edits", "labels", "runs", "report_texts")
    ]
    add_revision(
        "\n    ".join(
            f"with op.batch_alter_table('{table}', recreate='always') as batch: "
            f"batch.add_column(sa.Column('new', sa.Integer()))"
            for table in ("workspaces", "datasets", "photos")
        )
    )
    store = open_store(old_home)
    assert [
        (table, rows(database, f"SELECT count(*) FROM {table}")) for table, _ in counted
    ] == counted
    with store.reading() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1  # In force again
        assert session.execute(text("SELECT new FROM workspaces")).one() == (None,)
    store.engine.dispose()


def test_an_upgrade_that_would_orphan_rows_is_taken_back(
    old_home: Path, add_revision: AddRevision
) -> None:
    before = contents(old_home / "catalogue.db")
    add_revision("op.execute('DELETE FROM workspaces')")
    with pytest.raises(StoreUnavailable, match="rows would point to nothing"):
        open_store(old_home)
    assert contents(old_home / "catalogue.db") == before


@pytest.mark.parametrize(
    ("made_by", "sentence"),
    [
        (
            f"CREATE TABLE {VERSION_TABLE} AS SELECT '9999' AS version_num",
            "by a newer version of Areole. Update the app, or set",
        ),
        (
            "UPDATE meta SET version = 5",
            "by a newer version of Areole. Update the app, or set AREOLE_HOME",
        ),
        (
            "UPDATE meta SET version = 2",
            "its tables are version 2, and only those from version 4 on can be upgraded",
        ),
    ],
)
def test_folders_that_no_revision_leads_from_are_refused(
    old_home: Path, made_by: str, sentence: str
) -> None:
    database = sqlite3.connect(old_home / "catalogue.db", isolation_level=None)
    database.execute(made_by)
    database.close()
    before = contents(old_home / "catalogue.db")
    with pytest.raises(StoreUnavailable, match=sentence):
        open_store(old_home)
    assert contents(old_home / "catalogue.db") == before
    assert not list(old_home.glob("*before*")) + list(old_home.glob("*unfinished*"))


def test_of_many_processes_one_upgrades(old_home: Path) -> None:
    assert sorted(open_at_once(old_home, MANY)) == ["False"] * (MANY - 1) + ["True"]
    assert len(list(old_home.glob("*before*"))) == 1
    assert rows(old_home / "catalogue.db", f"SELECT * FROM {VERSION_TABLE}") == [(HEAD,)]


def test_many_processes_start_afresh_and_open_what_is_up_to_date_without_alembic(
    tmp_path: Path,
) -> None:
    for number in (MANY, SOME):
        assert open_at_once(tmp_path, number) == ["False"] * number
    assert rows(tmp_path / "catalogue.db", f"SELECT * FROM {VERSION_TABLE}") == [(HEAD,)]


def test_a_search_in_a_fresh_database_has_a_version_of_its_own(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with opened_storage(store, None, writing=True):
        pass
    store.engine.dispose()
    open_store(tmp_path).engine.dispose()
    assert rows(tmp_path / "catalogue.db", f"SELECT * FROM {VERSION_TABLE}") == [(HEAD,)]
    assert rows(tmp_path / "catalogue.db", "SELECT count(*) FROM alembic_version") == [(1,)]


def test_postgresql_is_upgraded_by_one_process_of_many(
    postgresql_4: Engine, tmp_path: Path
) -> None:
    assert sorted(open_at_once(tmp_path, SOME)) == ["False"] * (SOME - 1) + ["True"]
    with postgresql_4.connect() as connection:
        assert connection.scalars(text(f"SELECT version_num FROM {VERSION_TABLE}")).all() == [HEAD]
        assert connection.scalars(text("SELECT text FROM report_texts")).all() == ["Mine"]
        assert not inspect(connection).has_table("meta")


def test_postgresql_stays_as_it_was_where_an_upgrade_fails_or_is_newer(
    postgresql_4: Engine, tmp_path: Path, add_revision: AddRevision
) -> None:
    add_revision("op.drop_table('report_texts'); op.execute('SELECT * FROM nowhere')")
    with pytest.raises(StoreUnavailable, match="nowhere"):
        open_store(tmp_path)
    with postgresql_4.begin() as connection:
        assert connection.scalars(text("SELECT version FROM meta")).all() == [4]
        assert connection.scalars(text("SELECT text FROM report_texts")).all() == ["Mine"]
        assert not inspect(connection).has_table(VERSION_TABLE)
        connection.execute(text("UPDATE meta SET version = 5"))
    with pytest.raises(StoreUnavailable, match="newer version of Areole"):
        open_store(tmp_path)


def test_postgresql_starts_afresh_in_many_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql() as address:
        monkeypatch.setenv("AREOLE_DATABASE", address)
        assert open_at_once(tmp_path, SOME) == ["False"] * SOME
