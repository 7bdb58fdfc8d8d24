"""Would another model help? Backbones compared on the same photos, and saved runs beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.catalogue.dataset import Dataset
from model.evaluation.intervals import SIGNIFICANT, wilson
from model.experiments.repeats import (
    Mistakes,
    PairedComparison,
    compare_paired,
    mistakes_per_training,
    seeds,
    with_progress,
)
from model.experiments.split_features import SplitFeatures
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.progress import Progress
from model.runs.run import Run, RunCard
from model.runs.settings import HeadSettings
from model.wording import between, percent

SEEDS = 3


@dataclass(frozen=True)
class Rate:
    """An error rate on some photos, with its 95 % interval."""

    photos: int
    error: float
    low: float
    high: float

    def __str__(self) -> str:
        """In words: 7% (3 to 14%)."""
        return f"{percent(self.error)} ({between(self.low, self.high)})"


@dataclass(frozen=True)
class BackboneRow:
    """A head on one backbone; means over seeds."""

    backbone: str
    title: str
    channels: int
    weights_mb: float
    look_s: float  # Seconds to look at a photo, on two cores
    missing: str = ""  # Why it could not be tried
    valid: Rate | None = None
    test: Rate | None = None
    # The default's mistakes on the validation photos against its own; None for the default itself
    against: PairedComparison | None = None


@dataclass(frozen=True)
class BackboneRun:
    """A saved run, evaluated under the present labels."""

    card: RunCard
    valid: Rate | None
    test: Rate | None


@dataclass(frozen=True)
class BackbonesCompared:
    """The backbones that were compared, the default first."""

    KIND: ClassVar[str] = "backbones"
    VERSION: ClassVar[int] = 1
    rows: tuple[BackboneRow, ...]

    @property
    def lacks_weights(self) -> bool:
        """True where a backbone could not be tried."""
        return any(row.missing for row in self.rows)

    @property
    def best(self) -> BackboneRow | None:
        """The row with the lowest validation error, the first of equals, if any was tried."""
        rates = [(row.valid.error, at) for at, row in enumerate(self.rows) if row.valid]
        return self.rows[min(rates)[1]] if rates else None

    @property
    def is_better(self) -> bool:
        """True where the best beats the default by more than the luck of the best of several."""
        rivals = sum(row.against is not None for row in self.rows)
        against = self.best.against if self.best else None
        if against is None:
            return False
        return against.net_fixed > 0 and against.p_value < SIGNIFICANT / rivals

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        default, best = self.rows[0], self.best
        missing = [row.missing for row in self.rows if row.missing]
        if best is None or default.valid is None or len(self.rows) - len(missing) < 2:
            start = "It cannot be told, for there are no two models to compare."
            return " ".join([start, *missing])
        if best is default or best.valid is None or best.against is None:
            least = f"{default.title}, {default.valid}"
            return f"No other model at hand gets fewer photos wrong than {least}."
        unsure = "these photos cannot tell which of them is better"
        conclusion = "more than luck" if self.is_better else unsure
        return (
            f"{best.title} gets {best.valid} wrong, {default.title} {default.valid}. "
            f"Photo by photo, it {best.against.words}: {conclusion}. "
            f"It takes {best.look_s / default.look_s:.1f} times as long to look at a photo."
        )


def run(
    features: Mapping[str, SplitFeatures | str],
    settings: HeadSettings,
    progress: Progress,
    seed: int = 0,
) -> BackbonesCompared:
    """Train heads on features, or pass on why not. Raises CannotTrain, and as `progress`."""
    at_hand = {name: part for name, part in features.items() if isinstance(part, SplitFeatures)}
    mistakes: dict[str, list[list[Mistakes]]] = {name: [] for name in at_hand}
    trainings = [(name, seeded) for name in at_hand for seeded in seeds(settings, seed, SEEDS)]
    for name, seeded in with_progress(trainings, progress):
        mistakes[name].append(mistakes_per_training(at_hand[name], seeded))
    names = sorted(features, key=lambda name: name != DEFAULT_BACKBONE)
    return BackbonesCompared(tuple(_row(name, features[name], mistakes) for name in names))


def rows_of_runs(runs: Iterable[Run], dataset: Dataset) -> tuple[BackboneRun, ...]:
    """Evaluate saved runs under a dataset's present labels. Nothing is trained or saved."""
    rows = []
    for saved in runs:
        table = saved.evaluation.relabelled(dataset.labels)
        parts = (table.for_split("valid"), table.for_split("test"))
        valid, test = (_rate([part.predicted != part.labels]) for part in parts)
        rows.append(BackboneRun(saved.card, valid, test))
    return tuple(rows)


def _row(
    name: str, features: SplitFeatures | str, mistakes: Mapping[str, list[list[Mistakes]]]
) -> BackboneRow:
    facts = find_backbone(name)
    row = (name, facts.title, facts.channels, facts.weights_mb, facts.feature_s)
    if isinstance(features, str):
        return BackboneRow(*row, missing=features)
    valid, test = (_rate(list(part)) for part in zip(*mistakes[name], strict=True))
    against = None
    if name != DEFAULT_BACKBONE and DEFAULT_BACKBONE in mistakes:
        against = compare_paired(mistakes[DEFAULT_BACKBONE][0][0], mistakes[name][0][0])
    return BackboneRow(*row, valid=valid, test=test, against=against)


def _rate(mistakes: list[Mistakes]) -> Rate | None:
    """Average the mistakes (N,) of several trainings; None where there are no photos."""
    photos = len(mistakes[0])
    if not photos:
        return None
    error = float(np.mean(mistakes))
    return Rate(photos, error, *wilson(round(error * photos), photos))
