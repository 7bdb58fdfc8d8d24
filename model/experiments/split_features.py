"""What experiments work on: the features and labels of a dataset's photos, split by split."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.catalogue.dataset import SPLITS, Dataset, check_trainable
from model.catalogue.store import Store
from model.networks.backbones import find_backbone

if TYPE_CHECKING:
    from model.training.head import Examples  # torch: only where something is trained

Progress = Callable[[int, int], None]  # Called with how many are done, and of how many; may raise Cancelled.


@dataclass(frozen=True)
class Material:
    """A dataset as one backbone sees it."""

    classes: tuple[str, ...]
    parts: Mapping[str, "Examples"]  # By split; a split without photos has an empty part.
    photos: Mapping[str, tuple[str, ...]]  # The names of each part's rows

    @property
    def train(self) -> "Examples":
        """What is learned from."""
        return self.parts["train"]

    @property
    def valid(self) -> "Examples":
        """What decides."""
        return self.parts["valid"]

    @property
    def test(self) -> "Examples":
        """What decides nothing, and may be empty."""
        return self.parts["test"]


def material(store: Store, dataset: Dataset, backbone: str, progress: Progress = lambda done, total: None) -> Material:
    """The features of all photos, from the catalogue or looked at now.

    Raises CannotTrain where `check_trainable` does, NotFound, WeightsMissing, StoreUnavailable, and what `progress` raises.
    """
    check_trainable(dataset)
    from model.networks.features import features
    from model.training.head_run import examples

    vectors = features(store, [member.photo for member in dataset.members], find_backbone(backbone), progress)
    parts = {split: examples(dataset, split, vectors) for split in SPLITS}
    photos = {split: tuple(member.photo for member in dataset.members if member.split == split) for split in SPLITS}
    return Material(dataset.classes, parts, photos)
