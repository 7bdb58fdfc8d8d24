"""What a search finds, and what it passes over and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from model.catalogue.origins import Origin
from model.gather.sources.licences import Licence
from model.links import https_link, is_fetchable
from model.untrusted_text import without_markup

Progress = Callable[[int, int], None]  # Photos found, photos wanted
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

    found: tuple[WebPhoto, ...]
    passed_over: Mapping[str, int]  # Reason -> how many
    understood: str  # How the source understood the text


class PassedOver(Exception):
    """An entry that cannot be used; the message is one of the reasons above."""


def collect(
    entries: Iterable[object], read: Callable[[object], WebPhoto], number: int, progress: Progress
) -> tuple[tuple[WebPhoto, ...], Mapping[str, int]]:
    """The first `number` photos among a source's entries, each address once, and the reasons why others were passed over."""
    found: dict[str, WebPhoto] = {}
    passed_over: Counter[str] = Counter()
    for entry in entries:
        try:
            photo = read(entry)
        except PassedOver as reason:
            passed_over[str(reason)] += 1
            continue
        if photo.photo_url in found:
            passed_over[TWICE] += 1
            continue
        found[photo.photo_url] = photo
        progress(len(found), number)
        if len(found) == number:
            break
    return tuple(found.values()), dict(passed_over)


def found_photo(
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
    """A photo from what a source says of it. Raises PassedOver when an address is missing or not https."""
    if not isinstance(photo_url, str) or not is_fetchable(photo_url):
        raise PassedOver(NO_ADDRESS)
    landing = https_link(page)
    if not landing:
        raise PassedOver(NO_PAGE)
    thumbnail = (
        thumbnail_url
        if isinstance(thumbnail_url, str) and is_fetchable(thumbnail_url)
        else photo_url
    )
    origin = Origin(
        source=source,
        licence=licence.name,
        licence_url=licence.url,
        author=without_markup(author, AUTHOR_CHARACTERS),
        page=landing,
        title=without_markup(title, TITLE_CHARACTERS),
    )
    return WebPhoto(photo_url, thumbnail, origin, pixels(width), pixels(height))


def reusable(licence: Licence | None, *, commercial: bool) -> Licence:
    """The licence, if it allows what is meant. Raises PassedOver."""
    if licence is None:
        raise PassedOver(NO_LICENCE)
    if commercial and not licence.commercial:
        raise PassedOver(NOT_COMMERCIAL)
    return licence


def pixels(count: object) -> int | None:
    """A side of a picture, if it can be one."""
    return count if isinstance(count, int) and 0 < count < MOST_PIXELS else None
