"""How often heads err on the photos of people of whom they have seen none.

python -m tests.benchmarks.people FOLDER        (FOLDER holds `photos` and `photos.csv`, a row a
photo: `file`, `filed` (its class) and `contributor`)

Ours is a part of Alexey Grigorev's clothing dataset, ten kinds of clothes
(https://github.com/alexeygrigorev/clothing-dataset, public domain). Heads learn from two fifths of
the people and keep the best epoch on a tenth; errors are those on the photos of the other half, mean
of eight ways to share them out, labels as filed.
"""

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from model.networks.backbones import BACKBONES, Backbone
from model.networks.features import pooled
from model.networks.inference import feature_map
from model.photos.image import open_file
from model.photos.prefetch import ahead
from model.runs.settings import HeadSettings
from model.training.head import LabelledFeatures, train_head

HALVINGS = 8
Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Learn = Callable[[LabelledFeatures, LabelledFeatures], Logits]  # From train and valid photos


def head(**settings: float) -> Learn:
    """A head with these settings beside the usual ones."""

    def learn(train: LabelledFeatures, valid: LabelledFeatures) -> Logits:
        classes = tuple(str(label) for label in range(train.labels.max() + 1))
        asked = HeadSettings(**settings)  # type: ignore[arg-type]  # Epochs are whole numbers.
        return train_head(train, valid, classes, asked).logits

    return learn


def logistic(penalty: float) -> Learn:
    """scikit-learn's logistic regression, features centred and divided by one number."""

    def learn(train: LabelledFeatures, valid: LabelledFeatures) -> Logits:
        mean, spread = train.features.mean(axis=0), train.features.std()
        regression = LogisticRegression(C=penalty, max_iter=2000)
        regression.fit((train.features - mean) / spread, train.labels)
        return lambda features: regression.decision_function((features - mean) / spread)

    return learn


METHODS = {
    "as Areole does it": head(),
    "20 epochs": head(epochs=20),
    "20 epochs, weight decay 10": head(epochs=20, weight_decay=10.0),
    "20 epochs, learning rate 0.0002": head(epochs=20, learning_rate=2e-4),
    "40 epochs, learning rate 0.0002": head(epochs=40, learning_rate=2e-4),
    "50 epochs": head(epochs=50),
    "logistic regression, C = 0.0003": logistic(3e-4),
    "logistic regression, C = 0.01": logistic(1e-2),
}


@dataclass(frozen=True)
class Photos:
    """Files (N,), the positions of their labels among the classes (N,), and who sent them (N,)."""

    files: list[Path]
    labels: NDArray[np.intp]
    people: NDArray[np.str_]


def read(folder: Path) -> Photos:
    """Read the table of a folder."""
    with (folder / "photos.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    classes = sorted({row["filed"] for row in rows})
    return Photos(
        [folder / "photos" / row["file"] for row in rows],
        np.array([classes.index(row["filed"]) for row in rows]),
        np.array([row["contributor"] for row in rows]),
    )


def features_of(photos: Photos, backbone: Backbone) -> NDArray[np.float32]:
    """Features (N, D) of all photos."""
    results = ahead(photos.files, lambda file: pooled(feature_map(open_file(file).image, backbone)))
    vectors = [vector for _, vector in results if isinstance(vector, np.ndarray)]
    return np.stack(vectors).astype(np.float32)


def errors_of(photos: Photos, features: NDArray[np.float32], learn: Learn) -> list[float]:
    """Share the people out in several ways; the error of each in per cent."""
    errors = []
    for seed in range(HALVINGS):
        people = np.random.default_rng(seed).permutation(np.unique(photos.people))
        half = len(people) // 2
        shares = np.split(people, [half * 4 // 5, half])
        train, valid, others = (
            LabelledFeatures(features[rows], photos.labels[rows])
            for rows in (np.isin(photos.people, share) for share in shares)
        )
        wrong = learn(train, valid)(others.features).argmax(axis=1) != others.labels
        errors.append(100 * float(wrong.mean()))
    return errors


def main() -> None:
    """Print a row for each setting, a column for each backbone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    photos = read(parser.parse_args().folder)
    features = {
        row.name: features_of(photos, row) for row in BACKBONES.values() if row.is_installed
    }
    print(f"{'':34s}" + "".join(f"{name:>40s}" for name in features))
    for title, learn in METHODS.items():
        columns = [errors_of(photos, part, learn) for part in features.values()]
        cells = [f"{np.mean(each):.1f} ({min(each):.1f} to {max(each):.1f})" for each in columns]
        print(f"{title:34s}" + "".join(f"{cell:>40s}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
