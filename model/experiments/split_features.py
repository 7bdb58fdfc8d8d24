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
    train: LabelledFeatures  # Heads learn from it.
    valid: LabelledFeatures  # It decides.
    test: LabelledFeatures  # It decides nothing, and may be empty.
    photos: Mapping[str, tuple[PhotoId, ...]]  # The names of each split's rows


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
