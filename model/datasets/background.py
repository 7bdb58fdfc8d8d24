"""Add photos to a workspace's own dataset in the background: from a ZIP, a folder or a search."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from model.catalogue.store import Store
from model.datasets.intake import ImportResult, IncomingPhoto, add_photos
from model.jobs.records import INTAKE, record_job
from model.jobs.threads import BackgroundJob, BackgroundJobs


@dataclass
class ImportJob(BackgroundJob):
    """Photos on their way into a dataset, under way or over."""

    result: ImportResult = field(default_factory=ImportResult)


Opening = Callable[
    [ImportJob], AbstractContextManager[tuple[Iterable[IncomingPhoto], int]]
]  # The files that come, and how many


def start_import(
    works: BackgroundJobs[ImportJob],
    store: Store,
    workspace: str,
    *,
    dataset: str,
    title: str,
    opened: Opening,
) -> ImportJob:
    """Start an import into an own dataset, unless one is under way."""

    def work(intake: ImportJob) -> None:
        with (
            record_job(store, INTAKE, {"dataset": dataset}, workspace=workspace),
            opened(intake) as (arrivals, total),
        ):
            add_photos(
                store,
                dataset,
                arrivals,
                intake.result,
                total=total,
                owner=workspace,
                progress=intake.report,
            )

    return works.start(workspace, ImportJob(title), work)
