"""All experiments, a row each, and one way to run any: the saved result, or else a new one."""

from collections.abc import Callable
from dataclasses import dataclass

from model.catalogue.dataset import Dataset
from model.catalogue.store import Store
from model.errors import NotFound, WeightsMissing
from model.experiments import backbones_compared, label_noise, learning_curve, variance
from model.experiments.backbones_compared import BackbonesCompared
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.saved import ExperimentResult, load_result, save_result
from model.experiments.split_features import SplitFeatures, load_split_features
from model.experiments.variance import SeedAndSplitVariance
from model.networks.backbones import BACKBONES
from model.progress import Progress, no_progress
from model.runs.settings import HeadSettings

Run = Callable[[Store, Dataset, str, HeadSettings, Progress], ExperimentResult]


@dataclass(frozen=True)
class Experiment:
    """A question that can be answered by trying."""

    title: str
    question: str
    method: str  # A sentence for the page
    result: type[ExperimentResult]
    run: Run

    @property
    def kind(self) -> str:
        """Its key in the registry, the catalogue and the chart table."""
        return self.result.KIND


def run_experiment(
    store: Store,
    kind: str,
    dataset: Dataset,
    *,
    backbone: str,
    settings: HeadSettings,
    progress: Progress = no_progress,
) -> ExperimentResult:
    """Return the saved result of an experiment, or run it now and save its result.

    A comparison that lacked a backbone's weights is made again: they may be there now. `progress`
    counts photos first, where some have no features yet, then trainings; where it raises Cancelled,
    nothing is saved. Raises NotFound, CannotTrain, WeightsMissing, StoreUnavailable.
    """
    experiment = find_experiment(kind)
    saved = load_result(store, experiment.result, dataset.fingerprint, backbone, settings)
    if saved is not None and not (isinstance(saved, BackbonesCompared) and saved.lacks_weights):
        return saved
    result = experiment.run(store, dataset, backbone, settings, progress)
    save_result(store, result, dataset.fingerprint, backbone, settings)
    return result


def find_experiment(kind: str) -> Experiment:
    """Find the experiment of a kind. Raises NotFound."""
    if kind not in EXPERIMENTS:
        raise NotFound(f"There is no experiment {kind}. There are {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[kind]


def on_one_backbone(
    run: Callable[[SplitFeatures, HeadSettings, Progress], ExperimentResult],
) -> Run:
    """Make an experiment on the features of the backbone that is asked for."""

    return lambda store, dataset, backbone, settings, progress: run(
        load_split_features(store, dataset, backbone, progress), settings, progress
    )


def _on_all_backbones(
    store: Store, dataset: Dataset, _backbone: str, settings: HeadSettings, progress: Progress
) -> ExperimentResult:
    """Compare all backbones; one without weights is named with the reason."""
    features: dict[str, SplitFeatures | str] = {}
    for name in BACKBONES:
        try:
            features[name] = load_split_features(store, dataset, name, progress)
        except WeightsMissing as error:
            features[name] = str(error)
    return backbones_compared.run(features, settings, progress)


_ROWS = (
    Experiment(
        "More photos",
        "Would more photos help?",
        "Train on a tenth of the photos, a fifth, a half, all of them: does the error still fall?",
        LearningCurve,
        on_one_backbone(learning_curve.run),
    ),
    Experiment(
        "Cleaner labels",
        "Would cleaner labels help?",
        "Estimate how many labels are wrong, then train without the most doubtful ones.",
        LabelNoise,
        on_one_backbone(label_noise.run),
    ),
    Experiment(
        "Another model",
        "Would another model help?",
        "Train the same head on each backbone and compare them photo by photo.",
        BackbonesCompared,
        _on_all_backbones,
    ),
    Experiment(
        "Luck",
        "Is it even real?",
        "Train again with other seeds and other validation photos: "
        "how much does the error move by luck alone?",
        SeedAndSplitVariance,
        on_one_backbone(variance.run),
    ),
)
EXPERIMENTS = {experiment.kind: experiment for experiment in _ROWS}
