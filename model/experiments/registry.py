"""The experiments there are, and one way to ask any of them: what is kept, or else made now and kept."""

from collections.abc import Callable
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.errors import NotFound, WeightsMissing
from model.experiments import backbones_compared, label_noise, learning_curve
from model.experiments import variance as reality
from model.experiments.backbones_compared import BackbonesCompared
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.saved import ExperimentResult, load_result, save_result
from model.experiments.split_features import Progress, SplitFeatures, load_split_features
from model.experiments.variance import SeedAndSplitVariance
from model.networks.backbones import BACKBONES
from model.runs.settings import HeadSettings

Make = Callable[[Store, Dataset, str, HeadSettings, Progress], ExperimentResult]


@dataclass(frozen=True)
class Experiment:
    """A question that can be answered by trying."""

    kind: str
    title: str
    question: str
    result: type[ExperimentResult]
    make: Make


def run_experiment(
    store: Store,
    kind: str,
    dataset: Dataset,
    *,
    backbone: str,
    settings: HeadSettings,
    progress: Progress = lambda done, total: None,
) -> ExperimentResult:
    """What is kept of an experiment, or what it finds now.

    A comparison that lacked a backbone's weights is made again: they may be there now. `progress` counts photos first, where
    some have not been looked at, then trainings; it may raise Cancelled, and nothing is kept then.
    Raises NotFound, CannotTrain, WeightsMissing, StoreUnavailable.
    """
    experiment = find_experiment(kind)
    found = load_result(store, kind, dataset.fingerprint, backbone, settings)
    if found is None or (
        isinstance(found, BackbonesCompared) and any(row.missing for row in found.rows)
    ):
        found = experiment.make(store, dataset, backbone, settings, progress)
        save_result(store, found, dataset.fingerprint, backbone, settings)
    return found


def find_experiment(kind: str) -> Experiment:
    """The experiment of a kind. Raises NotFound."""
    if kind not in EXPERIMENTS:
        raise NotFound(f"There is no experiment {kind}. There are {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[kind]


def _on_one(run: Callable[[SplitFeatures, HeadSettings, Progress], ExperimentResult]) -> Make:
    """An experiment on what the backbone asked for sees."""

    def make(
        store: Store, dataset: Dataset, backbone: str, settings: HeadSettings, progress: Progress
    ) -> ExperimentResult:
        return run(load_split_features(store, dataset, backbone, progress), settings, progress)

    return make


def _on_all(
    store: Store, dataset: Dataset, backbone: str, settings: HeadSettings, progress: Progress
) -> ExperimentResult:
    """The experiment on what every backbone sees; one without weights is named with the reason."""
    materials: dict[str, SplitFeatures | str] = {}
    for name in BACKBONES:
        try:
            materials[name] = load_split_features(store, dataset, name, progress)
        except WeightsMissing as error:
            materials[name] = str(error)
    return backbones_compared.run(materials, settings, progress)


EXPERIMENTS = {
    row.kind: row
    for row in (
        Experiment(
            LearningCurve.KIND,
            "More photos",
            "Would more photos help?",
            LearningCurve,
            _on_one(learning_curve.run),
        ),
        Experiment(
            LabelNoise.KIND,
            "Cleaner labels",
            "Would cleaner labels help?",
            LabelNoise,
            _on_one(label_noise.run),
        ),
        Experiment(
            BackbonesCompared.KIND,
            "Another model",
            "Would another model help?",
            BackbonesCompared,
            _on_all,
        ),
        Experiment(
            SeedAndSplitVariance.KIND,
            "Luck",
            "Is it even real?",
            SeedAndSplitVariance,
            _on_one(reality.run),
        ),
    )
}
