"""What whoever hosts Areole may set, by environment variables or Streamlit secrets; the README lists them all."""

import os
from dataclasses import dataclass, field

OFF = ("off", "no", "false", "0")


@dataclass(frozen=True)
class Hosting:
    """The settings of this server."""

    gather: bool  # Whether visitors may search the web for photos
    uploads: bool  # Whether visitors may bring photos of their own
    max_photos: int  # That a workspace's own datasets may hold
    max_megabytes: int  # That they may take on disk
    contact: (
        str  # A mail address or page for the operators of the sources we ask; Wikimedia wants one
    )
    bing_url: str  # Where a search that speaks Bing Image Search v7 answers
    bing_key: str = field(repr=False)
    test_server: str  # Tests only: a server on this machine that stands in for all sources; it may do without https


def hosting() -> Hosting:
    """The settings as they are now."""
    return Hosting(
        gather=_is_on("AREOLE_GATHER"),
        uploads=_is_on("AREOLE_UPLOADS"),
        max_photos=_number("AREOLE_MAX_PHOTOS", 3000),
        max_megabytes=_number("AREOLE_MAX_MB", 1000),
        contact=os.environ.get("AREOLE_CONTACT", ""),
        bing_url=os.environ.get("AREOLE_BING_URL", ""),
        bing_key=os.environ.get("AREOLE_BING_KEY", ""),
        test_server=os.environ.get("AREOLE_TEST_SERVER", "").rstrip("/"),
    )


def _is_on(name: str) -> bool:
    return os.environ.get(name, "on").strip().lower() not in OFF


def _number(name: str, usual: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else usual
