"""How often heads trained on the starter set err on real photos.

Backbones, views of the photo, scalings, learning rates.

python -m tests.benchmarks.accuracy FOLDER        (FOLDER holds one folder of real photos for each
class)

Every row trains on the noisy labels of the starter set's train split with five seeds. Errors in per
cent: mean (least to most) on the folder, then on the starter set's own valid and test splits.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import open_store, open_stored
from model.classify.batches import folder_sources
from model.networks.backbones import BACKBONES, Backbone
from model.networks.inference import load_network
from model.networks.preprocessing import pixels
from model.photos.prefetch import ahead
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head

SEEDS = range(5)
Scaling = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]


def whole(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """All of the photo, in its own proportion: what Areole does."""
    return pixels(image, backbone)


def centre_crop(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """The usual evaluation view: seven eighths of the middle, square."""
    side = round(min(image.size) * 0.875)
    return pixels(ImageOps.fit(image, (side, side), centering=(0.5, 0.5)), backbone)


def squished(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """All of the photo, pressed into a square."""
    return pixels(
        image.resize((backbone.input_px, backbone.input_px), Image.Resampling.BICUBIC), backbone
    )


def flipped_too(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """The whole photo and its mirror image, to be averaged: twice the time."""
    upright = pixels(image, backbone)
    return np.concatenate([upright, upright[..., ::-1]])


def larger(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """The whole photo, 8/7 as large."""
    return pixels(image, replace(backbone, input_px=backbone.input_px * 8 // 7))


def smaller(image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
    """The whole photo at 7/8 of the size: EfficientNet-Lite0 was trained at that."""
    return pixels(image, replace(backbone, input_px=backbone.input_px * 7 // 8))


@dataclass(frozen=True)
class Photos:
    """Pooled features (N, D), labels (N,) and splits of the starter set and of the folder."""

    features: NDArray[np.float32]
    labels: NDArray[np.intp]
    splits: NDArray[np.str_]

    def part(self, split: str, scaled: NDArray[np.float32]) -> LabelledFeatures:
        """The rows of a split."""
        rows = self.splits == split
        return LabelledFeatures(scaled[rows], self.labels[rows])


def images(dataset: Dataset, folder: Path) -> Iterator[tuple[Image.Image, int, str]]:
    """Every photo with the position of its class and its split; the folder's are called "real"."""
    store = open_store()
    for labelled in dataset.photos:
        yield (
            open_stored(store, labelled.photo),
            dataset.classes.index(labelled.label),
            labelled.split,
        )
    for source, image in ahead(
        folder_sources(folder, dataset.classes), lambda source: source.open()
    ):
        if isinstance(image, Image.Image):
            yield image, source.label, "real"


def look(
    dataset: Dataset,
    folder: Path,
    backbone: Backbone,
    view: Callable[[Image.Image, Backbone], NDArray[np.float32]],
) -> Photos:
    """Features of all photos in one view."""
    network = load_network(backbone.name)
    rows = []
    for image, label, split in images(dataset, folder):
        features = [network(seen[None]).mean(axis=(0, 2, 3)) for seen in view(image, backbone)]
        rows.append((np.mean(features, axis=0), label, split))
    vectors, labels, splits = zip(*rows, strict=True)
    return Photos(np.stack(vectors), np.array(labels), np.array(splits))


def unscaled(features: NDArray[np.float32], train: NDArray[np.float32]) -> NDArray[np.float32]:
    """As it comes: train_head itself centres and divides by one number."""
    return features


def standardised(features: NDArray[np.float32], train: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each dimension to mean 0 and deviation 1."""
    return np.asarray((features - train.mean(axis=0)) / (train.std(axis=0) + 1e-2), np.float32)


def report(
    title: str,
    photos: Photos,
    classes: tuple[str, ...],
    settings: HeadSettings,
    scaling: Scaling = unscaled,
) -> None:
    """Train with every seed and print one row."""
    scaled = scaling(photos.features, photos.features[photos.splits == "train"])
    errors = []
    for seed in SEEDS:
        head = train_head(
            photos.part("train", scaled),
            photos.part("valid", scaled),
            classes,
            replace(settings, seed=seed),
        )
        wrong = head.logits(scaled).argmax(axis=1) != photos.labels
        errors.append(
            [100 * wrong[photos.splits == split].mean() for split in ("real", "valid", "test")]
        )
    real, valid, test = np.array(errors).T
    print(
        f"{title:58s} {real.mean():5.1f} ({real.min():.1f} to {real.max():.1f}) {valid.mean():8.1f} {test.mean():6.1f}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--backbones",
        nargs="+",
        choices=list(BACKBONES),
        default=["efficientnet-lite0", "efficientnet-lite2"],
    )
    options = parser.parse_args()
    store = open_store()
    import_starter(store)
    dataset, usual = find_dataset(store, STARTER), HeadSettings()
    print(f"{'':58s} {'real':18s} {'valid':>6s} {'test':>6s}")
    for name in options.backbones:
        photos = look(dataset, options.folder, BACKBONES[name], whole)
        report(f"{name}, as Areole does it", photos, dataset.classes, usual)
        report(f"{name}, each dimension standardised", photos, dataset.classes, usual, standardised)
        for rate in (2e-4, 1e-3, 2e-3, 5e-3):
            report(
                f"{name}, learning rate {rate:g}",
                photos,
                dataset.classes,
                replace(usual, learning_rate=rate),
            )
        for epochs in (5, 20, 50):
            report(
                f"{name}, {epochs} epochs", photos, dataset.classes, replace(usual, epochs=epochs)
            )
        for batch in (16, 64):
            report(
                f"{name}, batches of {batch}",
                photos,
                dataset.classes,
                replace(usual, batch_size=batch),
            )
        report(f"{name}, weight decay 1", photos, dataset.classes, replace(usual, weight_decay=1.0))
        for view in (centre_crop, squished, flipped_too, larger, smaller):
            report(
                f"{name}, {view.__name__}",
                look(dataset, options.folder, BACKBONES[name], view),
                dataset.classes,
                usual,
            )


if __name__ == "__main__":
    main()
