"""Would cleaner labels help? Planted noise is found within three points, its cleaning scored."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import FOLDER, STARTER
from model.catalogue.store import Store
from model.cleaning.leave_one_out import leave_one_out_probabilities
from model.errors import Cancelled
from model.experiments.label_noise import Cleaning, Effect, run
from model.experiments.noise_estimate import NoiseEstimate, estimate_noise
from model.experiments.split_features import SplitFeatures, load_split_features
from model.networks.backbones import DEFAULT_BACKBONE
from model.runs.settings import HeadSettings
from tests.model.experiments.made import Labels, clouds, flipped, unheard

# Of the middle one of five plantings, where classes can mostly be told apart; else the interval
# is what counts.
TOLERANCE = 0.03
PLANTED = [0.0, 0.05, 0.1, 0.2]
QUICK = HeadSettings(learning_rate=0.02)
Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def starter(store: Store) -> tuple[Vectors, Labels, Labels]:
    """Load the starter set's train and valid features, labels, and true labels."""
    dataset = find_dataset(store, STARTER)
    with (FOLDER / "photos.csv").open(newline="") as table:
        truths = {row["file"]: row["truth"] for row in csv.DictReader(table)}
    seen = load_split_features(store, dataset, DEFAULT_BACKBONE)
    files = {labelled.photo: labelled.file for labelled in dataset.photos}
    photos = [photo for split in ("train", "valid") for photo in seen.photos[split]]
    truth = np.array([dataset.classes.index(truths[files[photo]]) for photo in photos])
    vectors = np.concatenate([seen.train.features, seen.valid.features])
    return vectors, np.concatenate([seen.train.labels, seen.valid.labels]), truth


def estimated(
    vectors: Vectors, truth: Labels, share: float, classes: int, seed: int = 0
) -> NoiseEstimate:
    """The estimate where a share of the labels is flipped at random."""
    labels = flipped(truth, share, classes, seed)
    return estimate_noise(leave_one_out_probabilities(vectors, labels, classes), labels)


def check_planted(found: list[NoiseEstimate], share: float) -> None:
    """The middle one is near, and the intervals hold the truth."""
    assert np.median([one.share for one in found]) == pytest.approx(share, abs=TOLERANCE)
    assert sum(one.low <= share <= one.high for one in found) >= 4
    assert all(one.low <= one.share <= one.high for one in found)


@pytest.mark.parametrize("share", PLANTED)
def test_random_flips_of_the_starter_sets_true_labels_are_counted(
    starter: tuple[Vectors, Labels, Labels], share: float
) -> None:
    vectors, _, truth = starter
    check_planted([estimated(vectors, truth, share, 3, seed) for seed in range(5)], share)


@pytest.mark.parametrize("share", PLANTED)
@pytest.mark.parametrize(
    ("classes", "photos", "dimensions", "apart"),
    [(3, 300, 30, 3.0), (20, 600, 100, 4.0), (2, 400, 50, 2.5)],
)
def test_flips_among_clouds_are_counted(
    classes: int, photos: int, dimensions: int, apart: float, share: float
) -> None:
    made = [
        clouds(photos, 0, classes=classes, dimensions=dimensions, apart=apart, seed=seed).train
        for seed in range(5)
    ]
    found = [
        estimated(train.features, train.labels, share, classes, seed)
        for seed, train in enumerate(made)
    ]
    check_planted(found, share)


def test_classes_that_overlap_are_not_taken_for_wrong_labels() -> None:
    train = clouds(450, 0, dimensions=200, apart=2.0).train
    found = estimated(train.features, train.labels, 0.0, 3)
    assert found.disagreeing > 0.15
    assert found.share < TOLERANCE


def test_the_starter_sets_own_wrong_labels_lie_between_the_estimate_and_those_that_disagree(
    starter: tuple[Vectors, Labels, Labels],
) -> None:
    vectors, labels, truth = starter
    found = estimate_noise(leave_one_out_probabilities(vectors, labels, 3), labels)
    assert found.low > 0
    assert found.share < float((labels != truth).mean()) < found.disagreeing


def planted(material: SplitFeatures, share: float) -> SplitFeatures:
    """Wrong labels among the train photos only: valid and test tell the truth."""
    train = material.train
    noisy = replace(train, labels=flipped(train.labels, share, len(material.classes), seed=0))
    return replace(material, train=noisy)


def test_leaving_out_planted_wrong_labels_helps() -> None:
    found = run(
        planted(clouds(90, 300, 300, dimensions=60, apart=4), 0.2),
        HeadSettings(learning_rate=0.1),
        unheard,
    )
    assert (found.better, found.verdict) == (Cleaning.REMOVED, Effect.HELPS)
    assert "cleaner labels help" in found.sentence
    none, dealt = (
        found.removed[0],
        next(step for step in found.removed if step.photos == found.doubtful),
    )
    assert none.photos == 0
    assert dealt.valid.error < none.valid.error


def test_where_all_labels_are_right_and_clear_there_is_nothing_to_clean() -> None:
    found = run(clouds(150, 60, 60, apart=6), QUICK, unheard)
    assert found.verdict == Effect.NOTHING
    assert found.sentence.startswith("No label looks plainly wrong (0 to ")
    assert found.sentence.endswith("there is nothing to clean.")


def test_right_labels_that_are_hard_bring_no_promise() -> None:
    found = run(clouds(150, 300, 300, apart=1.5), QUICK, unheard)
    assert found.doubtful > 0
    assert found.verdict in (Effect.LUCK, Effect.HARMS)
    assert "cleaner labels help" not in found.sentence


def test_both_series_take_the_same_steps_and_start_from_the_labels_as_they_are() -> None:
    found = run(planted(clouds(100, 30), 0.1), QUICK, unheard)
    steps = [step.photos for step in found.removed]
    assert (
        steps
        == [step.photos for step in found.relabelled]
        == sorted({0, 1, 2, 5, 10, 15, 20, found.doubtful})
    )
    assert found.removed[0] == found.relabelled[0]
    assert [step.test for step in found.removed] == [None] * len(steps)


@pytest.mark.parametrize("classes", [2, 20])
def test_two_photos_a_class_are_never_left_without(classes: int) -> None:
    few = planted(clouds(2 * classes, classes, classes=classes, apart=0.5), 0.3)
    trained = []
    found = run(few, QUICK, lambda done, total: trained.append(done))
    assert trained[-1] == len(found.removed) * 2 * 3
    assert found.sentence


def test_it_can_be_cancelled() -> None:
    def progress(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        run(clouds(60, 30), QUICK, progress)
