"""One question to a source's API, answered in JSON - or a sentence on why not."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from model.errors import SourceFailed
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import JSON, Response, fetch
from model.gather.net.pause import Check
from model.gather.net.rate_limit import request_with_retry
from model.gather.sources.services import Service

TRIES = 4
REFUSED = (401, 403)

Record = Mapping[str, Any]
Parameters = Mapping[str, str | int]


def ask(
    service: Service,
    path: str,
    parameters: Parameters,
    check: Check,
    *,
    headers: Mapping[str, str] | None = None,
    pause_after: Callable[[Response], float] = lambda answer: 0.0,
) -> Record:
    """The JSON object that a source answers; `pause_after` says how long to leave it alone then.

    Raises SourceFailed, and what `check` raises.
    """
    url = f"{service.address}{path}?{urlencode(parameters, errors='replace')}"
    try:
        answer = request_with_retry(
            service.queue, lambda: fetch(url, JSON, check, headers), check, TRIES
        )
    except Unreachable as error:
        raise SourceFailed(
            f"{service.title} cannot be reached; this server may be offline. The starter photos and your own need no network."
        ) from error
    except FetchFailed as error:
        raise SourceFailed(
            f"{service.title} does not answer as it should: {error}. Try again later."
        ) from error
    service.queue.pause_for(pause_after(answer))
    if answer.status in REFUSED:
        raise SourceFailed(
            f"{service.title} refused to answer ({answer.status}). {service.when_refused}"
        )
    if answer.status != 200:
        raise SourceFailed(
            f"{service.title} answered {answer.status}. Try other words, or another source."
        )
    return _object(service, answer.body)


def records(service: Service, value: object) -> list[object]:
    """The list that a source should have sent here. Raises SourceFailed when it is none."""
    if not isinstance(value, list):
        raise not_understood(service)
    return value


def record(value: object) -> Record:
    """A JSON object, or an empty one where something else was sent."""
    return value if isinstance(value, dict) else {}


def not_understood(service: Service) -> SourceFailed:
    """That an answer cannot be used as a whole."""
    return SourceFailed(
        f"{service.title} answered in a way that Areole does not understand. Try again later, or another source."
    )


def _object(service: Service, body: bytes) -> Record:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise not_understood(service) from error
    if not isinstance(answer, dict):
        raise not_understood(service)
    return answer
