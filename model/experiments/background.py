"""Experiments in the background of the server, one after the other; what each finds is kept in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.experiments.registry import EXPERIMENTS, run_experiment
from model.jobs.threads import BackgroundJob, BackgroundJobs
from model.runs.settings import HeadSettings


@dataclass
class ExperimentJob(BackgroundJob):
    """Experiments on a dataset, under way or over."""

    fingerprint: str = ""  # Of the dataset


def start_experiment(
    works: BackgroundJobs[ExperimentJob],
    store: Store,
    workspace: str,
    dataset: Dataset,
    kinds: Sequence[str],
    *,
    backbone: str,
    settings: HeadSettings,
) -> ExperimentJob:
    """Begin to find out, unless something is being found out already."""

    def work(inquiry: ExperimentJob) -> None:
        for kind in kinds:
            inquiry.title = EXPERIMENTS[kind].question
            run_experiment(
                store, kind, dataset, backbone=backbone, settings=settings, progress=inquiry.report
            )

    return works.start(
        workspace,
        ExperimentJob(EXPERIMENTS[kinds[0]].question, fingerprint=dataset.fingerprint),
        work,
    )
