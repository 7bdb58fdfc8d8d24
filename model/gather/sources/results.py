"""Search results: photos on the web, and entries passed over with the reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from model.catalogue.origins import Origin
from model.gather.sources.licences import Licence
from model.links import https_link, is_fetchable
from model.progress import Progress
from model.untrusted_text import without_markup

MOST_PHOTOS = 200
MOST_PIXELS = 1_000_000  # A side longer than this is a mistake.
AUTHOR_CHARACTERS = TITLE_CHARACTERS = 120
NO_LICENCE = "no licence that allows reuse"
NOT_COMMERCIAL = "not for commercial use"
NO_ADDRESS = "no safe address"
NO_PAGE = "no page that names its source"
NO_SENSE = "an entry that makes no sense"
NO_PHOTO = "a file that is no photo"
TWICE = "the same photo again"

Record = Mapping[str, Any]  # A JSON object


@dataclass(frozen=True)
class WebPhoto:
    """A photo somewhere on the web that may be reused."""

    photo_url: str
    thumbnail_url: str
    origin: Origin
    width: int | None = None  # As the source states them, in pixels
    height: int | None = None


@dataclass(frozen=True)
class PhotoSearch:
    """The answer to a search."""

    photos: tuple[WebPhoto, ...]
    passed_over: Mapping[str, int]  # Reason -> count
    understood: str  # A sentence: how the source understood the text


class PassedOver(Exception):
    """An entry that cannot be used; the message is one of the reasons above."""


def collect(
    entries: Iterable[Record],
    read: Callable[[Record], WebPhoto],
    number: int,
    progress: Progress,
    understood: str,
) -> PhotoSearch:
    """Collect the first `number` photos among a source's entries, each address once."""
    photos: dict[str, WebPhoto] = {}
    passed_over: Counter[str] = Counter()
    for entry in entries:
        try:
            if not entry:
                raise PassedOver(NO_SENSE)
            photo = read(entry)
            if photo.photo_url in photos:
                raise PassedOver(TWICE)
        except PassedOver as reason:
            passed_over[str(reason)] += 1
            continue
        photos[photo.photo_url] = photo
        progress(len(photos), number)
        if len(photos) == number:
            break
    return PhotoSearch(tuple(photos.values()), dict(passed_over), understood)


def web_photo(
    *,
    source: str,
    photo_url: object,
    thumbnail_url: object,
    page: object,
    licence: Licence,
    author: object = "",
    title: object = "",
    width: object = None,
    height: object = None,
) -> WebPhoto:
    """Make a photo from a source's facts. Raises PassedOver for an address missing or not https."""
    if not isinstance(photo_url, str) or not is_fetchable(photo_url):
        raise PassedOver(NO_ADDRESS)
    landing = https_link(page)
    if not landing:
        raise PassedOver(NO_PAGE)
    has_thumbnail = isinstance(thumbnail_url, str) and is_fetchable(thumbnail_url)
    origin = Origin(
        source=source,
        licence=licence.name,
        licence_url=licence.url,
        author=without_markup(author, AUTHOR_CHARACTERS),
        page=landing,
        title=without_markup(title, TITLE_CHARACTERS),
    )
    thumbnail = str(thumbnail_url) if has_thumbnail else photo_url
    return WebPhoto(photo_url, thumbnail, origin, pixels(width), pixels(height))


def reusable(licence: Licence | None, *, commercial: bool) -> Licence:
    """Return the licence if it allows the use. Raises PassedOver."""
    if licence is None:
        raise PassedOver(NO_LICENCE)
    if commercial and not licence.commercial:
        raise PassedOver(NOT_COMMERCIAL)
    return licence


def pixels(count: object) -> int | None:
    """Return a side of a picture, if it can be one."""
    return count if isinstance(count, int) and 0 < count < MOST_PIXELS else None
