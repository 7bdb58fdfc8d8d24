"""Gathering in the background of the server: a search for each class, then the download."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial

from model.datasets.background import Opening
from model.datasets.intake import IncomingPhoto
from model.errors import AreoleError, SourceFailed
from model.gather.gatherer import Gatherer
from model.gather.sources.registry import find_source
from model.gather.sources.results import PhotoSearch, WebPhoto
from model.jobs.threads import BackgroundJob, BackgroundJobs
from model.progress import Check

MAX_TITLE_CHARACTERS = 80
MOST_UNREACHED = 5  # In a row


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A wish for photos of one class."""

    label: str
    text: str
    number: int


@dataclass
class SearchJob(BackgroundJob):
    """Searches for the classes of a dataset, under way or over."""

    dataset: str = ""
    source: str = ""
    searches: dict[str, PhotoSearch] = field(default_factory=dict)  # By class
    failed: dict[str, str] = field(default_factory=dict)  # Class -> error


def start_search(
    jobs: BackgroundJobs[SearchJob],
    gatherer: Gatherer,
    workspace: str,
    *,
    dataset: str,
    source: str,
    requests: Sequence[SearchRequest],
    commercial: bool,
) -> SearchJob:
    """Start searching for photos, unless a search is under way already. Raises SourceFailed."""
    title = f"Searching {find_source(source).title}"

    def work(job: SearchJob) -> None:
        total, before = sum(request.number for request in requests), 0
        for request in requests:
            try:
                job.searches[request.label] = gatherer.search(
                    source,
                    request.text,
                    request.number,
                    commercial=commercial,
                    progress=partial(_report, job, before, total),
                    check=job.check,
                )
            except SourceFailed as error:  # The other classes may do better.
                job.failed[request.label] = str(error)
            before += request.number
            job.report(before, total)

    return jobs.start(workspace, SearchJob(title, dataset=dataset, source=source), work)


def _report(job: SearchJob, before: int, total: int, done: int, _wanted: int) -> None:
    job.report(before + done, total)


def downloading(gatherer: Gatherer, wanted: Mapping[str, Sequence[WebPhoto]]) -> Opening:
    """Make an import of found photos, by class, that are downloaded as they are needed."""

    total = sum(map(len, wanted.values()))
    return lambda job: nullcontext((arrivals(gatherer, wanted, job.check), total))


def arrivals(
    gatherer: Gatherer, wanted: Mapping[str, Sequence[WebPhoto]], check: Check
) -> Iterator[IncomingPhoto]:
    """Download found photos, by class, on their way into a dataset.

    Raises what `check` raises; SourceFailed after several in a row: the network is gone.
    """
    unreached = 0
    for label, photos in wanted.items():
        for photo, download in gatherer.downloads(photos, check):
            unreached = unreached + 1 if isinstance(download, SourceFailed) else 0
            if unreached == MOST_UNREACHED:
                raise SourceFailed(
                    f"{unreached} photos in a row could not be reached, so the rest was not tried. "
                    f"{download!s}"
                )
            file = _file_name(photo, label)
            yield IncomingPhoto(file, label, partial(_bytes_of, download), photo.origin)


def _bytes_of(download: bytes | AreoleError) -> bytes:
    if isinstance(download, AreoleError):
        raise download
    return download


def _file_name(photo: WebPhoto, label: str) -> str:
    """Make a name that people can read, another for each photo."""
    address = hashlib.sha256(photo.photo_url.encode()).hexdigest()
    return f"{(photo.origin.title or label)[:MAX_TITLE_CHARACTERS]} {address[:6]}.jpg"
