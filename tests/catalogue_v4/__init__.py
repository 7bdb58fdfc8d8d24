"""A data folder of version 4, and what that version read in it; `make.py` made both."""

import json
import tarfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def unpack(folder: Path) -> Path:
    """Unpack the data folder inside another."""
    with tarfile.open(HERE / "home.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder / "home"


def expected() -> dict[str, Any]:
    """Load what version 4 read: everything the one visitor of the folder has made."""
    read: dict[str, Any] = json.loads((HERE / "expected.json").read_text())
    return read
