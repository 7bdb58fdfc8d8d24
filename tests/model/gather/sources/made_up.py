"""A source as a newcomer would add it: one file that ends in `SOURCE`."""

from collections.abc import Iterator

from model.gather.sources.api import Api, PhotoSource
from model.gather.sources.licences import licence_of_code
from model.gather.sources.results import (
    PhotoSearch,
    Record,
    WebPhoto,
    collect,
    reusable,
    web_photo,
)
from model.progress import Progress


def search(
    api: Api, text: str, number: int, *, commercial: bool, progress: Progress
) -> PhotoSearch:
    """Find plants of the school's garden."""

    def read(plant: Record) -> WebPhoto:
        licence = reusable(licence_of_code(plant.get("licence")), commercial=commercial)
        return web_photo(
            source="School garden",
            photo_url=plant.get("photo"),
            thumbnail_url=None,
            page="https://garden.example/",
            licence=licence,
        )

    return collect(_plants(api, text), read, number, progress, f"The garden has {text}.")


def _plants(api: Api, text: str) -> Iterator[Record]:
    yield from api.records(api.get("/plants", {"name": text}).get("plants"))


SOURCE = PhotoSource(
    "garden",
    "School garden",
    "What grows behind the gym.",
    "https://garden.example/api",
    search,
    least_interval_s=0.5,
    page_size=10,
    most_pages=1,
    suggestions={"cat": "catmint"},
)
