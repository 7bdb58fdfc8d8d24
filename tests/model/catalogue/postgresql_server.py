"""A PostgreSQL server of a test's own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server with an empty database; its address for AREOLE_DATABASE.

    Skips where PostgreSQL is not installed.
    """
    binary = shutil.which("pg_ctl")
    if binary is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt install postgresql")
    user = "postgres" if os.getuid() == 0 else None  # It does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # A short path: sockets allow no longer one.
    if user:
        shutil.chown(folder, user)
    control = [str(Path(binary).resolve()), "-D", str(folder / "data"), "-s", "-w"]

    def run(*command: str) -> None:
        subprocess.run(
            command,
            user=user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )

    run(*control, "initdb", "-o", "-A trust -U areole")
    run(*control, "-o", f"-k {folder} -c listen_addresses= -F", "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://areole@/postgres?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)
