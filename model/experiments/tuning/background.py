"""Run a search for better settings in the background of this server."""

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.experiments.background import Inquiry
from model.experiments.tuning.run import run_trials
from model.jobs.threads import Works


def start_search(
    works: Works[Inquiry], store: Store, workspace: str, dataset: Dataset, *, trials: int, other_backbones: bool
) -> Inquiry:
    """Begin to try other settings, or go on, unless something is being found out already."""

    def work(inquiry: Inquiry) -> None:
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

    return works.start(workspace, Inquiry("Trying other settings", fingerprint=dataset.fingerprint), work)
