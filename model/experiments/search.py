"""Would other settings help? Optuna looks for better ones; processes and hosts that share a database search together.

What is minimised is the validation loss of the epoch that is kept. People care for the error rate, but on a hundred
photos it moves in steps of a point: most trials tie, and a sampler learns nothing from a tie. The loss differs between
any two settings; it is the valid_loss of the training table, which chooses the epoch, too. Both are kept of each trial,
and both on the test split, which the sampler never sees: what is left of a gain there was no luck
(`model.experiments.search_findings`).
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
from model.experiments.material import material
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import HeadSettings

if TYPE_CHECKING:  # Optuna and torch: seconds that no page waits for. So are the imports inside functions below.
    from optuna import Study
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

Params = dict[str, float | int | str]
PREFIX = "areole-1"  # Its number grows when the ranges below change: older trials would not compare.
BACKBONE = "backbone"
BACKBONES_TRIED = (DEFAULT_BACKBONE, "efficientnet-lite2")  # Those whose weights are installed


@dataclass(frozen=True)
class Range:
    """What a setting may be: least and most are both allowed."""

    title: str
    least: float | int
    most: float | int
    log: bool = False


SPACE = {
    "learning_rate": Range("Learning rate", 1e-5, 1e-1, log=True),
    "weight_decay": Range("Weight decay", 1e-4, 1.0, log=True),
    "label_smoothing": Range("Label smoothing", 0.0, 0.4),
    "epochs": Range("Epochs", 1, 50),
}
DEFAULTS: Params = {**{name: getattr(HeadSettings(), name) for name in SPACE}, BACKBONE: DEFAULT_BACKBONE}


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and how good they are. Only one that is done has losses and error rates."""

    number: int
    state: str  # done, diverged (its losses grew beyond all bounds), broken off (cancelled or killed), running or waiting
    params: Params  # By the names in SPACE, and BACKBONE
    seconds: float
    valid_loss: float | None = None
    valid_error: float | None = None
    test_loss: float | None = None  # None too where there are no test photos
    test_error: float | None = None


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
    from model.experiments.search_study import find, join, opened
    from model.experiments.search_trial import described, objective

    backbones, done = BACKBONES_TRIED if other_backbones else BACKBONES_TRIED[:1], 0
    seen = {backbone: material(store, dataset, backbone, on_features) for backbone in backbones}

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
                raise NotFound("Somebody has forgotten this search meanwhile. Start it again.") from error
            raise


def study_name(dataset: Dataset, workspace: str | None) -> str:
    """What Optuna calls the search: an edit that changes the dataset makes another one."""
    return f"{PREFIX}-{dataset.fingerprint}-{workspace or 'everybody'}"


def settings_of(params: Params) -> HeadSettings:
    """What a trial with these parameters trains a head with."""
    return HeadSettings(**{name: params[name] for name in SPACE})  # type: ignore[arg-type]  # As the ranges say.


def was_ever_searched(store: Store) -> bool:
    """Whether the catalogue's database has Optuna's tables: who only looks makes none. Raises StoreUnavailable."""
    with store.reading() as session:
        return inspect(session.connection()).has_table("studies")


def forget_search(store: Store, dataset: Dataset, *, storage: str | None = None, workspace: str | None = None) -> None:
    """Delete all trials on a dataset as it is now, even damaged ones. Raises StoreUnavailable."""
    if storage is None and not was_ever_searched(store):
        return
    from model.experiments.search_study import opened

    with opened(store, storage, writing=True) as shared, suppress(KeyError):  # There is none, or somebody was faster.
        shared.delete_study(shared.get_study_id_from_name(study_name(dataset, workspace)))


def forget_gone_searches(store: Store) -> None:
    """Delete the searches in the catalogue's database whose dataset or workspace is gone. Raises StoreUnavailable.

    In another database they stay: whoever else searches there may have datasets that are not here.
    """
    if was_ever_searched(store):
        from model.experiments.search_study import opened

        with opened(store, None, writing=True) as shared:
            _forget_gone(store, shared)


def _forget_gone(store: Store, shared: "RDBStorage") -> None:
    with store.reading() as session:
        datasets, workspaces = ({None, *session.scalars(select(column))} for column in (DatasetRow.name, WorkspaceRow.id))
    for study in shared.get_all_studies():
        owner, dataset = (study.user_attrs.get(attribute) for attribute in ("workspace", "dataset"))
        if study.study_name.startswith(PREFIX) and (owner not in workspaces or dataset not in datasets):
            with suppress(KeyError):  # Somebody was faster.
                shared.delete_study(study._study_id)
