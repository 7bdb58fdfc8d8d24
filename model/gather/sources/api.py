"""A photo source's facts, and requests to its API that are answered in JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from model.errors import SourceFailed
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import JSON, Response, fetch
from model.gather.net.rate_limit import Queue, request_with_retry
from model.gather.sources.results import PhotoSearch, Record
from model.progress import Check, Progress
from model.settings import hosting

TRIES = 4
REFUSED = (401, 403)

Parameters = Mapping[str, str | int]


class SearchFunction(Protocol):
    """A source's search, in its own file."""

    def __call__(
        self, api: "Api", text: str, number: int, *, commercial: bool, progress: Progress
    ) -> PhotoSearch:
        """Find up to `number` photos that may be reused. Raises SourceFailed, and Cancelled."""


@dataclass(frozen=True)
class PhotoSource:
    """A photo source's facts and its search."""

    name: str  # In settings and addresses
    title: str
    note: str  # A sentence for the page
    url: str | Callable[[], str]  # A function where the server's settings say it
    search: SearchFunction
    least_interval_s: float
    page_size: int
    most_pages: int  # In one search: a source of which little is usable is not read to its end.
    when_refused: str = "Try again later, or choose another source."
    when_missing: str = ""  # A sentence for the page where the source is not available
    is_available: Callable[[], bool] = lambda: True
    suggestions: Mapping[str, str] = field(default_factory=dict)  # Class -> what to look for

    @property
    def address(self) -> str:
        """The URL that its paths begin with."""
        server = hosting().test_server
        if server:
            return f"{server}/{self.name}"
        return self.url if isinstance(self.url, str) else self.url()


@dataclass(frozen=True)
class Api:
    """Requests to one source, in its queue, for one search that `check` may cancel."""

    source: PhotoSource
    queue: Queue
    check: Check

    def get(
        self,
        path: str,
        parameters: Parameters,
        *,
        headers: Mapping[str, str] | None = None,
        pause_after: Callable[[Response], float] = lambda response: 0.0,
    ) -> Record:
        """Return a path's JSON; pause by `pause_after` then. Raises SourceFailed, as `check`."""
        url = f"{self.source.address}{path}?{urlencode(parameters, errors='replace')}"
        title, check = self.source.title, self.check
        try:
            response = request_with_retry(
                self.queue, lambda: fetch(url, JSON, check, headers), check, TRIES
            )
        except Unreachable as error:
            raise SourceFailed(
                f"{title} cannot be reached; this server may be offline. "
                "The starter photos and your own need no network."
            ) from error
        except FetchFailed as error:
            raise SourceFailed(
                f"{title} does not answer as it should: {error}. Try again later."
            ) from error
        self.queue.pause_for(pause_after(response))
        if response.status in REFUSED:
            raise SourceFailed(
                f"{title} refused to answer ({response.status}). {self.source.when_refused}"
            )
        if response.status != 200:
            raise SourceFailed(
                f"{title} answered {response.status}. Try other words, or another source."
            )
        return self._object(response.body)

    def records(self, value: object) -> list[Record]:
        """Return the objects of a list, as `record`. Raises SourceFailed where it is none."""
        if not isinstance(value, list):
            raise self.not_understood()
        return [record(entry) for entry in value]

    def not_understood(self) -> SourceFailed:
        """Make the error for an answer that cannot be used as a whole."""
        return SourceFailed(
            f"{self.source.title} answered in a way that Areole does not understand. "
            "Try again later, or another source."
        )

    def _object(self, body: bytes) -> Record:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self.not_understood() from error
        if not isinstance(answer, dict):
            raise self.not_understood()
        return answer


def record(value: object) -> Record:
    """Return a JSON object, or an empty one where something else was sent."""
    return value if isinstance(value, dict) else {}
