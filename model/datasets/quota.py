"""Limit what a workspace keeps: own datasets and photos asked about; shared datasets are free."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from model.catalogue.inbox import waiting_bytes
from model.catalogue.schema import AskedRow, DatasetRow, LabelRow, PhotoRow
from model.catalogue.store import Store
from model.errors import QuotaReached
from model.photos.photo_id import PhotoId
from model.settings import hosting


@dataclass(frozen=True, slots=True)
class Usage:
    """Photos and bytes that a workspace keeps, and its limits."""

    photos: int
    bytes: int
    max_photos: int
    max_bytes: int

    @property
    def share(self) -> float:
        """The fuller of the two, 0 to 1."""
        shares = (self.photos / max(1, self.max_photos), self.bytes / max(1, self.max_bytes))
        return min(1.0, max(shares))

    @property
    def is_full(self) -> bool:
        """True where nothing more may come."""
        return self.photos >= self.max_photos or self.bytes >= self.max_bytes

    def holds(self, sizes: Sequence[int]) -> bool:
        """Check if photos of so many bytes each may come."""
        return (
            self.photos + len(sizes) <= self.max_photos
            and self.bytes + sum(sizes) <= self.max_bytes
        )


def check_room(store: Store, workspace: str) -> None:
    """Raise QuotaReached where nothing more may come."""
    if usage(store, workspace).is_full:
        raise QuotaReached(
            "Your workspace is full. Remove photos or a dataset on Dataset, and there is room "
            "again."
        )


def usage(store: Store, workspace: str) -> Usage:
    """Count what a workspace keeps: each photo once, those in shared datasets not at all.

    What waits in its inboxes takes bytes too.
    """
    mine = _is_kept_by(workspace) & ~_is_free()
    counted = select(func.count(), func.sum(PhotoRow.bytes)).where(mine)
    with store.reading() as session:
        photos, size = session.execute(counted).one()
    limits = hosting()
    size = (size or 0) + waiting_bytes(store, workspace)
    return Usage(photos, size, limits.max_photos, limits.max_megabytes * 1_000_000)


def already_counted(store: Store, workspace: str, photos: Sequence[PhotoId]) -> set[PhotoId]:
    """Filter the photos that take no more room: kept already, or in shared datasets."""
    with store.reading() as session:
        rows = select(PhotoRow.sha256).where(
            PhotoRow.sha256.in_(photos), _is_kept_by(workspace) | _is_free()
        )
        return set(session.scalars(rows))


def _is_kept_by(workspace: str) -> ColumnElement[bool]:
    own = select(LabelRow.photo).join(DatasetRow).where(DatasetRow.owner == workspace)
    asked = select(AskedRow.photo).where(AskedRow.workspace == workspace)
    return or_(PhotoRow.sha256.in_(own), PhotoRow.sha256.in_(asked))


def _is_free() -> ColumnElement[bool]:
    return PhotoRow.sha256.in_(
        select(LabelRow.photo).join(DatasetRow).where(DatasetRow.owner.is_(None))
    )
