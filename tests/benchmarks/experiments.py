"""What the experiments take, what they say, and how far what they say can be believed.

python -m tests.benchmarks.experiments [DATASET...]    (AREOLE_HOME names a data folder that holds
them; else: the starter set)

Planted noise: labels of the starter set's answer key, flipped at random, ten times each share.
Promises: half of the train photos are shown to the learning curve, and what it promises for twice
as many is held against what the other half brings.
"""

import argparse
import csv
import os
import sys
import tempfile
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import CLASSES, FOLDER, STARTER, import_starter
from model.catalogue.store import Store, open_store
from model.cleaning.leave_one_out import leave_one_out_probabilities
from model.experiments import learning_curve
from model.experiments.noise_estimate import estimate_noise
from model.experiments.registry import EXPERIMENTS, run_experiment
from model.experiments.repeats import select_rows
from model.experiments.split_features import SplitFeatures, load_split_features
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import HeadSettings
from tests.model.experiments.made import Labels, clouds, flipped, unheard

SHARES = (0.0, 0.05, 0.1, 0.2)
PLANTINGS, HALVES = 10, 10
Vectors = NDArray[np.float32]


def main() -> int:
    """Print a line a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("datasets", nargs="*", default=[STARTER])
    names = parser.parse_args().datasets
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("AREOLE_HOME", home)
        store = open_store()
        import_starter(store)
        for name in names:
            answers(store, name)
        noise_in_the_starter_set(store)
        noise_where_classes_overlap()
        for name in names:
            promises(name, load_split_features(store, find_dataset(store, name), DEFAULT_BACKBONE))
    return 0


def answers(store: Store, name: str) -> None:
    """The seconds and the sentence of each experiment, asked one after the other as Report does.

    On a fresh data folder nothing but the features that ship is known.
    """
    dataset, total = find_dataset(store, name), 0.0
    for kind in EXPERIMENTS:
        start = perf_counter()
        result = run_experiment(
            store, kind, dataset, backbone=DEFAULT_BACKBONE, settings=HeadSettings()
        )
        seconds = perf_counter() - start
        total += seconds
        print(f"{name}, {kind}: {seconds:.1f} s. {result.sentence}")
    print(f"{name}, all: {total:.1f} s")


def noise_in_the_starter_set(store: Store) -> None:
    """What is estimated of the labels as they are, and of planted flips of the true ones."""
    dataset = find_dataset(store, STARTER)
    seen = load_split_features(store, dataset, DEFAULT_BACKBONE)
    with (FOLDER / "photos.csv").open(newline="") as table:
        truths = {row["file"]: row["truth"] for row in csv.DictReader(table)}
    files = {labelled.photo: labelled.file for labelled in dataset.photos}
    photos = [files[photo] for split in ("train", "valid") for photo in seen.photos[split]]
    truth = np.array([CLASSES.index(truths[file]) for file in photos])
    vectors = np.concatenate([seen.train.features, seen.valid.features])
    labels = np.concatenate([seen.train.labels, seen.valid.labels])
    found = estimate_noise(leave_one_out_probabilities(vectors, labels, 3), labels)
    print(
        f"starter set, labels as they are: {(labels != truth).mean():.1%} wrong; "
        f"estimated {found.share:.1%} ({found.low:.1%} to {found.high:.1%}), {found.disagreeing:.1%} disagree; "
        f"confident joint {confident_joint(vectors, labels):.1%}"
    )
    for share in SHARES:
        planted(
            "starter set, true labels",
            [(vectors, flipped(truth, share, 3, seed)) for seed in range(PLANTINGS)],
            share,
        )


def noise_where_classes_overlap() -> None:
    """The same among clouds that nobody can tell apart fully.

    450 points of three classes in 200 dimensions.
    """
    for share in SHARES:
        made = [
            clouds(450, 0, dimensions=200, apart=2.0, seed=seed).train for seed in range(PLANTINGS)
        ]
        rounds = [
            (one.features, flipped(one.labels, share, 3, seed)) for seed, one in enumerate(made)
        ]
        planted("overlapping clouds", rounds, share)


def planted(title: str, rounds: list[tuple[Vectors, Labels]], share: float) -> None:
    """Estimates of a planted share, ours and the confident joint's.

    Mean (least to most), and how many intervals hold it.
    """
    found = [
        estimate_noise(leave_one_out_probabilities(vectors, labels, 3), labels)
        for vectors, labels in rounds
    ]
    ours, theirs = (
        [one.share for one in found],
        [confident_joint(vectors, labels) for vectors, labels in rounds],
    )
    print(
        f"{title}, {share:.0%} flipped: {np.mean(ours):.1%} ({min(ours):.1%} to {max(ours):.1%}), "
        f"{sum(one.low <= share <= one.high for one in found)} of {len(found)} intervals hold it; "
        f"confident joint {np.mean(theirs):.1%} ({min(theirs):.1%} to {max(theirs):.1%})"
    )


def confident_joint(vectors: Vectors, labels: Labels) -> float:
    """Northcutt's estimate: among photos surely of a class, how many are labelled otherwise,
    calibrated to the label counts.
    """
    shares, counts = (
        leave_one_out_probabilities(vectors, labels, 3),
        np.bincount(labels, minlength=3),
    )
    thresholds = np.array([shares[labels == label, label].mean() for label in range(3)])
    sure = np.where(shares >= thresholds, shares, -1)
    rows = np.flatnonzero((sure >= 0).any(axis=1))
    joint = np.zeros((3, 3))
    np.add.at(joint, (labels[rows], sure[rows].argmax(axis=1)), 1)
    joint *= (counts / np.maximum(joint.sum(axis=1), 1))[:, None]
    return float(1 - np.trace(joint) / joint.sum())


def promises(name: str, seen: SplitFeatures) -> None:
    """Whether twice the photos bring what the curve through half of them promised."""
    gains, promised, held, verdicts = [], [], 0, []
    for seed in range(HALVES):
        rows = np.random.default_rng(seed).permutation(len(seen.train.labels))
        half = select_rows(seen.train, rows[: len(rows) // 2])
        now = learning_curve.run(replace(seen, train=half), HeadSettings(), unheard)
        whole = select_rows(seen.train, rows[: 2 * (len(rows) // 2)])
        then = learning_curve.run(replace(seen, train=whole), HeadSettings(), unheard)
        if now.doubled:
            gains.append(now.points[-1].valid.error - then.points[-1].valid.error)
            promised.append(now.doubled.gain)
            held += now.doubled.gain_low <= gains[-1] <= now.doubled.gain_high
            verdicts.append(now.verdict)
    print(
        f"{name}, twice as many photos: {100 * np.mean(promised):.1f} points promised, {100 * np.mean(gains):.1f} won; "
        f"{held} of {len(gains)} intervals hold what was won; verdicts {', '.join(sorted(verdicts))}"
    )


if __name__ == "__main__":
    sys.exit(main())
