"""What a search has found: which settings matter, which are best, and how much of what they gain is luck.

Whoever picks the best of many trials by their validation photos picks some luck with it: "best" is also what these
photos happened to favour. Photos that chose nothing, the test split, show how much of the gain is left without.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.evaluation.intervals import SIGNIFICANT, mcnemar
from model.experiments.tuning.run import was_ever_searched
from model.experiments.tuning.space import BACKBONE, Trial, settings_of, study_name
from model.training.request import TrainRequest
from model.wording import count

if (
    TYPE_CHECKING
):  # Optuna: half a second that no page waits for. So are the imports inside functions below.
    from optuna import Study
    from optuna.trial import FrozenTrial

LEAST_FOR_IMPORTANCES = 10  # Fewer finished trials, and the importances say nothing.
TOP_TRIALS = 5  # What the best so many have in common is important: as PED-ANOVA's authors advise
MOST_SURVIVES = 0.5  # Of the gain on the validation split; below, most of it was luck.

MEANS = {
    "nothing left": "the gain is luck",
    "luck": "most of the gain is luck",
    "unclear": "the gain may be real, but so few photos cannot tell it from luck",
    "real": "the gain is real",
}
Verdict = Literal["none", "luck", "unclear", "real", "untested"]


@dataclass(frozen=True)
class Gain:
    """The best trial against the defaults on the photos of one split."""

    photos: int
    errors_before: int
    errors_after: int
    loss_before: float
    loss_after: float
    p_value: (
        float  # McNemar's; on the validation split too low, for the best trial was chosen there
    )

    @property
    def fewer(self) -> int:
        """How many photos fewer are wrong; negative: more."""
        return self.errors_before - self.errors_after

    @property
    def rate(self) -> float:
        """The same as a share of the photos."""
        return self.fewer / self.photos


@dataclass(frozen=True)
class BestSoFar:
    """Which trial was the best once so many were done, and what it is worth on photos that chose it and that did not."""

    finished: int
    number: int
    valid_loss: float
    valid_error: float
    test_loss: float | None
    test_error: float | None


@dataclass(frozen=True)
class TuningResult:
    """A search so far: JSON-able with `dataclasses.asdict`."""

    trials: tuple[Trial, ...]  # By number, with those under way
    history: tuple[BestSoFar, ...]  # After each trial that is done
    importances: dict[
        str, float
    ]  # By parameter, the most important first, 1 in all; empty while too few trials are done
    best: Trial
    defaults: Trial | None  # None while that trial is under way
    valid: Gain | None
    test: Gain | None  # None too where there are no test photos
    verdict: Verdict
    sentence: str


def findings(
    store: Store, dataset: Dataset, *, storage: str | None = None, workspace: str | None = None
) -> TuningResult | None:
    """What the search on a dataset as it is now has found; None before its first trial is done. Raises StoreUnavailable."""
    if storage is None and not was_ever_searched(store):
        return None
    from optuna.trial import TrialState

    from model.experiments.tuning.study import find, opened, trials_of

    with opened(store, storage, writing=False) as shared:
        study = find(shared, study_name(dataset, workspace))
        trials = trials_of(study) if study else []
        done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        return _search(trials, done, _importances(study, len(done))) if study and done else None


def best_request(
    dataset: Dataset, search: TuningResult, workspace: str | None = None
) -> TrainRequest:
    """What to ask for so that the best trial becomes a run."""
    finished = sum(trial.valid_loss is not None for trial in search.trials)
    settings, backbone = settings_of(search.best.params), str(search.best.params[BACKBONE])
    return TrainRequest(dataset, backbone, settings, f"Best of {finished} trials", workspace)


def _search(
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
        history=tuple(_history([described(trial) for trial in done])),
        importances=importances,
        best=described(best),
        defaults=described(defaults) if defaults else None,
        valid=valid,
        test=test,
        verdict=verdict_of(valid, test),
        sentence=sentence_of(len(done), valid, test),
    )


def _importances(study: "Study", done: int) -> dict[str, float]:
    """PED-ANOVA (Watanabe et al. 2023, https://arxiv.org/abs/2304.10255), the one of Optuna's that needs no scikit-learn."""
    if done < LEAST_FOR_IMPORTANCES:
        return {}
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    evaluator = PedAnovaImportanceEvaluator(target_quantile=max(0.1, TOP_TRIALS / done))
    return {
        name: float(share)
        for name, share in get_param_importances(study, evaluator=evaluator).items()
    }


def _history(done: list[Trial]) -> Iterator[BestSoFar]:
    for finished in range(1, len(done) + 1):
        best = min(done[:finished], key=lambda trial: trial.valid_loss or 0.0)
        assert best.valid_loss is not None
        assert best.valid_error is not None
        yield BestSoFar(
            finished,
            best.number,
            best.valid_loss,
            best.valid_error,
            best.test_loss,
            best.test_error,
        )


def _gain(before: dict[str, Any], after: dict[str, Any]) -> Gain:
    """From what a trial leaves behind for a split, see `model.experiments.tuning.trial`."""
    was, now = set(before["wrong"]), set(after["wrong"])
    p_value = mcnemar(len(was - now), len(now - was))
    return Gain(before["photos"], len(was), len(now), before["loss"], after["loss"], p_value)


def verdict_of(valid: Gain | None, test: Gain | None) -> Verdict:
    """What the gain on the validation split is worth."""
    if valid is None or valid.fewer <= 0:
        return "none"
    if test is None:
        return "untested"
    if test.fewer <= 0 or test.rate < MOST_SURVIVES * valid.rate:
        return "luck"
    return "real" if test.p_value < SIGNIFICANT else "unclear"


def sentence_of(done: int, valid: Gain | None, test: Gain | None) -> str:
    """The same in plain words, after so many trials."""
    verdict = verdict_of(valid, test)
    tried = f"{done} settings were tried." if done > 1 else "One setting was tried."
    if valid is None:
        return f"{tried} The usual ones are not among them yet."
    if verdict == "none" and valid.loss_after == valid.loss_before:
        return f"{tried} None is better than the usual ones."
    if verdict == "none":
        return (
            f"{tried} The best has a lower loss, {valid.loss_after:.2f} instead of {valid.loss_before:.2f}, but gets "
            f"{valid.errors_after} of the {valid.photos} photos it was chosen on wrong, the usual ones {valid.errors_before}: "
            "as far as these photos can tell, other settings do not help."
        )
    gained = f"{tried} The best gets {count(valid.fewer, 'photo')} fewer wrong of the {valid.photos} it was chosen on"
    if test is None:
        return f"{gained}. There are no test photos, so nobody can say how much of that is luck."
    left = (
        f"{count(test.fewer, 'photo')} fewer"
        if test.fewer > 0
        else f"{count(-test.fewer, 'photo')} more"
        if test.fewer
        else "none fewer"
    )
    return f"{gained}, and {left} of the {test.photos} it was not: {MEANS[verdict if test.fewer > 0 else 'nothing left']}."
