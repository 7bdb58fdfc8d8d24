"""A new backbone is one row: everything else finds it there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor, nn

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.networks import backbones, inference
from model.networks.backbones import Backbone
from model.networks.export import write_onnx
from model.networks.features import extract_features
from model.networks.inference import LOADED
from model.networks.pretrained import build_network, freeze_for_inference
from model.runs.run import run_folder
from model.runs.settings import FineTuneSettings, HeadSettings
from model.training.estimates import estimate_s
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.conftest import fabricate

CHANNELS = 6


def build() -> nn.Module:
    """A network of one layer: (N, 3, H, W) -> (N, 6, H / 32, W / 32)."""
    return nn.Conv2d(3, CHANNELS, kernel_size=32, stride=32)


def weights() -> dict[str, Tensor]:
    return {f"layer.{name}": tensor for name, tensor in build().state_dict().items()}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Backbone:
    """A made-up row of the table."""
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path))
    row = replace(
        backbones.BACKBONES["resnet18"],
        name="tiny",
        title="Tiny",
        builder=f"{__name__}:build",
        weights=f"{__name__}:weights",
        channels=CHANNELS,
        input_px=64,
    )
    monkeypatch.setitem(backbones.BACKBONES, row.name, row)
    monkeypatch.delitem(LOADED, row.name, raising=False)
    # The exporting process does not know the row; the same function writes the file in this one.
    monkeypatch.setattr(inference, "export_network", export)
    return row


def export(name: str, file: Path) -> None:
    write_onnx(freeze_for_inference(build_network(name)), file)


def test_a_pair_is_estimated_by_what_its_parts_know(store: Store) -> None:
    request = TrainRequest(find_dataset(store, STARTER), "efficientnet-lite0-lite2")
    assert estimate_s(store, request) < 2  # The features of both ship.


def test_one_row_is_enough_to_extract_to_estimate_and_to_train(
    tiny: Backbone, store: Store
) -> None:
    classes, splits = ("left", "right"), ("train", "train", "valid")
    rows = [(label, split) for label in classes for split in splits]
    workspace, run_id = fabricate(store, classes, rows, np.zeros((len(rows), 2), np.float32))
    dataset = find_dataset(store, run_id, workspace=workspace)
    photos = [labelled.photo for labelled in dataset.photos]
    assert extract_features(store, photos, tiny).shape == (len(rows), CHANNELS)
    settings = HeadSettings(epochs=1)
    request = TrainRequest(dataset, tiny.name, settings, "Tiny", workspace)
    fine_tuning = replace(request, settings=FineTuneSettings())
    assert 0 < estimate_s(store, request) < estimate_s(store, fine_tuning)
    run = train_head_run(store, request)
    assert run.card.backbone == tiny.name
    assert run.weight.shape == (2, CHANNELS)
    assert (run_folder(store, run.card.id) / "card.json").exists()
