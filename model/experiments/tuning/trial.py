"""One trial: settings drawn, a head trained, its figures. For lazy imports: Optuna."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from optuna import Trial as OptunaTrial
from optuna import trial as optuna_trial
from optuna.exceptions import TrialPruned
from optuna.trial import FrozenTrial

from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.experiments.split_features import SplitFeatures
from model.experiments.tuning.space import (
    BACKBONE,
    BACKBONES_TRIED,
    SPACE,
    Params,
    Trial,
    TrialState,
    settings_of,
)
from model.networks.backbones import DEFAULT_BACKBONE
from model.progress import Check
from model.training.head import Head, train_head

IS_DEFAULTS = "defaults"  # The attribute of the trial that the others are compared with
FIGURES = "figures"  # The attribute of a trial that is done, as `_figures` makes it
STATES = {
    optuna_trial.TrialState.COMPLETE: TrialState.DONE,
    optuna_trial.TrialState.PRUNED: TrialState.DIVERGED,
    optuna_trial.TrialState.FAIL: TrialState.BROKEN_OFF,
    optuna_trial.TrialState.RUNNING: TrialState.RUNNING,
    optuna_trial.TrialState.WAITING: TrialState.WAITING,
}


def objective(
    features: Mapping[str, SplitFeatures], check: Check
) -> Callable[[OptunaTrial], float]:
    """Make the function that Optuna minimises, given the features of each backbone.

    It trains a head with a trial's settings and returns the best epoch's validation loss.
    """

    def validation_loss(trial: OptunaTrial) -> float:
        params = _drawn(trial, with_backbone=len(features) > 1)
        own, settings = features[str(params[BACKBONE])], settings_of(params)
        try:
            head = train_head(own.train, own.valid, own.classes, settings, lambda _epoch: check())
        except CannotTrain as error:  # Too high a learning rate: the sampler learns from it, too.
            raise TrialPruned(str(error)) from error
        trial.set_user_attr(FIGURES, _figures(head, own))
        return head.history[head.best_epoch].valid_loss

    return validation_loss


def described(trial: FrozenTrial) -> Trial:
    """Describe one of Optuna's trials in our own words."""
    is_done = trial.state == optuna_trial.TrialState.COMPLETE
    figures = trial.user_attrs[FIGURES] if is_done else {}
    fixed = trial.system_attrs.get("fixed_params", {})
    params = {BACKBONE: DEFAULT_BACKBONE, **fixed, **trial.params}
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    columns = {}
    for split, figure in figures.items():
        columns[f"{split}_loss"] = figure["loss"]
        columns[f"{split}_error"] = len(figure["wrong"]) / figure["photos"]
    return Trial(trial.number, STATES[trial.state], params, seconds, **columns)


def _drawn(trial: OptunaTrial, *, with_backbone: bool) -> Params:
    """Draw settings; a backbone only where there are several."""
    params: Params = {BACKBONE: DEFAULT_BACKBONE}
    for name, range_ in SPACE.items():
        if isinstance(range_.least, int) and isinstance(range_.most, int):
            params[name] = trial.suggest_int(name, range_.least, range_.most, log=range_.log)
        else:
            params[name] = trial.suggest_float(name, range_.least, range_.most, log=range_.log)
    if with_backbone:
        params[BACKBONE] = trial.suggest_categorical(BACKBONE, BACKBONES_TRIED)
    return params


def _figures(head: Head, features: SplitFeatures) -> dict[str, dict[str, Any]]:
    """Count photos, mean loss and wrong photos of the validation and the test split, unless empty.

    Photos are counted in the order of their names, which is the same on every host.
    """
    figures = {}
    for split, part in (("valid", features.valid), ("test", features.test)):
        photos = features.photos[split]
        if photos:
            logits = head.logits(part.features)
            ranks = np.argsort(np.argsort(photos))
            wrong = sorted(ranks[logits.argmax(axis=1) != part.labels].tolist())
            loss = float(cross_entropy(logits, part.labels).mean())
            figures[split] = {"photos": len(photos), "loss": loss, "wrong": wrong}
    return figures
