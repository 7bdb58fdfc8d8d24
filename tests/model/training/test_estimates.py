"""Estimates of a training: from what is known before, then from its own pace."""

from collections.abc import Callable
from functools import partial
from math import ceil

import numpy as np
import pytest

from model.catalogue.dataset import find_dataset
from model.catalogue.speeds import record_speed, recorded_speeds
from model.catalogue.store import Store
from model.networks.backbones import FEATURES_SPEED, STEP_SPEED, find_backbone
from model.networks.features import extract_features
from model.runs.settings import FineTuneSettings, HeadSettings
from model.training.estimates import EXPORT_S, FINE_TUNE_START_S, TimeLeft, estimate_s
from model.training.request import TrainRequest
from tests.conftest import fabricate
from tests.model.test_progress import Clock

TRAIN, VALID, TEST = 60, 20, 10
PHOTOS, BATCHES, EPOCHS = TRAIN + VALID + TEST, 10, 4  # One of the epochs frozen
LITE0 = find_backbone("efficientnet-lite0")
ROWS = [("a", "train")] * TRAIN + [("b", "valid")] * VALID + [("b", "test")] * TEST

Report = tuple[float, Callable[[], None]]  # Seconds since the one before, and what it notes


@pytest.fixture
def asked(empty_store: Store) -> TrainRequest:
    """A fine-tuning on photos without features."""
    logits = np.zeros((PHOTOS, 2), np.float32)
    workspace, name = fabricate(empty_store, ("a", "b"), ROWS, logits)
    dataset = find_dataset(empty_store, name, workspace=workspace)
    return TrainRequest(dataset, LITE0.name, FineTuneSettings(epochs=3, frozen_epochs=1))


def test_before_the_start_it_is_the_tables_figures_or_what_this_server_took(
    empty_store: Store, asked: TrainRequest
) -> None:
    head = TrainRequest(asked.dataset, LITE0.name, HeadSettings())
    usual = estimate_s(empty_store, head), estimate_s(empty_store, asked)
    record_speed(empty_store, "look", LITE0.name, 1000)  # As versions with torch wrote it
    assert usual == (estimate_s(empty_store, head), estimate_s(empty_store, asked))
    record_speed(empty_store, FEATURES_SPEED, LITE0.name, LITE0.feature_s + 1)
    assert estimate_s(empty_store, head) == pytest.approx(usual[0] + PHOTOS)
    record_speed(empty_store, STEP_SPEED, LITE0.name, LITE0.step_s + 1)
    longer = 2 * PHOTOS + 3.6 * TRAIN  # Looked at before and judged after; a frozen epoch is 0.6.
    assert estimate_s(empty_store, asked) == pytest.approx(usual[1] + longer)


def test_an_extraction_corrects_what_was_recorded(empty_store: Store, asked: TrainRequest) -> None:
    record_speed(empty_store, FEATURES_SPEED, LITE0.name, 1000)
    reports: list[tuple[int, int]] = []
    photos = [labelled.photo for labelled in asked.dataset.photos]
    extract_features(empty_store, photos, LITE0, lambda *report: reports.append(report))
    assert reports[:2] == [(0, PHOTOS), (16, PHOTOS)]
    assert recorded_speeds(empty_store)[f"{FEATURES_SPEED} {LITE0.name}"] < 1


def reports_of(left: TimeLeft, *, slower: float, first_epoch: int = 0) -> list[Report]:
    """What a fine-tuning reports that takes so many times what the table says."""
    feature_s, batch_s = LITE0.feature_s * slower, LITE0.step_s * TRAIN / BATCHES * slower
    validation_s = 0.35 * LITE0.step_s * VALID * slower
    looked = [*range(0, PHOTOS, 16), PHOTOS] if first_epoch == 0 else []
    reports: list[Report] = [
        (16 * feature_s, partial(left.features, done, PHOTOS)) for done in looked
    ]
    for epoch in range(first_epoch, EPOCHS):
        share = 0.6 if epoch == 0 else 1
        for batch in range(1, BATCHES + 1):
            done = epoch * BATCHES + batch
            reports.append((share * batch_s, partial(left.batch, done, EPOCHS * BATCHES)))
        reports.append((validation_s, partial(left.epoch, epoch)))
    reports.append((EXPORT_S + feature_s, partial(left.evaluated, 1, PHOTOS)))
    judged = range(2, PHOTOS + 1)
    return reports + [(feature_s, partial(left.evaluated, done, PHOTOS)) for done in judged]


def followed(left: TimeLeft, clock: Clock, reports: list[Report]) -> list[tuple[float, float]]:
    """What was said after each report, and what was true."""
    pairs = []
    for at, (seconds, note) in enumerate(reports):
        clock.now += seconds
        note()
        pairs.append((left.seconds, sum(later for later, _ in reports[at + 1 :])))
    return pairs


def errors_of(pairs: list[tuple[float, float]]) -> list[float]:
    """How many times too long or too short what was said is, at least 1."""
    return [max(said, true) / max(min(said, true), 0.1) for said, true in pairs if true > 1]


@pytest.mark.parametrize("slower", [0.25, 1, 4.5])
def test_each_part_is_corrected_by_its_first_units(
    empty_store: Store, asked: TrainRequest, slower: float
) -> None:
    clock = Clock()
    left = TimeLeft(empty_store, asked, clock)
    expected = estimate_s(empty_store, asked) - FINE_TUNE_START_S
    assert left.seconds == pytest.approx(expected)
    pairs = followed(left, clock, reports_of(left, slower=slower))
    assert pairs[0][0] == pytest.approx(expected)
    seen, unseen = 16, 2 * PHOTOS - 16  # Photos are looked at once more at the end.
    corrected = expected + LITE0.feature_s * ((slower - 1) * unseen - seen)
    assert pairs[1][0] == pytest.approx(corrected)
    errors, looked = errors_of(pairs), 1 + ceil(PHOTOS / 16)
    assert max(errors[looked + 2 :]) < 1.25  # Two batches on; no validation was seen yet.
    assert max(errors[looked + BATCHES + 1 :]) < 1.1
    assert pairs[-1][0] == pytest.approx(0)


def test_a_resumed_training_does_not_count_what_it_skips(
    empty_store: Store, asked: TrainRequest
) -> None:
    clock = Clock()
    left = TimeLeft(empty_store, asked, clock)
    pairs = followed(left, clock, reports_of(left, slower=2, first_epoch=2))
    assert max(errors_of(pairs)[2 : 2 * BATCHES]) < 1.5


def test_a_training_that_stops_early_only_evaluates(
    empty_store: Store, asked: TrainRequest
) -> None:
    clock = Clock()
    left = TimeLeft(empty_store, asked, clock)
    left.batch(3, EPOCHS * BATCHES)
    left.evaluated(10, PHOTOS)
    assert left.seconds == pytest.approx((PHOTOS - 10) * LITE0.feature_s)
