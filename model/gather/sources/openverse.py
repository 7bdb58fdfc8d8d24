"""Openverse: openly licensed photos from many collections (https://api.openverse.org/v1/)."""

from collections.abc import Iterator
from urllib.parse import quote

from model.gather.net.fetch import Response
from model.gather.net.pause import Check
from model.gather.sources.api import Parameters, ask, record, records
from model.gather.sources.licences import licence_codes, licence_of_code
from model.gather.sources.results import (
    NO_PHOTO,
    NO_SENSE,
    PassedOver,
    PhotoSearch,
    Progress,
    WebPhoto,
    collect,
    found_photo,
    reusable,
)
from model.gather.sources.services import SERVICES
from model.links import https_link

OPENVERSE = SERVICES["openverse"]
NO_PHOTOS = ("svg", "gif")
# The requests that are left, which it tells with every answer -> how long to leave it alone when there are none.
PAUSES_S = {
    "X-RateLimit-Available-anon_burst": 10.0,
    "X-RateLimit-Available-anon_sustained": 3600.0,
}


def search(
    text: str, number: int, *, commercial: bool, progress: Progress, check: Check
) -> PhotoSearch:
    """Photos whose title, tags or description hold the words. Raises SourceFailed, and what `check` raises."""
    entries = _entries(text, commercial, check)
    found, passed_over = collect(entries, lambda entry: _read(entry, commercial), number, progress)
    return PhotoSearch(
        found, passed_over, f"Openverse looked for “{text}” in titles, tags and descriptions."
    )


def _entries(text: str, commercial: bool, check: Check) -> Iterator[object]:
    asked: Parameters = {
        "q": text,
        "page_size": OPENVERSE.page_size,
        "license": ",".join(licence_codes(commercial=commercial)),
    }
    for page in range(1, OPENVERSE.most_pages + 1):
        answer = ask(OPENVERSE, "", {**asked, "page": page}, check, pause_after=_pause_after)
        results = records(OPENVERSE, answer.get("results"))
        yield from results
        last = answer.get("page_count")
        if not results or not isinstance(last, int) or page >= last:
            return


def _pause_after(answer: Response) -> float:
    return max(
        seconds if answer.headers.get(name) == "0" else 0.0 for name, seconds in PAUSES_S.items()
    )


def _read(entry: object, commercial: bool) -> WebPhoto:
    result = record(entry)
    if not result:
        raise PassedOver(NO_SENSE)
    if result.get("filetype") in NO_PHOTOS:
        raise PassedOver(NO_PHOTO)
    licence = licence_of_code(
        result.get("license"), result.get("license_version"), result.get("license_url")
    )
    own_page = f"https://openverse.org/image/{quote(str(result.get('id')), safe='', errors='replace')}"  # Museums' pages may be http only.
    return found_photo(
        source=OPENVERSE.title,
        photo_url=result.get("url"),
        thumbnail_url=result.get("thumbnail"),
        page=https_link(result.get("foreign_landing_url")) or own_page,
        licence=reusable(licence, commercial=commercial),
        author=result.get("creator"),
        title=result.get("title"),
        width=result.get("width"),
        height=result.get("height"),
    )
