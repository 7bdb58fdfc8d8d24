"""Signed addresses: the right to see one photo, or to send some, as one workspace, for a time.

An address names its workspace by a digest: who has the address of a picture has no more than that.
The key is drawn at first use and kept in the catalogue, so that all its servers share it.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from time import time
from typing import NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from model.catalogue.schema import AskedRow, DatasetRow, EditRow, LabelRow, SettingRow
from model.catalogue.store import Store, insert_missing
from model.errors import NotAllowed, NotFound
from model.photos.photo_id import PhotoId

KEY = "signing key"  # Its name among the settings
DAY_S = 24 * 3600
LIFE_DAYS = 2  # An address holds for one to two days, and is the same all day: browsers keep it.
DIGEST_BYTES = 15  # 120 bits
# Built once: that takes as long as the query, and a page has dozens of photos.
PHOTO: BindParameter[PhotoId] = bindparam("photo")
OWNERS: tuple[Select[str | None], ...] = (
    select(DatasetRow.owner).join(LabelRow).where(LabelRow.photo == PHOTO).distinct(),
    select(AskedRow.workspace).where(AskedRow.photo == PHOTO).distinct(),
    select(EditRow.workspace).where(EditRow.photo == PHOTO).distinct(),
)


class SignedPhoto(NamedTuple):
    """The photo that an address gives a right to, and for how long."""

    photo: PhotoId
    seconds: int


class UploadPurpose(StrEnum):
    """What photos are sent for: each has an inbox of its own."""

    ANSWERS = "answers"
    DATASET = "dataset"


class UploadRight(NamedTuple):
    """The inbox that an address gives a right to: a workspace's, by its digest, for a purpose."""

    workspace: str
    purpose: UploadPurpose


def sign_photo(store: Store, workspace: str, photo: PhotoId) -> str:
    """Make the last part of a photo's address."""
    return _sign(store, "photo", f"{photo}.{workspace_digest(store, workspace)}")


def read_signature(store: Store, signed: str) -> SignedPhoto:
    """Read the last part of a photo's address.

    Raises NotAllowed where it is damaged or over, NotFound where its workspace has no such photo.
    """
    (name, workspace), seconds = _read(store, "photo", signed)
    photo = PhotoId(name)
    with store.reading() as session:
        if not any(
            owner is None or workspace_digest(store, owner) == workspace
            for owner in _owners(session, photo)
        ):
            raise NotFound("This photo is no longer here.")
    return SignedPhoto(photo, seconds)


def sign_upload(store: Store, workspace: str, purpose: UploadPurpose) -> str:
    """Make the last part of the address that takes a workspace's photos."""
    return _sign(store, "upload", f"{workspace_digest(store, workspace)}.{purpose}")


def read_upload_right(store: Store, signed: str) -> UploadRight:
    """Read the last part of an address that takes photos.

    Raises NotAllowed where it is damaged or over.
    """
    (workspace, purpose), _seconds = _read(store, "upload", signed)
    return UploadRight(workspace, UploadPurpose(purpose))


def workspace_digest(store: Store, workspace: str) -> str:
    """Name a workspace without giving it away."""
    return _digest(store, "workspace", workspace)


def _sign(store: Store, kind: str, right: str) -> str:
    expires = (int(time()) // DAY_S + LIFE_DAYS) * DAY_S
    right = f"{right}.{expires}"
    return f"{right}.{_digest(store, kind, right)}"


def _read(store: Store, kind: str, signed: str) -> tuple[list[str], int]:
    """Read what was signed, and for how many seconds it still holds. Raises NotAllowed."""
    right, _, signature = signed.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _digest(store, kind, right).encode()):
        raise NotAllowed("This address is damaged. Open its page again.")
    *names, expires = right.split(".")
    seconds = int(expires) - int(time())
    if seconds <= 0:
        raise NotAllowed("This address has run out. Open its page again.")
    return names, seconds


def _owners(session: Session, photo: PhotoId) -> Iterator[str | None]:
    """Find the workspaces that have a photo; None where all have it."""
    for owners in OWNERS:
        yield from session.scalars(owners, {"photo": photo})


def _digest(store: Store, purpose: str, text: str) -> str:
    message = f"{purpose} {text}".encode()
    digest = hmac.digest(_signing_key(store), message, "sha256")[:DIGEST_BYTES]
    return urlsafe_b64encode(digest).decode()


@lru_cache(maxsize=4)
def _signing_key(store: Store) -> bytes:
    """Read the key of this catalogue's servers; the first draws it."""
    mine = select(SettingRow.value).where(SettingRow.name == KEY)
    with store.reading() as session:
        key = session.scalar(mine)
    if key is None:
        with store.writing() as session:
            insert_missing(session, SettingRow, [{"name": KEY, "value": secrets.token_hex(32)}])
            key = session.scalars(mine).one()
    return bytes.fromhex(key)
