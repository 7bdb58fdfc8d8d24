"""A search that speaks Bing Image Search v7. Microsoft's own ended in August 2025; others still speak it, with a key.

https://learn.microsoft.com/en-us/bing/search-apis/bing-image-search/reference/query-parameters
"""

from collections.abc import Iterator

from model.gather.net.pause import Check
from model.gather.sources.api import Parameters, ask, record, records
from model.gather.sources.licences import Licence
from model.gather.sources.results import (
    NO_SENSE,
    PassedOver,
    PhotoSearch,
    Progress,
    WebPhoto,
    collect,
    found_photo,
)
from model.gather.sources.services import SERVICES
from model.settings import hosting

BING = SERVICES["bing"]
KEY_HEADER = "Ocp-Apim-Subscription-Key"
FILTERS = {
    True: "ModifyCommercially",
    False: "Modify",
}  # Commercial use or not -> its filter, which includes changing a photo
LEAST_SIDE_PX = 200


def is_set_up() -> bool:
    """Whether whoever hosts Areole has named a search and a key that can travel in a header."""
    key = hosting().bing_key
    return bool(hosting().bing_url and key) and key.isascii() and key.isprintable()


def search(
    text: str, number: int, *, commercial: bool, progress: Progress, check: Check
) -> PhotoSearch:
    """Photos that the search's own filter lets through. Raises SourceFailed, and what `check` raises."""
    licence = Licence("reuse allowed, says the search", "", commercial)
    found, passed_over = collect(
        _entries(text, commercial, check), lambda entry: _read(entry, licence), number, progress
    )
    return PhotoSearch(
        found,
        passed_over,
        f"Bing looked for “{text}” on the web. Its filter let these through; nobody vouches for a licence.",
    )


def _entries(text: str, commercial: bool, check: Check) -> Iterator[object]:
    asked: Parameters = {
        "q": text,
        "count": BING.page_size,
        "license": FILTERS[commercial],
        "imageType": "Photo",
        "minHeight": LEAST_SIDE_PX,
        "minWidth": LEAST_SIDE_PX,
    }
    offset = 0
    for _ in range(BING.most_pages):
        answer = ask(
            BING, "", {**asked, "offset": offset}, check, headers={KEY_HEADER: hosting().bing_key}
        )
        results = records(BING, answer.get("value"))
        yield from results
        following, total = answer.get("nextOffset"), answer.get("totalEstimatedMatches")
        if not results or not isinstance(following, int) or following <= offset:
            return
        if isinstance(total, int) and following >= total:
            return
        offset = following


def _read(entry: object, licence: Licence) -> WebPhoto:
    result = record(entry)
    if not result:
        raise PassedOver(NO_SENSE)
    return found_photo(
        source=BING.title,
        photo_url=result.get("contentUrl"),
        thumbnail_url=result.get("thumbnailUrl"),
        page=result.get("hostPageUrl"),
        licence=licence,
        title=result.get("name"),
        width=result.get("width"),
        height=result.get("height"),
    )
