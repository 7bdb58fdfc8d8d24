"""Decode a few photos ahead of whoever asks for them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from model.errors import AreoleError

Item = TypeVar("Item")

Result = TypeVar("Result")

AHEAD = (
    8  # Photos decoded before the network asks for them: what bounds the memory of ten thousand.
)


def ahead(
    items: Iterable[Item], work: Callable[[Item], Result], workers: int = 1
) -> Iterator[tuple[Item, Result | AreoleError]]:
    """Do the work on a few items before it is asked for, in order, without ever holding many results.

    Where `items` raises AreoleError, that comes after the results of the items before.
    """

    def attempt(item: Item) -> Result | AreoleError:
        try:
            return work(item)
        except AreoleError as error:
            return error

    waiting, failure = iter(items), None
    with ThreadPoolExecutor(workers) as pool:
        started: list[tuple[Item, Future[Result | AreoleError]]] = []
        wanted = AHEAD
        while True:
            try:
                for item in islice(waiting, wanted):
                    started.append((item, pool.submit(attempt, item)))  # noqa: PERF401  # Those before a failure must stay.
            except (
                AreoleError
            ) as error:  # From the items themselves; what is started is still worth having.
                waiting, failure = iter(()), error
            if not started:
                break
            item, done = started.pop(0)
            yield item, done.result()
            wanted = 1
    if failure is not None:
        raise failure
