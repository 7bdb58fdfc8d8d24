"""Downloads of found photos, a few at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event

from model.errors import AreoleError, Cancelled, PhotoRefused, SourceFailed
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import PHOTO, fetch
from model.gather.net.pause import LOOK_S
from model.gather.net.rate_limit import Queue, request_with_retry
from model.gather.sources.results import WebPhoto
from model.progress import Check

AT_ONCE = 3  # From one host too (Wikimedia_APIs/Rate_limits)
TRIES = 2  # There are other photos.
AHEAD = 4  # Photos in memory: 25 MB each at worst

Download = bytes | AreoleError


def fetch_photo(url: str, queue: Queue, check: Check) -> bytes:
    """Fetch a photo's bytes in the queue of its host. Raises PhotoRefused, SourceFailed."""
    try:
        response = request_with_retry(queue, lambda: fetch(url, PHOTO, check), check, TRIES)
    except Unreachable as error:
        raise SourceFailed(
            f"The photo cannot be reached: {error}. This server may be offline."
        ) from error
    except FetchFailed as error:
        raise PhotoRefused(f"The photo was not taken: {error}.") from error
    if response.status != 200:
        raise PhotoRefused(f"The photo was not taken: the server answered {response.status}.")
    return response.body


def in_order(
    photos: Iterable[WebPhoto], download: Callable[[WebPhoto, Check], bytes], check: Check
) -> Generator[tuple[WebPhoto, Download], None, None]:
    """Download photos in threads; yield each in order with its bytes or its error.

    No thread is left behind when the generator is closed or `check` raises.
    """
    stopped = Event()

    def check_stopped() -> None:
        if stopped.is_set():
            raise Cancelled("Cancelled.")

    def attempt(photo: WebPhoto) -> Download:
        try:
            return download(photo, check_stopped)
        except AreoleError as error:
            return error

    waiting = iter(photos)
    ahead: deque[tuple[WebPhoto, Future[Download]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gather") as pool:
        try:
            ahead.extend((photo, pool.submit(attempt, photo)) for photo in islice(waiting, AHEAD))
            while ahead:
                photo, future = ahead.popleft()
                yield photo, _result(future, check)
                ahead.extend((later, pool.submit(attempt, later)) for later in islice(waiting, 1))
        finally:
            stopped.set()


def _result(future: Future[Download], check: Check) -> Download:
    """Wait for a thread's result, calling `check` in the caller's thread."""
    check()
    while not wait([future], timeout=LOOK_S).done:
        check()
    return future.result()
