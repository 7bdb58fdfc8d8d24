"""Wikimedia Commons, by MediaWiki's action API (https://www.mediawiki.org/wiki/API:Imageinfo)."""

from collections.abc import Iterator
from pathlib import PurePath

from model.errors import SourceFailed
from model.gather.net.pause import Check
from model.gather.sources.api import Parameters, Record, ask, not_understood, record, records
from model.gather.sources.licences import licence_of_commons
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

COMMONS = SERVICES["commons"]
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
ASKED: Parameters = {
    "action": "query",
    "format": "json",
    "formatversion": 2,
    "generator": "search",
    "gsrnamespace": 6,  # Files
    "gsrlimit": COMMONS.page_size,
    "prop": "imageinfo",
    "iiprop": "url|size|mime|user|extmetadata",
    "iiurlwidth": 640,  # Larger than any backbone looks at; originals have 10 MB and more.
    "iiextmetadatafilter": "Artist|LicenseShortName|LicenseUrl",
}


def search(
    text: str, number: int, *, commercial: bool, progress: Progress, check: Check
) -> PhotoSearch:
    """Photos whose name or description holds the words. Raises SourceFailed, and what `check` raises."""
    found, passed_over = collect(
        _entries(text, check), lambda entry: _read(entry, commercial), number, progress
    )
    return PhotoSearch(
        found,
        passed_over,
        f"Wikimedia Commons looked for “{text}” in names and descriptions of pictures.",
    )


def _entries(text: str, check: Check) -> Iterator[object]:
    """The pages of files in the order of the search; they come by page id, and a batch of them may come in instalments."""
    going_on: Record = {}
    batch: dict[str, dict[str, object]] = {}
    for _ in range(COMMONS.most_pages):
        answer = ask(
            COMMONS, "", {**ASKED, "gsrsearch": f"filetype:bitmap {text}", **going_on}, check
        )
        if (
            "error" in answer
        ):  # With status 200 (https://www.mediawiki.org/wiki/API:Errors_and_warnings)
            raise SourceFailed(
                "Wikimedia Commons could not search for this. Try other words, or wait a minute."
            )
        if not answer.keys() & {"query", "batchcomplete", "continue"}:
            raise not_understood(COMMONS)
        if "query" in answer:  # It is left out when nothing was found.
            for page in map(record, records(COMMONS, record(answer["query"]).get("pages"))):
                batch.setdefault(str(page.get("pageid", f"number {len(batch)}")), {}).update(page)
        going_on = record(answer.get("continue"))
        if not going_on or "batchcomplete" in answer:
            yield from sorted(batch.values(), key=_rank)
            batch = {}
        if not going_on:
            return
        if not all(isinstance(value, str | int) for value in going_on.values()):
            raise not_understood(COMMONS)


def _rank(entry: object) -> int:
    index = record(entry).get("index")
    return index if isinstance(index, int) else 1_000_000


def _read(entry: object, commercial: bool) -> WebPhoto:
    page = record(entry)
    infos = page.get("imageinfo")
    info = record(infos[0]) if isinstance(infos, list) and infos else {}
    title = page.get("title")
    if not info or not isinstance(title, str):
        raise PassedOver(NO_SENSE)
    if info.get("mime") not in PHOTO_TYPES:
        raise PassedOver(NO_PHOTO)
    facts = {
        name: record(fact).get("value") for name, fact in record(info.get("extmetadata")).items()
    }
    licence = licence_of_commons(facts.get("LicenseShortName"), facts.get("LicenseUrl"))
    return found_photo(
        source=COMMONS.title,
        photo_url=info.get("thumburl"),
        thumbnail_url=info.get("thumburl"),
        page=info.get("descriptionurl"),
        licence=reusable(licence, commercial=commercial),
        author=facts.get("Artist") or info.get("user"),
        title=PurePath(title.removeprefix("File:")).stem,
        width=info.get("thumbwidth"),
        height=info.get("thumbheight"),
    )
