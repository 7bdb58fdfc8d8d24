"""The head: the same seed gives the same numbers, the best epoch is kept, and where training cannot
work it says why.
"""

from dataclasses import replace

import numpy as np
import pytest

from model.catalogue.dataset import Dataset, LabelledPhoto, Split, check_trainable
from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.photos.photo_id import PhotoId
from model.runs.settings import Epoch, HeadSettings
from model.training.head import LabelledFeatures, train_head

CLASSES = ("a", "b", "c")


def clusters(count: int, seed: int, noise: float = 0.5) -> LabelledFeatures:
    """Points round three corners, off-centre and unevenly scaled like pooled features."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    points = np.eye(3, 20)[labels] * 3 + rng.normal(0, noise, (count, 20)) + 5
    return LabelledFeatures(points.astype(np.float32), labels)


def test_it_learns_what_can_be_learned() -> None:
    head = train_head(clusters(300, 0), clusters(90, 1), CLASSES, HeadSettings(learning_rate=0.05))
    assert head.history[-1].error_rate < 0.05
    assert (
        head.logits(clusters(90, 2).features).argmax(axis=1) == clusters(90, 2).labels
    ).mean() > 0.95


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    def figures(seed: int) -> list[tuple[float, float]]:
        head = train_head(clusters(300, 0), clusters(90, 1), CLASSES, HeadSettings(seed=seed))
        return [(epoch.train_loss, epoch.valid_loss) for epoch in head.history]

    assert figures(3) == figures(3)
    assert figures(3) != figures(4)


def test_the_best_epoch_by_valid_loss_is_kept() -> None:
    noisy = clusters(60, 0, noise=3)
    train = replace(
        noisy, labels=np.random.default_rng(0).permutation(noisy.labels)
    )  # Nothing to learn: it over-fits.
    valid = clusters(90, 1)
    head = train_head(train, valid, CLASSES, HeadSettings(epochs=30, learning_rate=0.05))
    losses = [epoch.valid_loss for epoch in head.history]
    assert head.best_epoch == int(np.argmin(losses)) < 29
    assert float(cross_entropy(head.logits(valid.features), valid.labels).mean()) == pytest.approx(
        min(losses), abs=1e-3
    )


def test_every_epoch_is_reported_as_it_ends() -> None:
    reports: list[Epoch] = []
    head = train_head(
        clusters(300, 0), clusters(90, 1), CLASSES, HeadSettings(epochs=4), reports.append
    )
    assert tuple(reports) == head.history
    assert [report.epoch for report in reports] == [0, 1, 2, 3]
    assert all(report.seconds > 0 for report in reports)


@pytest.mark.parametrize(
    ("classes", "members", "sentence"),
    [
        (("a",), ["a train", "a train", "a valid"], "only one class"),
        (("a", "b"), ["a train", "a train", "b valid"], "b has 0 training photos"),
        (("a", "b"), ["a train", "a train", "b train", "b valid"], "b has 1 training photos"),
        (
            ("a", "b"),
            ["a train", "a train", "b train", "b train", "b test"],
            "no validation photos",
        ),
    ],
)
def test_where_training_cannot_work_it_says_why(
    classes: tuple[str, ...], members: list[str], sentence: str
) -> None:
    rows = tuple(
        LabelledPhoto(PhotoId(str(row)), labelled.split()[0], Split(labelled.split()[1]), file="")
        for row, labelled in enumerate(members)
    )
    with pytest.raises(CannotTrain, match=sentence):
        check_trainable(Dataset(1, "made", "Made", classes, rows))


def test_it_stops_when_patience_is_over_and_the_last_epoch_can_be_kept() -> None:
    noisy = clusters(60, 0, noise=3)
    train = replace(
        noisy, labels=np.random.default_rng(0).permutation(noisy.labels)
    )  # Nothing to learn: it over-fits.
    impatient = train_head(
        train, clusters(90, 1), CLASSES, HeadSettings(epochs=30, learning_rate=0.05, patience=3)
    )
    assert len(impatient.history) == impatient.best_epoch + 4 < 30
    last = train_head(
        train, clusters(90, 1), CLASSES, HeadSettings(epochs=30, learning_rate=0.05, keep="last")
    )
    loss = cross_entropy(last.logits(clusters(90, 1).features), clusters(90, 1).labels).mean()
    assert float(loss) == pytest.approx(last.history[-1].valid_loss, abs=1e-3)
    assert last.best_epoch < 29


def test_label_smoothing_makes_it_less_sure() -> None:
    sharp, smooth = (
        train_head(
            clusters(300, 0),
            clusters(90, 1),
            CLASSES,
            HeadSettings(learning_rate=0.05, label_smoothing=share),
        )
        for share in (0.0, 0.3)
    )
    assert (
        np.abs(smooth.logits(clusters(90, 2).features)).max()
        < np.abs(sharp.logits(clusters(90, 2).features)).max()
    )


def test_a_training_that_diverges_says_so() -> None:
    wild = LabelledFeatures(np.full((30, 5), np.nan, np.float32), np.arange(30) % 3)
    with pytest.raises(CannotTrain, match="lower learning rate"):
        train_head(wild, wild, CLASSES, HeadSettings(epochs=2))


def test_constant_features_do_not_divide_by_zero() -> None:
    flat = LabelledFeatures(np.ones((30, 5), np.float32), np.arange(30) % 3)
    head = train_head(flat, flat, CLASSES, HeadSettings(epochs=2))
    assert np.isfinite(head.logits(flat.features)).all()
