"""One trial of a search: settings drawn, a head trained with them, and the figures it leaves behind.

For imports inside functions only: Optuna and torch.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from optuna import Trial as Asked
from optuna.exceptions import TrialPruned
from optuna.trial import FrozenTrial, TrialState

from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.experiments.repeats import one_core
from model.experiments.split_features import SplitFeatures
from model.experiments.tuning.space import (
    BACKBONE,
    BACKBONES_TRIED,
    SPACE,
    Params,
    Trial,
    settings_of,
)
from model.networks.backbones import DEFAULT_BACKBONE
from model.training.head import Head, train_head

IS_DEFAULTS = "defaults"  # The attribute of the trial that the others are held against
FIGURES = "figures"  # The attribute of a trial that is done, as `_judged` makes it
STATES = {
    TrialState.COMPLETE: "done",
    TrialState.PRUNED: "diverged",
    TrialState.FAIL: "broken off",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}


def objective(
    seen: Mapping[str, SplitFeatures], check: Callable[[], None]
) -> Callable[[Asked], float]:
    """What Optuna minimises: the validation loss of a head that is trained with a trial's settings, on what its backbone sees."""

    def validation_loss(asked: Asked) -> float:
        params = _drawn(asked, with_backbone=len(seen) > 1)
        material = seen[str(params[BACKBONE])]
        try:
            with one_core():
                head = train_head(
                    material.train,
                    material.valid,
                    material.classes,
                    settings_of(params),
                    lambda _epoch: check(),
                )
        except (
            CannotTrain
        ) as error:  # A learning rate beyond all bounds: the sampler learns from that, too.
            raise TrialPruned(str(error)) from error
        asked.set_user_attr(FIGURES, _judged(head, material))
        return head.history[head.best_epoch].valid_loss

    return validation_loss


def described(trial: FrozenTrial) -> Trial:
    """A trial in our own words."""
    figures = trial.user_attrs[FIGURES] if trial.state == TrialState.COMPLETE else {}
    params = {
        BACKBONE: DEFAULT_BACKBONE,
        **trial.system_attrs.get("fixed_params", {}),
        **trial.params,
    }
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    columns = {f"{split}_loss": figures[split]["loss"] for split in figures}
    columns |= {
        f"{split}_error": len(figures[split]["wrong"]) / figures[split]["photos"]
        for split in figures
    }
    return Trial(trial.number, STATES[trial.state], params, seconds, **columns)


def _drawn(asked: Asked, *, with_backbone: bool) -> Params:
    """The settings that Optuna wants to know about. It is not asked for a backbone where there is only one."""
    params: Params = {BACKBONE: DEFAULT_BACKBONE}
    for name, range_ in SPACE.items():
        if isinstance(range_.least, int) and isinstance(range_.most, int):
            params[name] = asked.suggest_int(name, range_.least, range_.most, log=range_.log)
        else:
            params[name] = asked.suggest_float(name, range_.least, range_.most, log=range_.log)
    if with_backbone:
        params[BACKBONE] = asked.suggest_categorical(BACKBONE, BACKBONES_TRIED)
    return params


def _judged(head: Head, material: SplitFeatures) -> dict[str, dict[str, Any]]:
    """How many photos, the mean loss, and which are wrong, in the validation and the test split, unless that is empty.

    Photos are counted in the order of their names, which is the same on every host.
    """
    figures = {}
    for split in ("valid", "test"):
        photos, part = material.photos[split], material.parts[split]
        if photos:
            logits = head.logits(part.features)
            ranks = np.argsort(np.argsort(photos))
            wrong = sorted(ranks[logits.argmax(axis=1) != part.labels].tolist())
            loss = float(cross_entropy(logits, part.labels).mean())
            figures[split] = {"photos": len(photos), "loss": loss, "wrong": wrong}
    return figures
