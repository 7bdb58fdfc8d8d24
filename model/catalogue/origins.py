"""Origins of photos: author, licence, and the page that states them."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.schema import LabelRow
from model.catalogue.store import Store
from model.photos.photo_id import PhotoId


@dataclass(frozen=True, slots=True)
class Origin:
    """A photo's provenance; fields are empty where unknown, as for a visitor's own photo."""

    source: str = ""  # "iNaturalist", "upload", "camera"
    licence: str = ""  # "CC BY-SA 4.0", "CC0 1.0", "public domain"
    licence_url: str = ""
    author: str = ""
    page: str = ""  # The landing page, https only
    title: str = ""


def attribution(origin: Origin) -> str:
    """Write title, author, source and licence in one line, as Creative Commons recommends."""
    # https://wiki.creativecommons.org/wiki/Recommended_practices_for_attribution
    title = f'"{origin.title}"' if origin.title else "a photo"
    licence = origin.licence or "no licence given"
    if origin.licence_url:
        licence = f"{origin.licence} ({origin.licence_url})"
    author, source = origin.author or "an unnamed author", origin.source or "an upload"
    return ", ".join(filter(None, [f"{title} by {author}", licence, f"from {source}", origin.page]))


def origins_in(session: Session, dataset: int) -> dict[PhotoId, Origin]:
    """Read the origins of a dataset's photos within a transaction, by photo."""
    columns = [getattr(LabelRow, field.name) for field in fields(Origin)]
    rows = session.execute(select(LabelRow.photo, *columns).where(LabelRow.dataset_id == dataset))
    return {photo: Origin(*values) for photo, *values in rows}


def origins(store: Store, dataset: int) -> dict[PhotoId, Origin]:
    """Read the origins of a dataset's photos, by photo."""
    with store.reading() as session:
        return origins_in(session, dataset)
