"""Do slow work, such as decoding photos, a few items ahead of their use."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from model.errors import AreoleError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8  # Items done before they are used: it bounds the memory of ten thousand decoded photos.


def ahead(
    items: Iterable[Item], work: Callable[[Item], Result], workers: int = 1, most: int = AHEAD
) -> Generator[tuple[Item, Result | AreoleError], None, None]:
    """Do the work in threads on the next items, `most`; yields (item, result or error) in order.

    Where `items` raises AreoleError, that comes after the results of the items before.
    """

    def attempt(item: Item) -> Result | AreoleError:
        try:
            return work(item)
        except AreoleError as error:
            return error

    remaining, failure, free = iter(items), None, most
    with ThreadPoolExecutor(workers, "ahead") as pool:
        pending: list[tuple[Item, Future[Result | AreoleError]]] = []
        while True:
            try:
                for item in islice(remaining, free):
                    pending.append((item, pool.submit(attempt, item)))  # noqa: PERF401  # Those before a failure must stay.
            except AreoleError as error:  # From the items; what has been started is still wanted.
                remaining, failure = iter(()), error
            if not pending:
                break
            item, future = pending.pop(0)
            yield item, future.result()
            free = 1
    if failure is not None:
        raise failure
