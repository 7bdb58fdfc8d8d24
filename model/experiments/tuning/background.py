"""Run trials of other settings in the background of this server."""

from itertools import count

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.experiments.background import ExperimentJob
from model.experiments.tuning.run import TuningRequest, run_trials
from model.jobs.threads import BackgroundJobs


def start_tuning(
    jobs: BackgroundJobs[ExperimentJob],
    store: Store,
    workspace: str,
    dataset: Dataset,
    *,
    trials: int,
    other_backbones: bool,
) -> ExperimentJob:
    """Start trials of other settings, or go on, unless an experiment is under way already."""
    request = TuningRequest(dataset, trials, workspace, other_backbones=other_backbones)

    def work(job: ExperimentJob) -> None:
        done = count(1)
        run_trials(
            store,
            request,
            progress=job.report,
            on_trial=lambda _trial: job.report(next(done), trials),
            check=job.check,
        )

    job = ExperimentJob("Trying other settings", fingerprint=dataset.fingerprint)
    return jobs.start(workspace, job, work)
