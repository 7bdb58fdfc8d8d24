"""Rate limits and retries: one queue for each server in a process; a server's wish is obeyed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from model.errors import SourceFailed
from model.gather.net.errors import PassingFailure
from model.gather.net.fetch import Response
from model.gather.net.pause import LOOK_S, now, pause
from model.progress import Check
from model.wording import waiting_time

SHORT_WAIT_S = 15.0  # Longer than this, a visitor is told instead of kept waiting.
UNSAID_WAIT_S = 60.0  # After a 429 that does not say how long
LONGEST_WAIT_S = 24 * 3600
BUSY = (429, 503)
PASSING = (500, 502, 503, 504)
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 0.5, 4.0


class Queue:
    """Limits the requests to one server: so many at once, so far apart, none during a pause."""

    def __init__(self, title: str, least_interval_s: float, at_once: int = 1) -> None:
        self.title = title
        self._least_interval_s = least_interval_s
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._next = 0.0
        self._not_before = 0.0

    @contextmanager
    def slot(self, check: Check) -> Iterator[None]:
        """Wait for a slot and hold it. Raises SourceFailed during a long pause, and as `check`."""
        self.refuse_if_held()
        while not self._places.acquire(timeout=LOOK_S):
            check()
            self.refuse_if_held()
        try:
            while (wait := self._wait()) > 0:
                pause(wait, check)
            yield
        finally:
            self._places.release()

    def pause_for(self, seconds: float) -> None:
        """Allow no request for so long, a day at most."""
        with self._lock:
            self._not_before = max(self._not_before, now() + min(seconds, LONGEST_WAIT_S))

    def refuse_if_held(self) -> None:
        """Raise SourceFailed during a pause that is not short."""
        with self._lock:
            left = self._not_before - now()
        if left > SHORT_WAIT_S:
            raise SourceFailed(
                f"{self.title} asks for a pause. Try again in {waiting_time(left)}, "
                "or choose another source."
            )

    def _wait(self) -> float:
        """Return the seconds until the next request; where there are none, count this one."""
        self.refuse_if_held()
        with self._lock:
            wait = max(self._next, self._not_before) - now()
            if wait <= 0:
                self._next = now() + self._least_interval_s
        return wait


def request_with_retry(
    queue: Queue, request: Callable[[], Response], check: Check, tries: int
) -> Response:
    """Make a request in its turn, and again after what may pass; pause as the server wishes.

    Raises FetchFailed, SourceFailed, and what `check` raises.
    """
    retrying = Retrying(
        stop=stop_after_attempt(tries),
        wait=wait_exponential_jitter(multiplier=FIRST_BACK_OFF_S, max=LONGEST_BACK_OFF_S),
        retry=retry_if_exception_type(PassingFailure),
        sleep=lambda seconds: pause(seconds, check),
        reraise=True,
    )
    return retrying(_attempt, queue, request, check)


def _attempt(queue: Queue, request: Callable[[], Response], check: Check) -> Response:
    with queue.slot(check):
        response = request()
        if response.status in BUSY:
            queue.pause_for(_wished_wait(response))
            queue.refuse_if_held()
    if response.status in (*BUSY, *PASSING):
        raise PassingFailure(f"the server answered {response.status}")
    return response


def _wished_wait(response: Response) -> float:
    """Read Retry-After (RFC 9110: seconds or a date) in seconds."""
    try:
        return Retry().parse_retry_after(response.headers["Retry-After"])
    except (KeyError, InvalidHeader, ValueError, OverflowError):
        return UNSAID_WAIT_S if response.status == 429 else 0.0
