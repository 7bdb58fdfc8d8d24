"""Photos that have arrived and wait for their page: files in the data folder, for an hour.

Each workspace has an inbox for each purpose. What waits is named by its bytes, so that a photo that
is sent twice waits once. Nothing is decoded here: the gate decides when the page takes it out.
"""

import hashlib
import re
from pathlib import Path
from threading import Lock
from time import time
from uuid import uuid4

from model.catalogue.signatures import UploadPurpose, UploadRight, workspace_digest
from model.catalogue.store import Store, unavailable
from model.errors import NotFound, QuotaReached, StoreUnavailable

LIFE_S = 3600
MOST_FILES = 60  # In one inbox
MOST_BYTES = 100_000_000  # In one inbox: twenty photos that no browser could make smaller
MOST_BYTES_IN_ALL = 1_000_000_000
TOKEN = re.compile(r"[0-9a-f]{64}")  # SHA-256

_arriving = Lock()


def receive(store: Store, right: UploadRight, data: bytes) -> str:
    """Let a photo wait for its page; returns the token by which the page takes it out.

    Raises QuotaReached where the inbox is full, StoreUnavailable where the data folder is, or where
    too much waits in all.
    """
    token = hashlib.sha256(data).hexdigest()
    file = _folder(store) / _name(right, token)
    try:
        with _arriving:
            file.parent.mkdir(exist_ok=True)
            others = [(path, size) for path, size in _waiting(store) if path != file]
            _check_room(right, others, len(data))
            unfinished = file.with_name(f"{file.name}.{uuid4().hex}")
            unfinished.write_bytes(data)
            unfinished.replace(file)
    except OSError as error:
        raise unavailable(store.home, error) from error
    return token


def take(store: Store, workspace: str, purpose: UploadPurpose, token: str) -> bytes:
    """Take a photo's file out of a workspace's inbox. Raises NotFound."""
    lost = NotFound("It did not arrive, or waited for too long. Choose it again.")
    if not TOKEN.fullmatch(token):
        raise lost
    right = UploadRight(workspace_digest(store, workspace), purpose)
    file = _folder(store) / _name(right, token)
    try:
        is_over = file.stat().st_mtime < time() - LIFE_S
        data = b"" if is_over else file.read_bytes()
        file.unlink()
    except OSError as error:
        raise lost from error
    if is_over:
        raise lost
    return data


def waiting_bytes(store: Store, workspace: str) -> int:
    """Count the bytes in all inboxes of a workspace."""
    own = workspace_digest(store, workspace)
    return sum(size for path, size in _waiting(store) if path.name.startswith(f"{own}."))


def _check_room(right: UploadRight, others: list[tuple[Path, int]], size: int) -> None:
    own = [taken for path, taken in others if path.name.startswith(_name(right, ""))]
    if len(own) >= MOST_FILES or sum(own) + size > MOST_BYTES:
        raise QuotaReached(
            "Too many photos of yours wait already. Send the others when these are answered."
        )
    if sum(taken for _, taken in others) + size > MOST_BYTES_IN_ALL:
        raise StoreUnavailable("Many photos wait on this server just now. Try again in a moment.")


def _waiting(store: Store) -> list[tuple[Path, int]]:
    """List the files that wait, and their bytes; those that have waited too long are removed."""
    oldest, waiting = time() - LIFE_S, []
    for path in _folder(store).glob("*"):
        try:
            status = path.stat()
            if status.st_mtime >= oldest:
                waiting.append((path, status.st_size))
            else:
                path.unlink()
        except FileNotFoundError:  # Taken out meanwhile
            continue
    return waiting


def _folder(store: Store) -> Path:
    return store.home / "inbox"


def _name(right: UploadRight, token: str) -> str:
    return f"{right.workspace}.{right.purpose}.{token}"
