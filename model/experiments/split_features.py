"""Features and labels of a dataset's photos, split by split."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.catalogue.dataset import Dataset, Split, check_trainable
from model.catalogue.store import Store
from model.networks.backbones import find_backbone
from model.photos.photo_id import PhotoId
from model.progress import Progress, no_progress
from model.training.head import LabelledFeatures


@dataclass(frozen=True)
class SplitFeatures:
    """A dataset's features from one backbone, split by split."""

    classes: tuple[str, ...]
    parts: Mapping[str, LabelledFeatures]  # By split; a split without photos has an empty part.
    photos: Mapping[str, tuple[str, ...]]  # The names of each part's rows

    @property
    def train(self) -> LabelledFeatures:
        """The part that heads learn from."""
        return self.parts["train"]

    @property
    def valid(self) -> LabelledFeatures:
        """The part that decides."""
        return self.parts["valid"]

    @property
    def test(self) -> LabelledFeatures:
        """The part that decides nothing, and may be empty."""
        return self.parts["test"]


def load_split_features(
    store: Store, dataset: Dataset, backbone: str, progress: Progress = no_progress
) -> SplitFeatures:
    """Load the features of all photos from the catalogue, extracting those that are missing.

    Raises as `check_trainable` and `extract_features`, and what `progress` raises.
    """
    check_trainable(dataset)
    from model.networks.features import extract_features
    from model.training.head_run import labelled_features

    ids = [labelled.photo for labelled in dataset.photos]
    features = extract_features(store, ids, find_backbone(backbone), progress)
    train, valid, test = (labelled_features(dataset, split, features) for split in Split)
    photos = {
        str(split): tuple(labelled.photo for labelled in dataset.photos if labelled.split == split)
        for split in Split
    }
    return SplitFeatures(dataset.classes, train, valid, test, photos)
