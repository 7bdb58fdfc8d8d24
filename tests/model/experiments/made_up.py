"""An experiment as a newcomer would add it: a result class, `run`, a registry row, a chart."""

from dataclasses import dataclass
from typing import ClassVar

import altair as alt
import pandas as pd

from model.experiments.registry import Experiment, on_one_backbone
from model.experiments.split_features import SplitFeatures
from model.progress import Progress
from model.runs.settings import HeadSettings


@dataclass(frozen=True)
class ClassSize:
    """The train photos of a class."""

    name: str
    photos: int


@dataclass(frozen=True)
class ClassSizes:
    """The train photos of each class."""

    KIND: ClassVar[str] = "class-sizes"
    VERSION: ClassVar[int] = 1
    sizes: tuple[ClassSize, ...]
    least: ClassSize | None

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        return f"The smallest class has {self.least.photos if self.least else 0} photos."


def run(features: SplitFeatures, settings: HeadSettings, progress: Progress) -> ClassSizes:
    """Count the train photos of each class."""
    progress(0, 1)
    labels = features.train.labels.tolist()
    sizes = [ClassSize(name, labels.count(row)) for row, name in enumerate(features.classes)]
    progress(1, 1)
    return ClassSizes(tuple(sizes), min(sizes, key=lambda size: size.photos))


def chart(result: ClassSizes) -> alt.Chart:
    """Draw a bar a class."""
    rows = [{"class": size.name, "photos": size.photos} for size in result.sizes]
    bars: alt.Chart = alt.Chart(pd.DataFrame(rows)).mark_bar().encode(x="photos:Q", y="class:N")
    return bars


CLASS_SIZES = Experiment(
    "Small classes",
    "Is a class too small?",
    "Count the photos of each class.",
    ClassSizes,
    on_one_backbone(run),
)
CHART = (chart, "A bar a class.")
