"""Would another model help? The backbones side by side on the same photos, and runs that somebody trained beside them."""

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
from model.experiments.split_features import Progress, SplitFeatures
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.runs.run import Run
from model.runs.settings import HeadSettings
from model.wording import between, percent

SEEDS = 3


@dataclass(frozen=True)
class Rate:
    """An error rate on some photos, and where the true one lies with 95 % confidence."""

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
    against: PairedComparison | None = (
        None  # The default's mistakes on the validation photos against its own; none for the default itself
    )


@dataclass(frozen=True)
class BackboneRun:
    """A run that was trained before, judged under the labels of now."""

    run: str
    name: str
    mode: str
    backbone: str
    valid: Rate | None
    test: Rate | None


@dataclass(frozen=True)
class BackbonesCompared:
    """All backbones that were asked for, the default first."""

    KIND: ClassVar[str] = "backbones"
    VERSION: ClassVar[int] = 1
    rows: tuple[BackboneRow, ...]

    @property
    def best(self) -> BackboneRow | None:
        """The one with the lowest error on the validation photos, the first of equals; None where none could be tried."""
        return min(
            (row for row in self.rows if row.valid),
            key=lambda row: row.valid.error if row.valid else 1.0,
            default=None,
        )

    @property
    def is_better(self) -> bool:
        """Whether the best beats the default by more than chance: the best of several has as many chances to be lucky."""
        rivals = sum(row.against is not None for row in self.rows)
        duelled = self.best.against if self.best else None
        return (
            duelled is not None and duelled.net_fixed > 0 and duelled.p_value < SIGNIFICANT / rivals
        )

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        default, best = self.rows[0], self.best
        missing = [row.missing for row in self.rows if row.missing]
        if best is None or default.valid is None or len(self.rows) - len(missing) < 2:
            return " ".join(
                ["It cannot be told, for there are no two models to compare.", *missing]
            )
        if best is default or best.valid is None or best.against is None:
            return f"No other model at hand gets fewer photos wrong than {default.title}, {default.valid}."
        beyond = (
            "more than luck"
            if self.is_better
            else "these photos cannot tell which of them is better"
        )
        return (
            f"{best.title} gets {best.valid} wrong, {default.title} {default.valid}. Photo by photo, it {best.against.words}: "
            f"{beyond}. It takes {best.look_s / default.look_s:.1f} times as long to look at a photo."
        )


def run(
    materials: Mapping[str, SplitFeatures | str],
    settings: HeadSettings,
    progress: Progress,
    seed: int = 0,
) -> BackbonesCompared:
    """Train a head on each backbone's material; one that is not there has the reason in its place.

    Raises CannotTrain, and what `progress` raises.
    """
    there = {name: one for name, one in materials.items() if isinstance(one, SplitFeatures)}
    wrong: dict[str, list[list[Mistakes]]] = {name: [] for name in there}
    for name, chosen in with_progress(
        [(name, one) for name in there for one in seeds(settings, seed, SEEDS)], progress
    ):
        one = there[name]
        wrong[name].append(
            mistakes_per_training(one.train, one.valid, (one.valid, one.test), one.classes, chosen)
        )
    ordered = sorted(materials, key=lambda name: name != DEFAULT_BACKBONE)
    return BackbonesCompared(tuple(_row(name, materials[name], wrong) for name in ordered))


def rows_of_runs(runs: Iterable[Run], dataset: Dataset) -> tuple[BackboneRun, ...]:
    """What saved runs get wrong on a dataset's photos as they are labelled now. Nothing is trained, nothing kept."""
    rows = []
    for one in runs:
        judged = one.evaluation.relabelled(dataset.labels)
        valid, test = (
            _rate([part.predicted != part.labels])
            for part in (judged.for_split("valid"), judged.for_split("test"))
        )
        rows.append(
            BackboneRun(one.card.id, one.card.name, one.card.mode, one.card.backbone, valid, test)
        )
    return tuple(rows)


def _row(
    name: str, material: SplitFeatures | str, wrong: Mapping[str, list[list[Mistakes]]]
) -> BackboneRow:
    facts = find_backbone(name)
    row = (name, facts.title, facts.channels, facts.weights_mb, facts.feature_s)
    if isinstance(material, str):
        return BackboneRow(*row, missing=material)
    valid, test = (_rate(list(column)) for column in zip(*wrong[name], strict=True))
    rivals = name != DEFAULT_BACKBONE and DEFAULT_BACKBONE in wrong
    against = compare_paired(wrong[DEFAULT_BACKBONE][0][0], wrong[name][0][0]) if rivals else None
    return BackboneRow(*row, valid=valid, test=test, against=against)


def _rate(wrong: list[Mistakes]) -> Rate | None:
    """Of the mistakes (N,) of each training; None where there are no photos."""
    photos = len(wrong[0])
    error = float(np.mean(wrong)) if photos else 0.0
    return Rate(photos, error, *wilson(round(error * photos), photos)) if photos else None
