"""Gathering photos from the web in the background of the server: first a search for each class, then the download."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from model.datasets.background import ImportJob, Opening
from model.datasets.intake import IncomingPhoto
from model.errors import AreoleError, InvalidRequest, SourceFailed
from model.gather.downloads import downloads
from model.gather.search_cache import search_once
from model.gather.sources.registry import PhotoSource, sources
from model.gather.sources.results import PhotoSearch, WebPhoto
from model.jobs.threads import BackgroundJob, BackgroundJobs

MAX_FOUND_NAME = 80
MOST_UNREACHED = 5  # In a row


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What to look for, for one class."""

    label: str
    text: str
    number: int


@dataclass
class SearchJob(BackgroundJob):
    """Searches for the classes of a dataset, under way or over."""

    dataset: str = ""
    source: str = ""
    found: dict[str, PhotoSearch] = field(default_factory=dict)  # By class
    failed: dict[str, str] = field(default_factory=dict)  # Class -> why


def find_source(name: str) -> PhotoSource:
    """A source by its name. Raises SourceFailed for one that is not on offer."""
    offered = sources()
    if name not in offered:
        raise InvalidRequest(
            f"There is no source {name} here. There are: {', '.join(offered) or 'none, gathering is switched off'}."
        )
    return offered[name]


def start_search(
    works: BackgroundJobs[SearchJob],
    workspace: str,
    dataset: str,
    source: str,
    wishes: Sequence[SearchRequest],
    *,
    commercial: bool,
) -> SearchJob:
    """Begin to search for photos, unless a search is under way already. Raises SourceFailed."""
    asked = find_source(source)

    def work(hunt: SearchJob) -> None:
        total = sum(wish.number for wish in wishes)
        before = 0
        for wish in wishes:
            report = partial(_report, hunt, before, total)
            try:
                found = search_once(
                    asked,
                    wish.text,
                    wish.number,
                    commercial=commercial,
                    progress=report,
                    check=hunt.check,
                )
                hunt.found[wish.label] = found
            except SourceFailed as error:  # The other classes may do better.
                hunt.failed[wish.label] = str(error)
            before += wish.number
            hunt.report(before, total)

    return works.start(
        workspace,
        SearchJob(f"Searching {asked.service.title}", dataset=dataset, source=source),
        work,
    )


def _report(hunt: SearchJob, before: int, total: int, done: int, _wanted: int) -> None:
    hunt.report(before + done, total)


def fetching(wanted: Mapping[str, Sequence[WebPhoto]]) -> Opening:
    """The photos that were found for each class, downloaded as they are asked for."""

    @contextmanager
    def opened(intake: ImportJob) -> Iterator[tuple[Iterable[IncomingPhoto], int]]:
        yield arrivals(wanted, intake.check), sum(map(len, wanted.values()))

    return opened


def arrivals(
    wanted: Mapping[str, Sequence[WebPhoto]], check: Callable[[], None]
) -> Iterator[IncomingPhoto]:
    """Found photos on their way into a dataset, by class; `check` may raise Cancelled.

    Raises SourceFailed once several in a row could not be reached: the network is gone, and the rest would fare no better.
    """
    unreached = 0
    for label, photos in wanted.items():
        for found, data in downloads(photos, check):
            unreached = unreached + 1 if isinstance(data, SourceFailed) else 0
            if unreached == MOST_UNREACHED:
                raise SourceFailed(
                    f"{unreached} photos in a row could not be reached, so the rest was not tried. {data!s}"
                )
            yield IncomingPhoto(
                _file_name(found, label), label, partial(_delivered, data), found.origin
            )


def _delivered(data: bytes | AreoleError) -> bytes:
    if isinstance(data, AreoleError):
        raise data
    return data


def _file_name(found: WebPhoto, label: str) -> str:
    """A name for people, and another for each photo."""
    address = hashlib.sha256(found.photo_url.encode()).hexdigest()
    return f"{(found.origin.title or label)[:MAX_FOUND_NAME]} {address[:6]}.jpg"
