"""A search that speaks Bing Image Search v7: Microsoft's own ended in August 2025, others serve it.

https://learn.microsoft.com/en-us/bing/search-apis/bing-image-search/reference/query-parameters
"""

from collections.abc import Iterator

from model.gather.sources.api import Api, Parameters, PhotoSource
from model.gather.sources.licences import Licence
from model.gather.sources.results import PhotoSearch, Record, WebPhoto, collect, web_photo
from model.progress import Progress
from model.settings import hosting

TITLE = "Bing"
KEY_HEADER = "Ocp-Apim-Subscription-Key"
# Commercial use -> its filter, which includes changing a photo
FILTERS = {True: "ModifyCommercially", False: "Modify"}
LEAST_SIDE_PX = 200


def is_set_up() -> bool:
    """Return True where the settings name a search, and a key that can travel in a header."""
    key = hosting().bing_key
    return bool(hosting().bing_url and key) and key.isascii() and key.isprintable()


def search(
    api: Api, text: str, number: int, *, commercial: bool, progress: Progress
) -> PhotoSearch:
    """Find photos that the search's own filter lets through."""
    licence = Licence("reuse allowed, says the search", "", commercial)
    return collect(
        _entries(api, text, commercial),
        lambda entry: _read(entry, licence),
        number,
        progress,
        f"Bing looked for “{text}” on the web. Its filter let these through; "
        "nobody vouches for a licence.",
    )


def _entries(api: Api, text: str, commercial: bool) -> Iterator[Record]:
    parameters: Parameters = {
        "q": text,
        "count": api.source.page_size,
        "license": FILTERS[commercial],
        "imageType": "Photo",
        "minHeight": LEAST_SIDE_PX,
        "minWidth": LEAST_SIDE_PX,
    }
    headers, offset = {KEY_HEADER: hosting().bing_key}, 0
    for _ in range(api.source.most_pages):
        answer = api.get("", {**parameters, "offset": offset}, headers=headers)
        yield from (results := api.records(answer.get("value")))
        following, total = answer.get("nextOffset"), answer.get("totalEstimatedMatches")
        if not results or not isinstance(following, int) or following <= offset:
            return
        if isinstance(total, int) and following >= total:
            return
        offset = following


def _read(result: Record, licence: Licence) -> WebPhoto:
    return web_photo(
        source=TITLE,
        photo_url=result.get("contentUrl"),
        thumbnail_url=result.get("thumbnailUrl"),
        page=result.get("hostPageUrl"),
        licence=licence,
        title=result.get("name"),
        width=result.get("width"),
        height=result.get("height"),
    )


SOURCE = PhotoSource(
    "bing",
    TITLE,
    "A web search with a filter for reuse. Nobody vouches for a licence: "
    "look at the page of a photo before you share it.",
    lambda: hosting().bing_url,
    search,
    least_interval_s=0.34,  # Three a second, what the smallest of its plans allowed
    page_size=50,  # It allows 150.
    most_pages=8,
    when_refused="Whoever hosts this server should look at AREOLE_BING_URL and AREOLE_BING_KEY.",
    when_missing="Bing Image Search, which the assignment used, was retired by Microsoft in August "
    "2025. Whoever hosts this app can name a service that speaks its protocol: AREOLE_BING_URL and "
    "AREOLE_BING_KEY.",
    is_available=is_set_up,
)
