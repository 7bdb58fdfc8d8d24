"""Adding photos in the background of the server: from a ZIP, a folder or a search, into a workspace's own dataset."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from model.catalogue.store import Store
from model.datasets.intake import Arrival, Report, take_in
from model.jobs.records import INTAKE, recorded
from model.jobs.threads import Work, Works


@dataclass
class Intake(Work):
    """Photos on their way into a dataset, under way or over."""

    result: Report = field(default_factory=Report)


Opening = Callable[[Intake], AbstractContextManager[tuple[Iterable[Arrival], int]]]  # The files that come, and how many


def start_intake(works: Works[Intake], store: Store, workspace: str, *, dataset: str, title: str, opened: Opening) -> Intake:
    """Begin to add photos to one of the workspace's own datasets, unless photos are being added already."""

    def work(intake: Intake) -> None:
        with recorded(store, INTAKE, {"dataset": dataset}, workspace=workspace), opened(intake) as (arrivals, total):
            take_in(store, dataset, arrivals, intake.result, total=total, owner=workspace, progress=intake.report)

    return works.start(workspace, Intake(title), work)
