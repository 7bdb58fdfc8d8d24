"""The bytes of found photos, a few at a time."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import islice
from threading import Event, Lock

from urllib3.util import parse_url

from model.errors import AreoleError, Cancelled, PhotoRefused, SourceFailed
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import PHOTO, fetch
from model.gather.net.pause import LOOK_S, Check
from model.gather.net.rate_limit import Queue, request_with_retry
from model.gather.sources.results import WebPhoto
from model.links import is_fetchable

AT_ONCE = 3  # From one host too (Wikimedia_APIs/Rate_limits)
LEAST_INTERVAL_S = 0.1
TRIES = 2  # There are other photos.
AHEAD = 4  # Photos in memory: 25 MB each at worst
HOSTS_KNOWN = 256

_finding = Lock()  # Two who ask the same host at the same moment get the same queue.


@lru_cache(maxsize=HOSTS_KNOWN)
def _queue(host: str) -> Queue:
    """The turns of all who fetch photos from a host."""
    return Queue(host, LEAST_INTERVAL_S, AT_ONCE)


def download(found: WebPhoto, check: Check) -> bytes:
    """The bytes of a photo. Raises PhotoRefused, SourceFailed when its server is busy or out of reach, and what `check` raises."""
    if not is_fetchable(found.photo_url):
        raise PhotoRefused("The photo was not taken: its address is not one of https.")
    with _finding:
        queue = _queue(parse_url(found.photo_url).host or "")
    try:
        answer = request_with_retry(
            queue, lambda: fetch(found.photo_url, PHOTO, check), check, TRIES
        )
    except Unreachable as error:
        raise SourceFailed(
            f"The photo cannot be reached: {error}. This server may be offline."
        ) from error
    except FetchFailed as error:
        raise PhotoRefused(f"The photo was not taken: {error}.") from error
    if answer.status != 200:
        raise PhotoRefused(f"The photo was not taken: the server answered {answer.status}.")
    return answer.body


def downloads(
    items: Iterable[WebPhoto], check: Check
) -> Generator[tuple[WebPhoto, bytes | AreoleError], None, None]:
    """Photos in order, each with its bytes or why not. When it is closed or `check` raises, no thread is left behind."""
    stopped = Event()

    def attempt(found: WebPhoto) -> bytes | AreoleError:
        try:
            return download(found, look)
        except AreoleError as error:
            return error

    def look() -> None:
        if stopped.is_set():
            raise Cancelled("Cancelled.")

    waiting = iter(items)
    ahead: deque[tuple[WebPhoto, Future[bytes | AreoleError]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gather") as pool:
        try:
            ahead.extend((found, pool.submit(attempt, found)) for found in islice(waiting, AHEAD))
            while ahead:
                found, future = ahead.popleft()
                yield found, _result(future, check)
                ahead.extend(
                    (following, pool.submit(attempt, following)) for following in islice(waiting, 1)
                )
        finally:
            stopped.set()


def _result(future: Future[bytes | AreoleError], check: Check) -> bytes | AreoleError:
    """What a thread brings; `check` is asked here, in the thread of whoever wants the photos."""
    check()
    while not wait([future], timeout=LOOK_S).done:
        check()
    return future.result()
