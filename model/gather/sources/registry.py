"""The sources of photos that this server offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from model.errors import SourceFailed
from model.gather.net.pause import Check
from model.gather.sources import bing, commons, inaturalist, openverse
from model.gather.sources.results import MOST_PHOTOS, PhotoSearch, Progress
from model.gather.sources.services import SERVICES, Service
from model.settings import hosting
from model.untrusted_text import without_markup

QUERY_CHARACTERS = 200  # What Openverse takes


class SearchFunction(Protocol):
    """How each source is searched."""

    def __call__(
        self, text: str, number: int, *, commercial: bool, progress: Progress, check: Check
    ) -> PhotoSearch:
        """What was found."""


SEARCHES: Mapping[str, SearchFunction] = {
    "inaturalist": inaturalist.search,
    "openverse": openverse.search,
    "commons": commons.search,
    "bing": bing.search,
}


@dataclass(frozen=True)
class PhotoSource:
    """A source that can be searched."""

    service: Service

    def search(
        self, text: str, number: int, commercial: bool, progress: Progress, check: Check
    ) -> PhotoSearch:
        """Up to `number` photos that may be reused, at most 200. Raises SourceFailed, and what `check` raises."""
        words = without_markup(text, QUERY_CHARACTERS)
        if not words:
            raise SourceFailed("Write what to look for.")
        searched = SEARCHES[self.service.name]
        return searched(
            words,
            max(1, min(number, MOST_PHOTOS)),
            commercial=commercial,
            progress=progress,
            check=check,
        )


def sources() -> dict[str, PhotoSource]:
    """The sources on offer now, by name; none where whoever hosts Areole has turned gathering off."""
    if not hosting().gather:
        return {}
    return {
        name: PhotoSource(service)
        for name, service in SERVICES.items()
        if name != "bing" or bing.is_set_up()
    }
