"""A process's one way to photo sources: all its visitors share rate limits and searches."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from threading import Event, Lock

from urllib3.util import parse_url

from model.errors import AreoleError, Cancelled, PhotoRefused, SourceFailed
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import PHOTO, fetch
from model.gather.net.rate_limit import Queue, request_with_retry
from model.gather.search_cache import SearchCache
from model.gather.sources.api import Api
from model.gather.sources.registry import find_source
from model.gather.sources.results import MOST_PHOTOS, PhotoSearch, WebPhoto
from model.links import is_fetchable
from model.photos.prefetch import ahead
from model.progress import Check, Progress, no_progress
from model.untrusted_text import without_markup

QUERY_CHARACTERS = 200  # As many as Openverse takes
LEAST_INTERVAL_S = 0.1  # Between two photos from one host
MOST_HOSTS = 256
AT_ONCE = 3  # Photos, from one host too (Wikimedia_APIs/Rate_limits)
AHEAD = 4  # Photos in memory: 25 MB each at worst
TRIES = 2  # There are other photos.


class Gatherer:
    """Searches sources and downloads photos, at the rate that each server wants."""

    def __init__(self) -> None:
        self._searches = SearchCache()
        self._sources: dict[str, Queue] = {}
        self._host: Callable[[str], Queue] = lru_cache(MOST_HOSTS)(
            lambda host: Queue(host, LEAST_INTERVAL_S, AT_ONCE)
        )
        self._lock = Lock()  # Two threads that want one queue get the same.

    def api(self, source: str, check: Check) -> Api:
        """Open a source's API for one search. Raises SourceFailed where it is not on offer."""
        facts = find_source(source)
        with self._lock:
            queue = self._sources.setdefault(source, Queue(facts.title, facts.least_interval_s))
        return Api(facts, queue, check)

    def search(
        self,
        source: str,
        text: str,
        number: int,
        *,
        commercial: bool,
        progress: Progress = no_progress,
        check: Check,
    ) -> PhotoSearch:
        """Find up to `number` photos (at most 200) that may be reused; the same again for a day.

        Raises SourceFailed, and what `progress` and `check` raise.
        """
        api, words = self.api(source, check), without_markup(text, QUERY_CHARACTERS)
        if not words:
            raise SourceFailed("Write what to look for.")
        number = max(1, min(number, MOST_PHOTOS))

        def search() -> PhotoSearch:
            return api.source.search(api, words, number, commercial=commercial, progress=progress)

        return self._searches.get((source, words.casefold(), number, commercial), search, check)

    def download(self, photo: WebPhoto, check: Check) -> bytes:
        """Download a photo in its host's queue. Raises PhotoRefused, SourceFailed, as `check`."""
        if not is_fetchable(photo.photo_url):
            raise PhotoRefused("The photo was not taken: its address is not one of https.")
        with self._lock:
            queue = self._host(parse_url(photo.photo_url).host or "")
        try:
            response = request_with_retry(
                queue, lambda: fetch(photo.photo_url, PHOTO, check), check, TRIES
            )
        except Unreachable as error:
            raise SourceFailed(
                f"The photo cannot be reached: {error}. This server may be offline."
            ) from error
        except FetchFailed as error:
            raise PhotoRefused(f"The photo was not taken: {error}.") from error
        if response.status != 200:
            raise PhotoRefused(f"The photo was not taken: the server answered {response.status}.")
        return response.body

    def downloads(
        self, photos: Iterable[WebPhoto], check: Check
    ) -> Generator[tuple[WebPhoto, bytes | AreoleError], None, None]:
        """Download photos a few at a time; yield each in order with its bytes or its error.

        No thread is left when it is closed or `check`, which threads call too, raises.
        """
        stopped = Event()

        def check_both() -> None:
            check()
            if stopped.is_set():
                raise Cancelled("Cancelled.")

        with ThreadPoolExecutor(AT_ONCE, "gather") as pool:
            download = partial(self.download, check=check_both)
            try:
                for photo, result in ahead(photos, download, pool=pool, most=AHEAD):
                    check()
                    yield photo, result
            finally:
                stopped.set()
