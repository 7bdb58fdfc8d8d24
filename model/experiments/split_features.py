"""What experiments work on: the features and labels of a dataset's photos, split by split."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.catalogue.dataset import Dataset, Split, check_trainable
from model.catalogue.store import Store
from model.networks.backbones import find_backbone

if TYPE_CHECKING:
    from model.training.head import LabelledFeatures

Progress = Callable[
    [int, int], None
]  # Called with how many are done, and of how many; may raise Cancelled.


@dataclass(frozen=True)
class SplitFeatures:
    """A dataset as one backbone sees it."""

    classes: tuple[str, ...]
    parts: Mapping[str, "LabelledFeatures"]  # By split; a split without photos has an empty part.
    photos: Mapping[str, tuple[str, ...]]  # The names of each part's rows

    @property
    def train(self) -> "LabelledFeatures":
        """What is learned from."""
        return self.parts["train"]

    @property
    def valid(self) -> "LabelledFeatures":
        """What decides."""
        return self.parts["valid"]

    @property
    def test(self) -> "LabelledFeatures":
        """What decides nothing, and may be empty."""
        return self.parts["test"]


def load_split_features(
    store: Store, dataset: Dataset, backbone: str, progress: Progress = lambda done, total: None
) -> SplitFeatures:
    """The features of all photos, from the catalogue or looked at now.

    Raises CannotTrain where `check_trainable` does, NotFound, WeightsMissing, StoreUnavailable, and what `progress` raises.
    """
    check_trainable(dataset)
    from model.networks.features import extract_features
    from model.training.head_run import labelled_features

    vectors = extract_features(
        store, [labelled.photo for labelled in dataset.photos], find_backbone(backbone), progress
    )
    parts: dict[str, LabelledFeatures] = {
        split: labelled_features(dataset, split, vectors) for split in Split
    }
    photos: dict[str, tuple[str, ...]] = {
        split: tuple(labelled.photo for labelled in dataset.photos if labelled.split == split)
        for split in Split
    }
    return SplitFeatures(dataset.classes, parts, photos)
