"""Would other settings help? Optuna tries some; processes and hosts that share a database join in.

What is minimised is the validation loss of the epoch that is kept. People care for the error rate,
but on a hundred photos it moves in steps of a point: most trials tie, and a sampler learns nothing
from a tie. The loss differs between any two settings; it is the valid_loss of the training table,
which chooses the epoch, too. Both are kept of each trial, and both on the test split, which the
sampler never sees: what is left of a gain there was no luck (`findings.py`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

from model.catalogue.dataset import Dataset
from model.catalogue.schema import DatasetRow, WorkspaceRow
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import NotFound
from model.experiments.split_features import load_split_features
from model.experiments.tuning.space import BACKBONES_TRIED, PREFIX, Trial, study_name
from model.progress import Check, Progress, no_progress

# Optuna: seconds that no page waits for. So are the imports inside functions below.
if TYPE_CHECKING:
    from optuna import Study
    from optuna import Trial as OptunaTrial
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial


@dataclass(frozen=True)
class TuningRequest:
    """So many more trials in the study of a dataset, of one workspace or of everybody."""

    dataset: Dataset
    trials: int
    workspace: str | None = None
    storage: str | None = None  # A database's URL; by default the catalogue's own
    other_backbones: bool = False  # They need features of all photos first, once.
    seed: int = 0
    timeout_s: float | None = None  # No trial begins later.


def run_trials(
    store: Store,
    request: TuningRequest,
    *,
    progress: Progress = no_progress,
    on_trial: Callable[[Trial], None] = lambda trial: None,
    check: Check = lambda: None,
) -> None:
    """Run trials in this process and thread; others may work in the same study at the same time.

    `progress` counts the photos whose features are extracted first, `on_trial` gets each trial that
    is over, `check` is called after every epoch. Any may raise Cancelled: the trials until then are
    kept, and the next call goes on from there. Raises CannotTrain, NotFound, WeightsMissing,
    StoreUnavailable.
    """
    check()
    if request.workspace:
        with store.writing() as session:
            ensure_workspace(session, request.workspace)
    from model.experiments.tuning.study import opened
    from model.experiments.tuning.trial import described, objective

    backbones = BACKBONES_TRIED if request.other_backbones else BACKBONES_TRIED[:1]
    features = {
        backbone: load_split_features(store, request.dataset, backbone, progress)
        for backbone in backbones
    }

    def after(_study: "Study", trial: "FrozenTrial") -> None:
        on_trial(described(trial))
        check()

    with opened(store, request.storage, writing=True) as shared:
        if request.storage is None:
            _forget_gone(store, shared)
        _optimize(shared, request, objective(features, check), after)


def _optimize(
    shared: "RDBStorage",
    request: TuningRequest,
    objective: "Callable[[OptunaTrial], float]",
    after: "Callable[[Study, FrozenTrial], None]",
) -> None:
    from model.experiments.tuning.study import find, join

    name = study_name(request.dataset, request.workspace)
    attributes = {"dataset": request.dataset.name, "workspace": request.workspace}
    study = join(shared, name, attributes, request.seed)
    try:
        study.optimize(objective, request.trials, request.timeout_s, callbacks=[after])
    except KeyError as error:
        if find(shared, name) is None:
            raise NotFound(
                "Somebody has forgotten this search meanwhile. Start it again."
            ) from error
        raise


def was_ever_searched(store: Store) -> bool:
    """Check if the catalogue's database has Optuna's tables. Raises StoreUnavailable."""
    with store.reading() as session:
        return inspect(session.connection()).has_table("studies")


def forget_search(
    store: Store, dataset: Dataset, *, storage: str | None = None, workspace: str | None = None
) -> None:
    """Delete all trials on a dataset as it is now, even damaged ones. Raises StoreUnavailable."""
    if storage is None and not was_ever_searched(store):
        return
    from model.experiments.tuning.study import opened

    # A KeyError where there is no study, or another process was faster.
    with opened(store, storage, writing=True) as shared, suppress(KeyError):
        shared.delete_study(shared.get_study_id_from_name(study_name(dataset, workspace)))


def _forget_gone(store: Store, shared: "RDBStorage") -> None:
    """Delete the studies in the catalogue's database whose dataset or workspace is gone.

    In another database they stay: others who search there may have datasets that are not here.
    """
    with store.reading() as session:
        datasets = {None, *session.scalars(select(DatasetRow.name))}
        workspaces = {None, *session.scalars(select(WorkspaceRow.id))}
    for study in shared.get_all_studies():
        attributes, name = study.user_attrs, study.study_name
        is_gone = (
            attributes.get("workspace") not in workspaces
            or attributes.get("dataset") not in datasets
        )
        if name.startswith(PREFIX) and is_gone:
            with suppress(KeyError):  # Another process was faster.
                shared.delete_study(shared.get_study_id_from_name(name))
