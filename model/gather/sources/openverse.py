"""Openverse: openly licensed photos from many collections (https://api.openverse.org/v1/)."""

from collections.abc import Iterator
from urllib.parse import quote

from model.gather.net.fetch import Response
from model.gather.sources.api import Api, Parameters, PhotoSource
from model.gather.sources.licences import licence_codes, licence_of_code
from model.gather.sources.results import (
    NO_PHOTO,
    PassedOver,
    PhotoSearch,
    Record,
    WebPhoto,
    collect,
    reusable,
    web_photo,
)
from model.links import https_link
from model.progress import Progress

TITLE = "Openverse"
NO_PHOTOS = ("svg", "gif")
# Header with the requests that are left -> seconds to pause when there are none
PAUSES_S = {
    "X-RateLimit-Available-anon_burst": 10.0,
    "X-RateLimit-Available-anon_sustained": 3600.0,
}


def search(
    api: Api, text: str, number: int, *, commercial: bool, progress: Progress
) -> PhotoSearch:
    """Find photos whose title, tags or description hold the words."""
    return collect(
        _entries(api, text, commercial),
        lambda entry: _read(entry, commercial),
        number,
        progress,
        f"Openverse looked for “{text}” in titles, tags and descriptions.",
    )


def _entries(api: Api, text: str, commercial: bool) -> Iterator[Record]:
    parameters: Parameters = {
        "q": text,
        "page_size": api.source.page_size,
        "license": ",".join(licence_codes(commercial=commercial)),
    }
    for page in range(1, api.source.most_pages + 1):
        answer = api.get("", {**parameters, "page": page}, pause_after=_pause_after)
        yield from (results := api.records(answer.get("results")))
        last = answer.get("page_count")
        if not results or not isinstance(last, int) or page >= last:
            return


def _pause_after(response: Response) -> float:
    return max(
        seconds if response.headers.get(name) == "0" else 0.0 for name, seconds in PAUSES_S.items()
    )


def _read(result: Record, commercial: bool) -> WebPhoto:
    if result.get("filetype") in NO_PHOTOS:
        raise PassedOver(NO_PHOTO)
    licence = licence_of_code(
        result.get("license"), result.get("license_version"), result.get("license_url")
    )
    # Museums' pages may be http only.
    own_page = "https://openverse.org/image/" + quote(
        str(result.get("id")), safe="", errors="replace"
    )
    return web_photo(
        source=TITLE,
        photo_url=result.get("url"),
        thumbnail_url=result.get("thumbnail"),
        page=https_link(result.get("foreign_landing_url")) or own_page,
        licence=reusable(licence, commercial=commercial),
        author=result.get("creator"),
        title=result.get("title"),
        width=result.get("width"),
        height=result.get("height"),
    )


SOURCE = PhotoSource(
    "openverse",
    TITLE,
    "Openly licensed photos from Flickr, museums and others. Nobody has checked what they show.",
    "https://api.openverse.org/v1/images/",
    search,
    least_interval_s=3.0,  # 20 a minute, 200 a day without a key (WordPress/openverse issue 5613)
    page_size=20,  # More is refused without a key.
    most_pages=12,  # So deep it goes.
)
