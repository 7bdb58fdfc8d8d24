"""The data folder: the catalogue's database, the photos by hash, the runs.

Opened once a process, used by many threads. The settings may name another database than the SQLite
file in it, or another place for the photos (any URL that fsspec knows).
"""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import fsspec
from PIL import Image
from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from model.catalogue.migrate import is_up_to_date, migrate
from model.catalogue.schema import FeatureRow, FingerprintRow, PhotoRow, QualityRow, Table
from model.errors import NotFound, StoreUnavailable
from model.photos.image import DECODER_ERRORS, Photo
from model.photos.photo_id import PhotoId
from model.settings import hosting

ROOT = Path(__file__).resolve().parents[2]
WRITES = "areole_writes"  # The name of our own execution option.
CHUNK = 500  # Names in one query.
BUSY_TIMEOUT_S = 30  # One writer waits for another; an import holds the lock for about a second.
# "areole": one writer at a time there too, so that what is read and then written holds.
POSTGRES_LOCK = 0x6172656F6C65
STALE_S = 24 * 3600  # What is unfinished for so long was left by a process that was killed.
# Both know ON CONFLICT DO NOTHING.
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Store:
    """An open data folder."""

    home: Path
    engine: Engine
    files: fsspec.AbstractFileSystem
    photos: str
    identity: int | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads. Raises StoreUnavailable."""
        with self._transaction(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that writes, when its turn comes. Raises StoreUnavailable."""
        with self._transaction(self.engine.execution_options(**{WRITES: True})) as session:
            _wait_for_writers(session, self.engine)
            yield session

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine) as session, session.begin():
                yield session
        except (OperationalError, TimeoutError) as error:
            raise unavailable(self.home, error) from error

    @property
    def runs(self) -> Path:
        """The folder of saved runs."""
        return self.home / "runs"

    def is_alive(self) -> bool:
        """Check if the data folder still lies under the running server."""
        return _identity(self.engine) == self.identity

    def close(self) -> None:
        """Close the connections that are free, and forget those in use."""
        self.engine.dispose()


def open_store(home: Path | None = None) -> Store:
    """Open the data folder, made or upgraded as needed. Raises StoreUnavailable, InvalidSetting."""
    settings = hosting()
    home = home or settings.home
    database = settings.database or URL.create("sqlite", database=str(home / "catalogue.db"))
    try:
        files, photos = fsspec.url_to_fs(settings.photos or str(home / "photos"))
        (home / "runs").mkdir(parents=True, exist_ok=True)
        _sweep(home)
        engine = create_engine(database)
        if engine.url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        _update_tables(engine, home)
        return Store(home, engine, files, photos, _identity(engine))
    except (ArgumentError, ValueError, ImportError) as error:
        raise StoreUnavailable(
            f"AREOLE_DATABASE or AREOLE_PHOTOS cannot be used: {error}. "
            "HOSTING.md says what they may be."
        ) from error
    except (OSError, DBAPIError) as error:
        raise unavailable(home, error) from error


def unavailable(home: Path, error: Exception) -> StoreUnavailable:
    """Make the error for a data folder that cannot be used, or not now."""
    fact = str(error.orig if isinstance(error, DBAPIError) else error)
    if isinstance(error, TimeoutError) or "locked" in fact:
        return StoreUnavailable(
            "Many others are writing just now. Nothing is lost: try again in a moment."
        )
    return StoreUnavailable(
        f"The data folder {home.name} cannot be used: {fact}. "
        "Free some space, make it writable, or set AREOLE_HOME to another folder."
    )


def keep_photos(store: Store, session: Session, photos: Iterable[Photo]) -> None:
    """Keep photos, within a transaction that writes. Raises StoreUnavailable."""
    files = [(photo.sha256, photo.jpeg, *photo.image.size) for photo in photos]
    rows = [
        {"sha256": name, "width": width, "height": height, "bytes": len(data)}
        for name, data, width, height in files
    ]
    insert_missing(session, PhotoRow, rows)
    try:
        for name, data, _, _ in files:
            _write_once(store, _path(store, name), data)
    except OSError as error:
        raise unavailable(store.home, error) from error


