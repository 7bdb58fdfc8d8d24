"""Experiments in the background of the server, one after the other."""

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
    jobs: BackgroundJobs[ExperimentJob],
    store: Store,
    workspace: str,
    dataset: Dataset,
    kinds: Sequence[str],
    *,
    backbone: str,
    settings: HeadSettings,
) -> ExperimentJob:
    """Start experiments, unless some are under way; their results are saved in the catalogue."""

    def work(job: ExperimentJob) -> None:
        for kind in kinds:
            job.title = EXPERIMENTS[kind].question
            run_experiment(
                store, kind, dataset, backbone=backbone, settings=settings, progress=job.report
            )

    first = EXPERIMENTS[kinds[0]].question
    return jobs.start(workspace, ExperimentJob(first, fingerprint=dataset.fingerprint), work)
