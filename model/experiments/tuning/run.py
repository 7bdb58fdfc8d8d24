"""Would other settings help? Optuna looks for better ones; processes and hosts that share a database search together.

What is minimised is the validation loss of the epoch that is kept. People care for the error rate, but on a hundred
photos it moves in steps of a point: most trials tie, and a sampler learns nothing from a tie. The loss differs between
any two settings; it is the valid_loss of the training table, which chooses the epoch, too. Both are kept of each trial,
and both on the test split, which the sampler never sees: what is left of a gain there was no luck
(`model.experiments.tuning.findings`).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

from model.catalogue.dataset import Dataset
from model.catalogue.schema import DatasetRow, WorkspaceRow
from model.catalogue.store import Store
from model.catalogue.workspaces import ensure_workspace
from model.errors import NotFound
from model.experiments.split_features import load_split_features
from model.experiments.tuning.space import BACKBONES_TRIED, PREFIX, Trial, study_name

if (
    TYPE_CHECKING
):  # Optuna and torch: seconds that no page waits for. So are the imports inside functions below.
    from optuna import Study
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial


def run_trials(
    store: Store,
    dataset: Dataset,
    *,
    trials: int,
    storage: str | None = None,
    workspace: str | None = None,
    other_backbones: bool = False,
    seed: int = 0,
    timeout_s: float | None = None,
    on_features: Callable[[int, int], None] = lambda done, total: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    on_trial: Callable[[Trial], None] = lambda trial: None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Try so many more settings in this process and thread; others may search in the same study at the same time.

    Any of the callbacks may raise Cancelled. What was found by then is kept, and the next call goes on from there.
    Other backbones must look at all photos first, once. Raises CannotTrain, NotFound, WeightsMissing, StoreUnavailable.
    """
    check()
    if workspace:
        with store.writing() as session:
            ensure_workspace(session, workspace)
    from model.experiments.tuning.study import find, join, opened
    from model.experiments.tuning.trial import described, objective

    backbones, done = BACKBONES_TRIED if other_backbones else BACKBONES_TRIED[:1], 0
    seen = {
        backbone: load_split_features(store, dataset, backbone, on_features)
        for backbone in backbones
    }

    def after(_study: "Study", trial: "FrozenTrial") -> None:
        nonlocal done
        done += 1
        on_trial(described(trial))
        progress(done, trials)
        check()

    name = study_name(dataset, workspace)
    with opened(store, storage, writing=True) as shared:
        if storage is None:
            _forget_gone(store, shared)
        study = join(shared, name, {"dataset": dataset.name, "workspace": workspace}, seed)
        try:
            study.optimize(objective(seen, check), trials, timeout_s, callbacks=[after])
        except KeyError as error:
            if find(shared, name) is None:
                raise NotFound(
                    "Somebody has forgotten this search meanwhile. Start it again."
                ) from error
            raise


def was_ever_searched(store: Store) -> bool:
    """Whether the catalogue's database has Optuna's tables: who only looks makes none. Raises StoreUnavailable."""
    with store.reading() as session:
        return inspect(session.connection()).has_table("studies")


def forget_search(
    store: Store, dataset: Dataset, *, storage: str | None = None, workspace: str | None = None
) -> None:
    """Delete all trials on a dataset as it is now, even damaged ones. Raises StoreUnavailable."""
    if storage is None and not was_ever_searched(store):
        return
    from model.experiments.tuning.study import opened

    with (
        opened(store, storage, writing=True) as shared,
        suppress(KeyError),
    ):  # There is none, or somebody was faster.
        shared.delete_study(shared.get_study_id_from_name(study_name(dataset, workspace)))


def forget_gone_searches(store: Store) -> None:
    """Delete the searches in the catalogue's database whose dataset or workspace is gone. Raises StoreUnavailable.

    In another database they stay: whoever else searches there may have datasets that are not here.
    """
    if was_ever_searched(store):
        from model.experiments.tuning.study import opened

        with opened(store, None, writing=True) as shared:
            _forget_gone(store, shared)


def _forget_gone(store: Store, shared: "RDBStorage") -> None:
    with store.reading() as session:
        datasets, workspaces = (
            {None, *session.scalars(select(column))}
            for column in (DatasetRow.name, WorkspaceRow.id)
        )
    for study in shared.get_all_studies():
        owner, dataset = (study.user_attrs.get(attribute) for attribute in ("workspace", "dataset"))
        if study.study_name.startswith(PREFIX) and (
            owner not in workspaces or dataset not in datasets
        ):
            with suppress(KeyError):  # Somebody was faster.
                shared.delete_study(study._study_id)
