"""Run a search for better settings in the background of this server."""

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.experiments.background import ExperimentJob
from model.experiments.tuning.run import run_trials
from model.jobs.threads import BackgroundJobs


def start_tuning(
    works: BackgroundJobs[ExperimentJob],
    store: Store,
    workspace: str,
    dataset: Dataset,
    *,
    trials: int,
    other_backbones: bool,
) -> ExperimentJob:
    """Begin to try other settings, or go on, unless something is being found out already."""

    def work(inquiry: ExperimentJob) -> None:
        run_trials(
            store,
            dataset,
            trials=trials,
            workspace=workspace,
            other_backbones=other_backbones,
            on_features=inquiry.report,
            progress=inquiry.report,
            check=inquiry.check,
        )

    return works.start(
        workspace, ExperimentJob("Trying other settings", fingerprint=dataset.fingerprint), work
    )
