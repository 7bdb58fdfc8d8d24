"""Where a photo comes from: who made it, under which licence, and the page that says so."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue.schema import LabelRow
from model.catalogue.store import Store


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a photo's provenance; empty where it is not known, as for a visitor's own."""

    source: str = ""  # "iNaturalist", "upload", "camera"
    licence: str = ""  # "CC BY-SA 4.0", "CC0 1.0", "public domain"
    licence_url: str = ""
    author: str = ""
    page: str = ""  # The landing page, https only
    title: str = ""


def attribution(origin: Origin) -> str:
    """Title, author, source and licence in one line, as Creative Commons recommends.

    https://wiki.creativecommons.org/wiki/Recommended_practices_for_attribution
    """
    title = f'"{origin.title}"' if origin.title else "a photo"
    licence = (
        f"{origin.licence} ({origin.licence_url})"
        if origin.licence_url
        else origin.licence or "no licence given"
    )
    parts = [
        f"{title} by {origin.author or 'an unnamed author'}",
        licence,
        f"from {origin.source or 'an upload'}",
        origin.page,
    ]
    return ", ".join(filter(None, parts))


def origins_in(session: Session, dataset: int) -> dict[str, Origin]:
    """Within a transaction: where the photos of a dataset come from, by photo."""
    columns = [getattr(LabelRow, field.name) for field in fields(Origin)]
    rows = session.execute(select(LabelRow.photo, *columns).where(LabelRow.dataset_id == dataset))
    return {photo: Origin(*known) for photo, *known in rows}


def origins(store: Store, dataset: int) -> dict[str, Origin]:
    """Where the photos of a dataset come from, by photo."""
    with store.reading() as session:
        return origins_in(session, dataset)
