"""Do slow work, such as decoding photos, a few items ahead of their use, on all cores.

All jobs of a process share the workers: however many visitors import and train, as many photos are
in work as there are cores, and jobs take turns, since each has only a few items waiting.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from model.errors import AreoleError
from model.runtime import cores

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8  # Items done before they are used: it bounds the memory of ten thousand decoded photos.
_workers = ThreadPoolExecutor(cores(), "photos")


def ahead(
    items: Iterable[Item], work: Callable[[Item], Result]
) -> Iterator[tuple[Item, Result | AreoleError]]:
    """Do the work in threads on the next few items; yields (item, result or error) in order.

    `work` must not itself wait for `ahead`. Where `items` raises AreoleError, that comes after the
    results of the items before.
    """

    remaining, failure, free = iter(items), None, AHEAD
    started: deque[tuple[Item, Future[Result | AreoleError]]] = deque()
    try:
        while True:
            try:
                for item in islice(remaining, free):
                    started.append((item, _workers.submit(_attempt, work, item)))
            except AreoleError as error:  # From the items; what has been started is still wanted.
                remaining, failure = iter(()), error
            if not started:
                break
            item, future = started.popleft()
            yield item, future.result()
            free = 1
    finally:
        for _, future in started:
            future.cancel()
    if failure is not None:
        raise failure


def _attempt(work: Callable[[Item], Result], item: Item) -> Result | AreoleError:
    try:
        return work(item)
    except AreoleError as error:
        return error
