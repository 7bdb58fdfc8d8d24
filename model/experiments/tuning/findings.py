"""Findings of a search: the best settings, those that matter, and how much of the gain is luck.

The best of many trials by their validation photos is also what these photos happened to favour.
Photos that chose nothing, the test split, show how much of the gain is left without that luck.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.evaluation.intervals import SIGNIFICANT, mcnemar
from model.experiments.tuning.run import was_ever_searched
from model.experiments.tuning.space import BACKBONE, Trial, settings_of, study_name
from model.training.request import TrainRequest
from model.wording import count

# Optuna: half a second that no page waits for. So are the imports inside functions below.
if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

LEAST_FOR_IMPORTANCES = 10  # Fewer finished trials, and the importances say nothing.
TOP_TRIALS = 5  # Settings that the best so many share are important, PED-ANOVA's authors advise.
MOST_SURVIVES = 0.5  # Of the gain on the validation split; below, most of it was luck.


class Verdict(StrEnum):
    """The worth of the best trial's gain on the validation split."""

    NONE = "none"
    LUCK = "luck"
    UNCLEAR = "unclear"
    REAL = "real"
    UNTESTED = "untested"


CONCLUSIONS = {
    Verdict.LUCK: "most of the gain is luck",
    Verdict.UNCLEAR: "the gain may be real, but so few photos cannot tell it from luck",
    Verdict.REAL: "the gain is real",
}


@dataclass(frozen=True)
class Gain:
    """The best trial against the defaults on the photos of one split."""

    photos: int
    errors_before: int
    errors_after: int
    loss_before: float
    loss_after: float
    p_value: float  # McNemar's; too low on the validation split, where the best was chosen

    @property
    def fewer(self) -> int:
        """Photos fewer that are wrong; negative: more."""
        return self.errors_before - self.errors_after

    @property
    def rate(self) -> float:
        """`fewer` as a share of the photos."""
        return self.fewer / self.photos


@dataclass(frozen=True)
class TuningResult:
    """A search so far: JSON-able with `dataclasses.asdict`."""

    trials: tuple[Trial, ...]  # By number, with those under way
    history: tuple[Trial, ...]  # The best so far, after each trial that is done
    # By parameter, the most important first, 1 in all; empty while too few trials are done
    importances: dict[str, float]
    best: Trial
    defaults: Trial | None  # None while that trial is under way
    valid: Gain | None
    test: Gain | None  # None too where there are no test photos
    verdict: Verdict
    sentence: str


def findings(
    store: Store, dataset: Dataset, *, storage: str | None = None, workspace: str | None = None
) -> TuningResult | None:
    """Summarise the search on a dataset; None before a trial is done. Raises StoreUnavailable."""
    if storage is None and not was_ever_searched(store):
        return None
    from optuna.trial import TrialState

    from model.experiments.tuning.study import find, opened, trials_of

    with opened(store, storage, writing=False) as shared:
        study = find(shared, study_name(dataset, workspace))
        trials = trials_of(study) if study else []
        done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if not study or not done:
            return None
        return _result(trials, done, _importances(study, len(done)))


def best_request(
    dataset: Dataset, search: TuningResult, workspace: str | None = None
) -> TrainRequest:
    """Make the request that trains the best trial as a run."""
    finished = sum(trial.valid_loss is not None for trial in search.trials)
    settings, backbone = settings_of(search.best.params), str(search.best.params[BACKBONE])
    return TrainRequest(dataset, backbone, settings, f"Best of {finished} trials", workspace)


def _result(
    trials: list["FrozenTrial"], done: list["FrozenTrial"], importances: dict[str, float]
) -> TuningResult:
    from model.experiments.tuning.trial import FIGURES, IS_DEFAULTS, described

    best = min(done, key=lambda trial: trial.values[0])
    defaults = next((trial for trial in done if IS_DEFAULTS in trial.user_attrs), None)
    gains = {}
    if defaults:
        before, after = defaults.user_attrs[FIGURES], best.user_attrs[FIGURES]
        gains = {split: _gain(before[split], after[split]) for split in before}
    valid, test = gains.get("valid"), gains.get("test")
    return TuningResult(
        trials=tuple(described(trial) for trial in trials),
        history=tuple(accumulate(map(described, done), _better)),
        importances=importances,
        best=described(best),
        defaults=described(defaults) if defaults else None,
        valid=valid,
        test=test,
        verdict=verdict_of(valid, test),
        sentence=sentence_of(len(done), valid, test),
    )


def _importances(study: "Study", done: int) -> dict[str, float]:
    """Rank parameters by PED-ANOVA (https://arxiv.org/abs/2304.10255), without scikit-learn."""
    if done < LEAST_FOR_IMPORTANCES:
        return {}
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    evaluator = PedAnovaImportanceEvaluator(target_quantile=max(0.1, TOP_TRIALS / done))
    importances = get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in importances.items()}


def _better(best: Trial, trial: Trial) -> Trial:
    """Choose the lower validation loss of two trials that are done, the first of equals."""
    return min(best, trial, key=lambda done: done.valid_loss or 0.0)


def _gain(before: dict[str, Any], after: dict[str, Any]) -> Gain:
    """Compare two trials' figures of a split, as `trial.py` makes them."""
    errors, new_errors = set(before["wrong"]), set(after["wrong"])
    p_value = mcnemar(len(errors - new_errors), len(new_errors - errors))
    losses = (before["loss"], after["loss"])
    return Gain(before["photos"], len(errors), len(new_errors), *losses, p_value)


def verdict_of(valid: Gain | None, test: Gain | None) -> Verdict:
    """Judge the gain on the validation split by what is left on the test split."""
    if valid is None or valid.fewer <= 0:
        return Verdict.NONE
    if test is None:
        return Verdict.UNTESTED
    if test.fewer <= 0 or test.rate < MOST_SURVIVES * valid.rate:
        return Verdict.LUCK
    return Verdict.REAL if test.p_value < SIGNIFICANT else Verdict.UNCLEAR


def sentence_of(done: int, valid: Gain | None, test: Gain | None) -> str:
    """Say the same in plain words, after so many trials."""
    tried = f"{done} settings were tried." if done > 1 else "One setting was tried."
    if valid is None:
        return f"{tried} The usual ones are not among them yet."
    if verdict_of(valid, test) == Verdict.NONE:
        return f"{tried} {_no_gain(valid)}"
    gained = (
        f"{tried} The best gets {count(valid.fewer, 'photo')} fewer wrong "
        f"of the {valid.photos} it was chosen on"
    )
    if test is None:
        return f"{gained}. There are no test photos, so nobody can say how much of that is luck."
    return f"{gained}, and {_left(valid, test)}."


def _no_gain(valid: Gain) -> str:
    if valid.loss_after == valid.loss_before:
        return "None is better than the usual ones."
    return (
        f"The best has a lower loss, {valid.loss_after:.2f} instead of {valid.loss_before:.2f}, "
        f"but gets {valid.errors_after} of the {valid.photos} photos it was chosen on wrong, the "
        f"usual ones {valid.errors_before}: as far as these photos can tell, other settings do not "
        "help."
    )


def _left(valid: Gain, test: Gain) -> str:
    """Say how much of the gain is left on the test photos."""
    photos = f"of the {test.photos} it was not"
    if test.fewer > 0:
        conclusion = CONCLUSIONS[verdict_of(valid, test)]
        return f"{count(test.fewer, 'photo')} fewer {photos}: {conclusion}"
    left = f"{count(-test.fewer, 'photo')} more" if test.fewer else "none fewer"
    return f"{left} {photos}: the gain is luck"
