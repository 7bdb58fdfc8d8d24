"""How often heads trained on the starter set err on real photos.

Backbones, views of the photo, scalings, settings.

python -m tests.benchmarks.accuracy FOLDER        (FOLDER holds one folder of real photos for each
class)

Every row trains on the noisy labels of the starter set's train split with five seeds. Errors in per
cent: mean (least to most) on the folder, then on the starter set's own valid and test splits, then
the loss on the valid split. After a backbone's rows of settings: what those err on that one half of
the folder would have chosen, on its other half; and beside the first backbone, photo by photo.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.linear_model import LogisticRegression

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.starter import STARTER, import_starter
from model.catalogue.store import open_store, open_stored
from model.classify.batches import folder_sources
from model.evaluation.numerics import cross_entropy
from model.experiments.repeats import Mistakes, compare_paired
from model.networks.backbones import BACKBONES, Backbone
from model.networks.inference import load_network
from model.networks.preprocessing import pixels
from model.photos.prefetch import ahead
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head

SEEDS, RATES = range(5), (2e-4, 1e-3, 2e-3, 5e-3)
HALVINGS = 200
USUAL = HeadSettings()
SETTINGS = {
    "as Areole does it": USUAL,
    **{f"learning rate {rate:g}": replace(USUAL, learning_rate=rate) for rate in RATES},
    **{f"{epochs} epochs": replace(USUAL, epochs=epochs) for epochs in (5, 20, 50)},
    **{f"batches of {size}": replace(USUAL, batch_size=size) for size in (16, 64)},
    **{f"weight decay {decay:g}": replace(USUAL, weight_decay=decay) for decay in (1.0, 10.0)},
    "20 epochs, weight decay 10": replace(USUAL, epochs=20, weight_decay=10.0),
    "20 epochs, learning rate 0.0002": replace(USUAL, epochs=20, learning_rate=2e-4),
    "40 epochs, learning rate 0.0002": replace(USUAL, epochs=40, learning_rate=2e-4),
}
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)  # C of scikit-learn's LogisticRegression
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


VIEWS = (centre_crop, squished, flipped_too, larger, smaller)


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
    settings: HeadSettings = USUAL,
    scaling: Scaling = unscaled,
) -> Mistakes:
    """Train with every seed, print one row, and return the mistakes on the folder (seeds, N)."""
    scaled = scaling(photos.features, photos.features[photos.splits == "train"])
    train, valid = photos.part("train", scaled), photos.part("valid", scaled)
    heads = (train_head(train, valid, classes, replace(settings, seed=seed)) for seed in SEEDS)
    return show_row(title, photos, [head.logits(scaled) for head in heads])


def report_logistic(title: str, photos: Photos, penalty: float) -> Mistakes:
    """The same for scikit-learn's logistic regression, where nothing depends on a seed."""
    train = photos.part("train", photos.features)
    mean, spread = train.features.mean(axis=0), train.features.std()
    regression = LogisticRegression(C=penalty, max_iter=2000)
    regression.fit((train.features - mean) / spread, train.labels)
    logits = regression.decision_function((photos.features - mean) / spread)
    return show_row(title, photos, [logits])


def show_row(title: str, photos: Photos, logits: list[NDArray[np.float32]]) -> Mistakes:
    """Print one row from the logits (N, C) that each training gave."""
    wrong = np.stack([each.argmax(axis=1) != photos.labels for each in logits])
    split = {name: photos.splits == name for name in ("real", "valid", "test")}
    real, valid, test = (100 * wrong[:, rows].mean(axis=1) for rows in split.values())
    known = photos.labels[split["valid"]]
    loss = np.mean([cross_entropy(each[split["valid"]], known).mean() for each in logits])
    print(
        f"{title:64s} {real.mean():5.1f} ({real.min():.1f} to {real.max():.1f}) "
        f"{valid.mean():8.1f} {test.mean():6.1f} {loss:8.3f}",
        flush=True,
    )
    return wrong[:, split["real"]]


def chosen_on_halves(mistakes: list[Mistakes]) -> float:
    """Choose the best of several settings on half of the photos; their error on the other half.

    Mean over many halvings.
    """
    random, photos = np.random.default_rng(0), mistakes[0].shape[1]
    errors = []
    for _ in range(HALVINGS):
        order = random.permutation(photos)
        here, there = order[: photos // 2], order[photos // 2 :]
        best = min(mistakes, key=lambda wrong: wrong[:, here].mean())
        errors.append(best[:, there].mean())
    return 100 * float(np.mean(errors))


def report_settings(name: str, photos: Photos, classes: tuple[str, ...]) -> Mistakes:
    """A row for each setting of heads on a backbone; returns the usual one's mistakes."""
    spread = photos.features[photos.splits == "train"].std()
    print(f"{name}: the spread of its features of the train photos is {spread:.3f}")
    mistakes = [
        report(f"{name}, {title}", photos, classes, settings)
        for title, settings in SETTINGS.items()
    ]
    print(f"{name}, settings chosen on the other half: {chosen_on_halves(mistakes):.1f}")
    report(f"{name}, each dimension standardised", photos, classes, scaling=standardised)
    logistic = [
        report_logistic(f"{name}, logistic regression, C = {penalty:g}", photos, penalty)
        for penalty in PENALTIES
    ]
    print(f"{name}, C chosen on the other half: {chosen_on_halves(logistic):.1f}")
    return mistakes[0]


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
        default=[row.name for row in BACKBONES.values() if row.is_installed],
    )
    options = parser.parse_args()
    store = open_store()
    import_starter(store)
    dataset, first = find_dataset(store, STARTER), None
    print(f"{'':64s} {'real':18s} {'valid':>6s} {'test':>6s} {'loss':>8s}")
    for name in options.backbones:
        photos = look(dataset, options.folder, BACKBONES[name], whole)
        mistakes = report_settings(name, photos, dataset.classes)
        first = mistakes if first is None else first
        for seed, (before, after) in enumerate(zip(first, mistakes, strict=True)):
            print(f"{name}, seed {seed}: it {compare_paired(before, after).words}")
        views = () if BACKBONES[name].parts else VIEWS
        for view in views:
            seen = look(dataset, options.folder, BACKBONES[name], view)
            report(f"{name}, {view.__name__}", seen, dataset.classes)


if __name__ == "__main__":
    main()
