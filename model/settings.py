"""Settings of this server: environment variables or Streamlit secrets, listed in HOSTING.md."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import InvalidSetting

OFF = ("off", "no", "false", "0")
HOME = Path(__file__).resolve().parents[1] / ".areole"


@dataclass(frozen=True)
class Hosting:
    """The settings of this server."""

    home: Path  # The data folder
    database: str  # An SQLAlchemy URL; empty: the SQLite file in `home`
    photos: str  # A URL that fsspec knows; empty: a folder in `home`
    gather: bool  # Visitors may search the web for photos.
    uploads: bool  # Visitors may bring photos of their own.
    max_photos: int  # That a workspace's own datasets may hold
    max_megabytes: int  # That they may take on disk
    contact: str  # A mail address or page, told to the sources of photos; Wikimedia wants one
    bing_url: str  # Of a search that speaks Bing Image Search v7
    bing_key: str = field(repr=False)
    test_server: str  # Tests only: a local server, perhaps without https, in place of all sources


def hosting() -> Hosting:
    """Read the settings as they are now. Raises InvalidSetting."""
    return Hosting(
        home=Path(_text("AREOLE_HOME") or HOME).absolute(),
        database=_text("AREOLE_DATABASE"),
        photos=_text("AREOLE_PHOTOS"),
        gather=_is_on("AREOLE_GATHER"),
        uploads=_is_on("AREOLE_UPLOADS"),
        max_photos=_number("AREOLE_MAX_PHOTOS", 3000),
        max_megabytes=_number("AREOLE_MAX_MB", 1000),
        contact=_text("AREOLE_CONTACT"),
        bing_url=_text("AREOLE_BING_URL"),
        bing_key=_text("AREOLE_BING_KEY"),
        test_server=_text("AREOLE_TEST_SERVER").rstrip("/"),
    )


def _text(name: str) -> str:
    return os.environ.get(name, "")


def _is_on(name: str) -> bool:
    return _text(name).strip().lower() not in OFF


def _number(name: str, default: int) -> int:
    text = _text(name).strip()
    if text and not text.isdecimal():
        raise InvalidSetting(f'{name} is "{text}". Set it to a whole number, such as {default}.')
    return int(text or default)
