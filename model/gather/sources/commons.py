"""Wikimedia Commons, by MediaWiki's action API (https://www.mediawiki.org/wiki/API:Imageinfo)."""

from collections.abc import Iterator
from pathlib import PurePath

from model.errors import SourceFailed
from model.gather.sources.api import Api, Parameters, PhotoSource, record
from model.gather.sources.licences import licence_of_commons
from model.gather.sources.results import (
    NO_PHOTO,
    NO_SENSE,
    PassedOver,
    PhotoSearch,
    Record,
    WebPhoto,
    collect,
    reusable,
    web_photo,
)
from model.progress import Progress

TITLE = "Wikimedia Commons"
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
PAGE_SIZE = 50
PARAMETERS: Parameters = {
    "action": "query",
    "format": "json",
    "formatversion": 2,
    "generator": "search",
    "gsrnamespace": 6,  # Files
    "gsrlimit": PAGE_SIZE,
    "prop": "imageinfo",
    "iiprop": "url|size|mime|user|extmetadata",
    "iiurlwidth": 640,  # Larger than any backbone looks at; originals have 10 MB and more.
    "iiextmetadatafilter": "Artist|LicenseShortName|LicenseUrl",
}


def search(
    api: Api, text: str, number: int, *, commercial: bool, progress: Progress
) -> PhotoSearch:
    """Find photos whose name or description holds the words."""
    return collect(
        _entries(api, text),
        lambda entry: _read(entry, commercial),
        number,
        progress,
        f"Wikimedia Commons looked for “{text}” in names and descriptions of pictures.",
    )


def _entries(api: Api, text: str) -> Iterator[Record]:
    """Yield the pages of files in the search's order; a batch comes by page id, in instalments."""
    continuation: Record = {}
    batch: dict[str, dict[str, object]] = {}
    for _ in range(api.source.most_pages):
        answer = _answer(api, text, continuation)
        if "query" in answer:  # It is left out when nothing was found.
            for page in api.records(record(answer["query"]).get("pages")):
                batch.setdefault(str(page.get("pageid", f"number {len(batch)}")), {}).update(page)
        continuation = record(answer.get("continue"))
        if not continuation or "batchcomplete" in answer:
            yield from sorted(batch.values(), key=_rank)
            batch = {}
        if not continuation:
            return
        if not all(isinstance(value, str | int) for value in continuation.values()):
            raise api.not_understood()


def _answer(api: Api, text: str, continuation: Record) -> Record:
    answer = api.get("", {**PARAMETERS, "gsrsearch": f"filetype:bitmap {text}", **continuation})
    if "error" in answer:  # With status 200 (API:Errors_and_warnings)
        raise SourceFailed(
            "Wikimedia Commons could not search for this. Try other words, or wait a minute."
        )
    if not answer.keys() & {"query", "batchcomplete", "continue"}:
        raise api.not_understood()
    return answer


def _rank(page: Record) -> int:
    index = page.get("index")
    return index if isinstance(index, int) else 1_000_000


def _read(page: Record, commercial: bool) -> WebPhoto:
    infos = page.get("imageinfo")
    info = record(infos[0]) if isinstance(infos, list) and infos else {}
    title = page.get("title")
    if not info or not isinstance(title, str):
        raise PassedOver(NO_SENSE)
    if info.get("mime") not in PHOTO_TYPES:
        raise PassedOver(NO_PHOTO)
    metadata = record(info.get("extmetadata"))
    facts = {name: record(fact).get("value") for name, fact in metadata.items()}
    licence = licence_of_commons(facts.get("LicenseShortName"), facts.get("LicenseUrl"))
    return web_photo(
        source=TITLE,
        photo_url=info.get("thumburl"),
        thumbnail_url=info.get("thumburl"),
        page=info.get("descriptionurl"),
        licence=reusable(licence, commercial=commercial),
        author=facts.get("Artist") or info.get("user"),
        title=PurePath(title.removeprefix("File:")).stem,
        width=info.get("thumbwidth"),
        height=info.get("thumbheight"),
    )


SOURCE = PhotoSource(
    "commons",
    TITLE,
    "Photos of Wikipedia and its sisters, found by what people wrote about them.",
    "https://commons.wikimedia.org/w/api.php",
    search,
    least_interval_s=0.5,  # One at a time matters more (API:Etiquette).
    page_size=PAGE_SIZE,
    most_pages=8,
    when_refused="It turns away those who do not say who they are: "
    "whoever hosts this server should set AREOLE_CONTACT.",
)