def is_kept(store: Store, session: Session, sha256: PhotoId) -> bool:
    """Check if a photo is in the catalogue and in the photo folder."""
    return session.get(PhotoRow, sha256) is not None and has_file(store, sha256)


def has_file(store: Store, sha256: PhotoId) -> bool:
    """Check if a photo is in the photo folder."""
    return bool(store.files.exists(_path(store, sha256)))


def insert_missing(session: Session, table: type[Table], rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet: two processes may do so at once."""
    if rows:
        session.execute(
            INSERTS[session.get_bind().dialect.name](table).on_conflict_do_nothing(), rows
        )


def read_photo(store: Store, sha256: PhotoId) -> bytes:
    """Read the JPEG bytes of a photo. Raises NotFound."""
    try:
        data: bytes = store.files.cat_file(_path(store, sha256))
    except OSError as error:
        raise NotFound("This photo is no longer here. Upload it again.") from error
    return data


def open_stored(store: Store, sha256: PhotoId) -> Image.Image:
    """Decode a kept photo: RGB, upright. Raises NotFound."""
    data = read_photo(store, sha256)
    try:
        return Image.open(BytesIO(data)).convert("RGB")
    except DECODER_ERRORS as error:
        raise NotFound("This photo was damaged in the data folder. Upload it again.") from error


def forget_photos(store: Store, session: Session, photos: Sequence[PhotoId]) -> None:
    """Destroy files and measures of photos that nothing needs, in a transaction that writes."""
    for table in (FeatureRow, QualityRow, FingerprintRow):
        session.execute(delete(table).where(table.photo.in_(photos)))
    for sha256 in photos:
        try:
            store.files.rm_file(_path(store, sha256))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unavailable(store.home, error) from error


def _path(store: Store, sha256: PhotoId) -> str:
    return f"{store.photos}/{sha256[:2]}/{sha256}.jpg"


def _write_once(store: Store, path: str, data: bytes) -> None:
    """Write beside and rename, so that no reader and no crash ever sees half a photo."""
    if store.files.exists(path) and store.files.size(path):
        return
    store.files.makedirs(path.rpartition("/")[0], exist_ok=True)
    unfinished = f"{path}.{uuid4().hex}"
    store.files.pipe_file(unfinished, data)
    store.files.mv(unfinished, path)


def _sweep(home: Path) -> None:
    """Remove what killed processes left half-written, and photos that no page took."""
    leftovers = ("runs/.*", "jobs/*.unfinished", "inbox/*")
    for unfinished in (path for pattern in leftovers for path in home.glob(pattern)):
        if time() - unfinished.stat().st_mtime > STALE_S:
            shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink()


def _identity(engine: Engine) -> int | None:
    """Identify the database's file, to notice when another has taken its place."""
    database = Path(engine.url.database or "")
    is_file = engine.url.get_backend_name() == "sqlite" and database.exists()
    return database.stat().st_ino if is_file else None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # Python's own BEGIN comes too late; `_begin_sqlite` says it.
    timeout = f"busy_timeout={BUSY_TIMEOUT_S * 1000}"
    for pragma in (timeout, "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Queue a writer at once: one that has read before it writes would be turned away."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _wait_for_writers(transaction: Session | Connection, engine: Engine) -> None:
    """Wait on PostgreSQL for the writer before, as BEGIN IMMEDIATE does on SQLite."""
    if engine.dialect.name == "postgresql":
        transaction.execute(select(func.pg_advisory_xact_lock(POSTGRES_LOCK)))


def _update_tables(engine: Engine, home: Path) -> None:
    """Make or upgrade the tables, unless they are up to date: then no writer is waited for."""
    with engine.connect() as connection:
        if is_up_to_date(connection):
            return
    with (
        engine.execution_options(**{WRITES: True}).connect() as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        _wait_for_writers(connection, engine)
        migrate(connection, home.name)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let SQLite, outside of a transaction, build tables anew and keep what points to them."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()
