"""The data folder: the catalogue's database, the photos by hash, the runs. Opened once a process, used by many threads.

`AREOLE_HOME` says where (default `.areole/` beside the app), `AREOLE_DATABASE` names another database than the SQLite
file in it, `AREOLE_PHOTOS` another place for the photos (any URL that fsspec knows). Deleting the folder is a clean reset.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
from PIL import Image
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from model.errors import NotFound, StoreUnavailable
from model.photos import Photo
from model.schema import VERSION, Meta, PhotoRow, Table

ROOT = Path(__file__).resolve().parents[1]
BUSY_TIMEOUT_S = 30  # How long one writer waits for another; an import holds the lock for about a second.
INSERTS: dict[str, Callable[[type[Table]], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}  # Both know ON CONFLICT DO NOTHING.


@dataclass(frozen=True)
class Store:
    """An open data folder."""

    home: Path
    engine: Engine
    files: fsspec.AbstractFileSystem
    photos: str
    identity: int | None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back on an error. Raises StoreUnavailable."""
        try:
            with Session(self.engine) as session, session.begin():
                yield session
        except DBAPIError as error:
            raise unavailable(self.home, error.orig or error) from error

    @property
    def runs(self) -> Path:
        """The folder of saved runs."""
        return self.home / "runs"

    def is_alive(self) -> bool:
        """False once somebody deleted the data folder under a running server."""
        return _identity(self.engine) == self.identity


def open_store(home: Path | None = None) -> Store:
    """Open the data folder, made new where it is absent. Raises StoreUnavailable."""
    home = home or Path(os.environ.get("AREOLE_HOME") or ROOT / ".areole").absolute()
    database = os.environ.get("AREOLE_DATABASE") or f"sqlite:///{home / 'catalogue.db'}"
    files, photos = fsspec.url_to_fs(os.environ.get("AREOLE_PHOTOS") or str(home / "photos"))
    try:
        (home / "runs").mkdir(parents=True, exist_ok=True)
        engine = create_engine(database)
        if engine.url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        _create_tables(engine)
        _check_version(engine, home)
    except (OSError, DBAPIError) as error:
        raise unavailable(home, error) from error
    return Store(home, engine, files, photos, _identity(engine))


def unavailable(home: Path, error: BaseException) -> StoreUnavailable:
    """The sentence for a data folder that cannot be used."""
    fact = str(error.orig if isinstance(error, DBAPIError) else error)
    return StoreUnavailable(
        f"The data folder {home} cannot be used: {fact}. Free some space, make it writable, or set AREOLE_HOME to another folder."
    )


def put_photo(store: Store, photo: Photo) -> str:
    """Keep a photo that came through the gate; its name. Keeping it twice changes nothing. Raises StoreUnavailable."""
    put_photos(store, [(photo.sha256, photo.jpeg(), photo.image.size)])
    return photo.sha256


def put_photos(store: Store, photos: list[tuple[str, bytes, tuple[int, int]]]) -> None:
    """Keep photos given as name, JPEG bytes, (width, height); files first, so that a killed import leaves no bare row."""
    try:
        for sha256, data, _ in photos:
            _write_once(store, _path(store, sha256), data)
    except OSError as error:
        raise unavailable(store.home, error) from error
    with store.session() as session:
        insert_missing(session, PhotoRow, [{"sha256": sha256, "width": w, "height": h} for sha256, _, (w, h) in photos])


def insert_missing(session: Session, table: type[Table], rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet: two processes may do so at once."""
    if rows:
        session.execute(INSERTS[session.get_bind().dialect.name](table).on_conflict_do_nothing(), rows)


def read_photo(store: Store, sha256: str) -> bytes:
    """The JPEG bytes of a photo. Raises NotFound."""
    try:
        data: bytes = store.files.cat_file(_path(store, sha256))
    except FileNotFoundError as error:
        raise NotFound("This photo is no longer here. Upload it again.") from error
    return data


def open_stored(store: Store, sha256: str) -> Image.Image:
    """A kept photo, decoded: RGB, upright. Raises NotFound."""
    return Image.open(BytesIO(read_photo(store, sha256))).convert("RGB")


def forget_photo(store: Store, sha256: str) -> None:
    """Destroy a photo's file. The caller has made sure that nothing refers to it."""
    with suppress(FileNotFoundError):
        store.files.rm_file(_path(store, sha256))


def _path(store: Store, sha256: str) -> str:
    return f"{store.photos}/{sha256[:2]}/{sha256}.jpg"


def _write_once(store: Store, path: str, data: bytes) -> None:
    """Write beside and rename, so that no reader and no crash ever sees half a photo."""
    if store.files.exists(path):
        return
    store.files.makedirs(path.rpartition("/")[0], exist_ok=True)
    unfinished = f"{path}.{uuid4().hex}"
    store.files.pipe_file(unfinished, data)
    store.files.mv(unfinished, path)


def _identity(engine: Engine) -> int | None:
    """Which file the database is, to notice when another has taken its place."""
    database = Path(engine.url.database or "")
    return database.stat().st_ino if engine.url.get_backend_name() == "sqlite" and database.exists() else None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _create_tables(engine: Engine) -> None:
    """`create_all` looks first and creates then, and fails when another process starts in between; this cannot."""
    with engine.begin() as connection:
        for table in Table.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))


def _check_version(engine: Engine, home: Path) -> None:
    with Session(engine) as session, session.begin():
        insert_missing(session, Meta, [] if session.scalars(select(Meta)).first() else [{"version": VERSION}])
        if session.scalars(select(Meta.version)).one() != VERSION:
            raise StoreUnavailable(f"The data folder {home} was made by another version of Areole. Move it away and start again.")
