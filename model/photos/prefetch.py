"""Do slow work, such as decoding photos, a few items ahead of their use, on all cores.

All jobs of a process share the workers: however many visitors import and train, as many photos are
in work as there are cores, and jobs take turns, since each has only a few items waiting.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from model.errors import AreoleError
from model.runtime import cores

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8  # Items done before they are used: it bounds the memory of ten thousand decoded photos.
_workers = ThreadPoolExecutor(cores(), "photos")


def ahead(
    items: Iterable[Item],
    work: Callable[[Item], Result],
    *,
    pool: Executor = _workers,
    most: int = AHEAD,
) -> Generator[tuple[Item, Result | AreoleError], None, None]:
    """Do the work in threads on the next items, `most`; yields (item, result or error) in order.

    Work that waits for something else than a core, such as a download, brings a `pool` of its own.
    Where `items` raises AreoleError, that comes after the results of the items before.
    """
    remaining, failure, free = iter(items), None, most
    pending: deque[tuple[Item, Future[Result | AreoleError]]] = deque()
    try:
        while True:
            try:
                for item in islice(remaining, free):
                    pending.append((item, pool.submit(_attempt, work, item)))
            except AreoleError as error:  # From the items; what has been started is still wanted.
                remaining, failure = iter(()), error
            if not pending:
                break
            item, future = pending.popleft()
            yield item, future.result()
            free = 1
    finally:
        for _, future in pending:
            future.cancel()
    if failure is not None:
        raise failure


def _attempt(work: Callable[[Item], Result], item: Item) -> Result | AreoleError:
    try:
        return work(item)
    except AreoleError as error:
        return error
