"""The head: the same seed gives the same numbers, those of torch; the best epoch is kept, and where
training cannot work it says why.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info
from torch import nn
from torch.nn.functional import cross_entropy as torch_cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from model.catalogue.dataset import Dataset, LabelledPhoto, Split, check_trainable, find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.errors import CannotTrain
from model.evaluation.numerics import cross_entropy
from model.experiments.split_features import load_split_features
from model.networks.backbones import DEFAULT_BACKBONE
from model.photos.photo_id import PhotoId
from model.runs.settings import Epoch, HeadSettings
from model.training.head import Head, LabelledFeatures, train_head
from model.training.head_steps import loss_and_slopes, one_cycle, shuffled, targets

CLASSES = ("a", "b", "c")


def clusters(count: int, seed: int, noise: float = 0.5) -> LabelledFeatures:
    """Points round three corners, off-centre and unevenly scaled like pooled features."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    points = np.eye(3, 20)[labels] * 3 + rng.normal(0, noise, (count, 20)) + 5
    return LabelledFeatures(points.astype(np.float32), labels)


def history_by_torch(
    train: LabelledFeatures, valid: LabelledFeatures, settings: HeadSettings
) -> list[tuple[float, float, float, float]]:
    """Train as torch does; an epoch's train_loss, valid_loss, error_rate, learning rate."""
    mean, scale = train.features.mean(axis=0), float(train.features.std())
    x, x_valid = (torch.from_numpy((part.features - mean) / scale) for part in (train, valid))
    y, y_valid = (torch.from_numpy(part.labels) for part in (train, valid))
    linear = nn.Linear(x.shape[1], len(CLASSES))
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    optimizer = AdamW(linear.parameters(), weight_decay=settings.weight_decay)
    steps, rate, epochs = -(-len(y) // settings.batch_size), settings.learning_rate, settings.epochs
    schedule = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=steps)
    shuffle, history = torch.Generator().manual_seed(settings.seed), []
    for _ in range(epochs):
        total_loss = 0.0
        for batch in torch.randperm(len(y), generator=shuffle).split(settings.batch_size):
            rate = float(schedule.get_last_lr()[0])
            smoothing = settings.label_smoothing
            loss = torch_cross_entropy(linear(x[batch]), y[batch], label_smoothing=smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total_loss += loss.item() * len(batch)
        with torch.inference_mode():
            logits = linear(x_valid)
            valid_loss = torch_cross_entropy(logits, y_valid).item()
            error_rate = (logits.argmax(dim=1) != y_valid).double().mean().item()
        history.append((total_loss / len(y), valid_loss, error_rate, rate))
    return history


def history_of(head: Head) -> list[tuple[float, float, float, float]]:
    return [
        (epoch.train_loss, epoch.valid_loss, epoch.error_rate, epoch.learning_rate)
        for epoch in head.history
    ]


@pytest.mark.parametrize(
    "settings",
    [
        HeadSettings(),
        HeadSettings(seed=2**63 - 1, weight_decay=1.0),
        HeadSettings(learning_rate=0.05, label_smoothing=0.2),
        HeadSettings(batch_size=7, learning_rate=0.005, weight_decay=0.0),
        HeadSettings(batch_size=1024, epochs=1),
        HeadSettings(batch_size=1, epochs=2, seed=5),
    ],
    ids=lambda settings: f"{settings.batch_size} {settings.learning_rate} {settings.seed}",
)
def test_its_history_is_torchs(settings: HeadSettings) -> None:
    train, valid = clusters(301, 0, noise=2), clusters(90, 1, noise=2)
    head = train_head(train, valid, CLASSES, settings)
    expected = history_by_torch(train, valid, settings)
    assert np.allclose(history_of(head), expected, rtol=0, atol=1e-5)
    assert head.weight.dtype == head.bias.dtype == np.float32


def test_its_history_on_the_starter_set_is_torchs(store: Store) -> None:
    starter = load_split_features(store, find_dataset(store, STARTER), DEFAULT_BACKBONE)
    head = train_head(starter.train, starter.valid, starter.classes, HeadSettings())
    expected = history_by_torch(starter.train, starter.valid, HeadSettings())
    assert np.allclose(history_of(head), expected, rtol=0, atol=1e-5)


def test_while_it_trains_numpy_takes_one_core_and_then_its_usual_ones() -> None:
    def cores() -> list[int]:
        libraries = threadpool_info()
        return [library["num_threads"] for library in libraries if library["user_api"] == "blas"]

    usual, meanwhile = cores(), list[list[int]]()
    train_head(
        clusters(30, 0),
        clusters(30, 1),
        CLASSES,
        HeadSettings(epochs=1),
        lambda epoch: meanwhile.append(cores()),
    )
    assert meanwhile == [[1] * len(usual)]
    assert cores() == usual


@pytest.mark.parametrize("count", [1, 2, 3, 32, 482, 10_000])
@pytest.mark.parametrize("seed", [0, 1, 12345, 2**32 - 1])
def test_it_shuffles_like_torch(count: int, seed: int) -> None:
    generator, random = torch.Generator().manual_seed(seed), np.random.RandomState(seed)
    for _ in range(4):
        order = torch.randperm(count, generator=generator).tolist()
        assert shuffled(count, random).tolist() == order


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 10, 160])
def test_its_cycle_is_torchs(steps: int) -> None:
    optimizer = AdamW([torch.zeros(1, requires_grad=True)])
    schedule, expected = OneCycleLR(optimizer, 0.01, total_steps=steps), []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        expected.append((group["lr"], group["betas"][0]))
        optimizer.step()
        schedule.step()
    assert np.allclose(list(one_cycle(steps, HeadSettings(learning_rate=0.01))), expected, 1e-12)


def test_its_slopes_are_those_that_torch_derives() -> None:
    random = np.random.default_rng(0)
    weights, x = (random.normal(size=size).astype(np.float32) for size in ((3, 8), (11, 8)))
    labels = random.integers(0, 3, 11)
    loss, slopes = loss_and_slopes(weights, x, targets(labels, 3, 0.1))
    leaf = torch.from_numpy(weights).requires_grad_()
    expected = torch_cross_entropy(
        torch.from_numpy(x) @ leaf.T, torch.from_numpy(labels), label_smoothing=0.1
    )
    expected.backward()
    assert loss == pytest.approx(expected.item(), abs=1e-6)
    assert leaf.grad is not None
    assert np.allclose(slopes, leaf.grad.numpy(), atol=1e-6)


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
